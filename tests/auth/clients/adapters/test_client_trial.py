"""From the page of an application: what to write into the software, and a trial of its addresses."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest

from tests.auth.builders import AuthBrowser, Provider, a_client, an_account
from tests.promises import promise

CAF = "cafadmin-0001"
PAGE = "/administration/clients/fiche/mon-enfant"


@pytest.fixture
def administrator(provider: Provider, browser: AuthBrowser) -> AuthBrowser:
    """The administrator of the Caf, just signed in."""
    provider.add(an_account("account-caf-administrator", CAF))
    assert browser.sign_in(CAF).status_code == 303
    return browser


@promise("extranet:connection-is-tried")
def test_each_address_is_tried_and_said_in_words(provider: Provider, administrator: AuthBrowser) -> None:
    client = a_client("mon-enfant", 8410, owner="921", first_party=False)
    provider.add(client)
    provider.fetched[client.redirect_uris[0]] = 404
    page = administrator.get(PAGE)
    tried = html.unescape(administrator.submit(page, "/administration/clients/essayer/mon-enfant").text)
    assert "ne connaît pas cette page (404)" in tried
    assert "Des adresses sont à vérifier" in tried
    assert 'id="trial-done"' in tried


@promise("extranet:connection-is-tried")
@pytest.mark.parametrize(
    ("method", "sentence"),
    [
        ("none", "PKCE, S256"),
        ("private_key_jwt", "signe chaque demande avec la clé privée"),
        ("tls_client_auth", "présente son certificat"),
        ("client_secret_basic", "Le secret montré à la déclaration"),
    ],
)
def test_the_page_says_what_to_write_into_the_software_whatever_proves_who_it_is(
    provider: Provider, administrator: AuthBrowser, method: str, sentence: str
) -> None:
    client = a_client("mon-enfant", 8410, owner="921", first_party=False)
    provider.add(replace(client, auth_method=method))
    page = html.unescape(administrator.get(PAGE).text)
    assert 'id="for-your-software"' in page
    assert f'<code class="text-break">{method}</code>' in page
    assert sentence in page
    assert "/.well-known/openid-configuration" in page

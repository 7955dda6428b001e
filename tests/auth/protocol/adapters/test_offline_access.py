"""`offline_access` is asked for by much software; here it opens nothing, is refused nowhere, and is shown to nobody."""

from __future__ import annotations

import pytest

from tests.auth.builders import AuthBrowser, Provider
from tests.auth.conformance.capable_clients import a_capable_client, send
from tests.auth.rfcs.builders import a_public_client, public_refresh, public_tokens
from tests.promises import promise

WORDS = "openid profile offline_access"


@pytest.fixture
def omega(provider: Provider) -> AuthBrowser:
    """A signed-in browser; `omega` is registered with the word."""
    provider.add(a_capable_client(scope="openid profile omega cdap offline_access", first_party=False))
    browser = provider.browser()
    browser.sign_in()
    return browser


@promise("clients:offline-access")
def test_it_is_asked_of_nobody_and_in_no_token(omega: AuthBrowser) -> None:
    page = omega.follow(omega.authorize("omega", 8411, scope=WORDS))
    assert "offline_access" not in page.text
    assert "en votre nom" not in page.text
    back = omega.follow(omega.submit(page, "/consent", allow="1"))
    code = back.headers["Location"].partition("code=")[2].partition("&")[0]
    tokens = omega.exchange(code, "omega", 8411).json
    assert tokens["scope"] == "openid profile"
    for scope in (WORDS, "offline_access", "openid offline_access"):
        form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "scope": scope}
        answer = send(omega, "/token", form)
        assert answer.status_code == 200, (scope, answer.text)
        assert "offline_access" not in answer.json["scope"]
    assert "offline_access" not in omega.get("/sessions").text


@promise("clients:offline-access")
@pytest.mark.parametrize("grant", ["client_credentials", "device"])
def test_other_grants_pass_it_over(omega: AuthBrowser, grant: str) -> None:
    if grant == "device":
        assert send(omega, "/device_authorization", {"scope": WORDS}).status_code == 200
    else:
        answer = send(omega, "/token", {"grant_type": grant, "scope": "omega offline_access"})
        assert (answer.status_code, answer.json["scope"]) == (200, "omega")


def test_a_client_that_is_not_registered_for_it_may_ask_too(provider: Provider) -> None:
    provider.add(a_public_client())
    browser = provider.browser()
    browser.sign_in()
    token = public_tokens(browser).json["refresh_token"]
    assert public_refresh(browser, token).status_code == 200

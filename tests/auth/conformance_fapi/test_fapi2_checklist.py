"""What FAPI 2.0 asks of the provider beyond the modules: headers, redirects, keys."""

from __future__ import annotations

import base64

import pytest
from werkzeug.test import Client as Browser

from auth.bootstrap.web import create_web
from auth.settings import AuthSettings
from tests.auth.builders import AuthBrowser, Provider
from tests.auth.conformance_fapi.builders import FapiClient
from tests.promises import promise

_LEAST_RSA_BYTES = 256
_EC_BYTES = 32


@promise("fapi2:redirects")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_redirect_makes_a_get(omega: FapiClient, method: str) -> None:
    """303: a form with a password is never sent on to a client (RFC 9700 §4.12)."""
    sent = {"client_id": "omega", "request_uri": omega.pushed()}
    client = omega.browser.client
    if method == "GET":
        answer = client.get("/authorize", query_string=sent, base_url=omega.base)
    else:
        answer = client.post("/authorize", data=sent, base_url=omega.base)
    assert answer.status_code == 303
    nobody = omega.provider.browser()
    assert nobody.get("/authorize", client_id="omega", request_uri=omega.pushed()).status_code == 303
    assert nobody.sign_in().status_code == 303


@promise("fapi2:no-cors-at-authorization")
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_other_origin_reads_the_authorization_endpoint(omega: FapiClient, method: str) -> None:
    headers = {"Origin": "https://other.example", "Access-Control-Request-Method": "GET"}
    query = {"client_id": "omega", "request_uri": omega.pushed()}
    answer = omega.browser.client.open(
        "/authorize", method=method, query_string=query, headers=headers, base_url=omega.base
    )
    assert not [name for name, _value in answer.headers.items() if name.startswith("Access-Control-")]


@promise("fapi2:hsts")
def test_browsers_are_told_to_stay_with_https(provider: Provider) -> None:
    public_url = "https://partenaire.example"
    settings = AuthSettings.model_validate({"data_directory": provider.folder, "public_url": public_url})
    web = create_web(settings, provider.rooms, lambda: provider.keys.document, None)
    answer = Browser(web).get("/login", base_url=public_url)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@promise("fapi2:keys", "rfc9068:kid")
def test_our_keys_are_long_enough_and_named_once(provider: Provider, browser: AuthBrowser) -> None:
    keys = browser.get("/jwks").json["keys"]
    names = [key["kid"] for key in keys]
    assert len(names) == len(set(names))
    for key in keys:
        assert not {"x5u", "jku", "x5c", "d", "p", "q", "k"} & set(key)
        assert key["use"] == "sig"
        material = base64.urlsafe_b64decode(str(key.get("n") or key["x"]) + "==")
        assert len(material) >= (_LEAST_RSA_BYTES if key["kty"] == "RSA" else _EC_BYTES)

"""Native applications (RFC 8252): loopback addresses with any port, schemes of their own; web clients as ever."""

from __future__ import annotations

from typing import Any

import pytest

from auth.clients.domain.client_registration import BadClientError
from auth.clients.domain.redirects import is_redirect_uri
from auth.clients.use_cases.open_registration import OpenRegistration
from tests.auth.builders import ISSUER, VERIFIER, Provider, sent_back
from tests.auth.clients.adapters.registrar import Registrar
from tests.auth.rfcs.builders import a_public_client
from tests.promises import promise

OWN = "com.example.app:/cb"
NATIVE = ["http://127.0.0.1/cb", "http://[::1]/cb?x=1", "http://localhost:3000/cb", OWN, "https://app.example/cb"]


def a_native_client(**changes: Any) -> Any:
    """`tablet`, installed on the person's machine."""
    return a_public_client(application_type="native", redirect_uris=NATIVE, **changes)


@promise("rfc9700:loopback-port")
@pytest.mark.parametrize(
    "given",
    [
        *NATIVE,
        *("http://127.0.0.1:51234/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1:80/cb", "http://[::1]:65535/cb?x=1"),
        *("http://localhost/cb", "http://localhost:51234/cb"),
    ],
)
def test_a_native_application_comes_back_at_any_port_of_its_loopback_address(provider: Provider, given: str) -> None:
    provider.add(a_native_client())
    browser = provider.browser()
    browser.sign_in()
    answer = browser.authorize("tablet", 8414, scope="openid tablet", redirect_uri=given)
    assert answer.headers["Location"].startswith(given.partition("?")[0])
    form = {"grant_type": "authorization_code", "client_id": "tablet", "code": sent_back(answer)["code"]}
    form |= {"redirect_uri": given, "code_verifier": VERIFIER}
    other: Any = browser.client.post("/token", data={**form, "redirect_uri": "http://127.0.0.1:9/cb"}, base_url=ISSUER)
    assert other.json["error"] in ("invalid_grant", "invalid_request")
    assert browser.client.post("/token", data=form, base_url=ISSUER).status_code == 200


@promise("rfc9700:loopback-port")
@pytest.mark.parametrize(
    "given",
    [
        *("https://127.0.0.1:51234/cb", "http://127.0.0.2:51234/cb", "http://127.0.0.1:51234/other", "http://[::1]/cb"),
        *(
            "http://127.0.0.1:51234/cb?x=1",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:65536/cb",
            "http://127.0.0.1:/cb",
        ),
        *("http://127.0.0.1:1@evil.example/cb", "http://127.0.0.1.evil.example/cb", "http://127.0.0.1:1:2/cb"),
        *("http://localhost.evil.example:3000/cb", "http://app.example:51234/cb", "https://app.example:8443/cb"),
        *(
            "com.example.app:/cb2",
            "COM.example.app:/cb",
            "com.example.app:/cb#x",
            "com.example.appx:/cb",
            "",
            "http://",
        ),
        *("http://127.0.0.1:51234/cb\n", "http://127.0.0.1:５/cb", "http://user@127.0.0.1:51234/cb"),
    ],
)
def test_nothing_but_the_port_of_a_loopback_address_varies(provider: Provider, given: str) -> None:
    provider.add(a_native_client())
    browser = provider.browser()
    browser.sign_in()
    answer = browser.authorize("tablet", 8414, scope="openid tablet", redirect_uri=given)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_by_name_the_port_of_a_web_client_is_compared(provider: Provider) -> None:
    web = a_public_client(redirect_uris=["http://localhost:3000/cb", "http://127.0.0.1/cb"])
    assert not is_redirect_uri(web, "http://localhost:3001/cb")
    assert is_redirect_uri(web, "http://127.0.0.1:3001/cb")


@promise("rfc9700:loopback-port")
@pytest.mark.parametrize("uri", [OWN, "com.example.app://cb", "com.example.app:/", "fr.caf.mon-app+x:/retour?x=1"])
def test_a_scheme_with_a_dot_is_for_native_applications(provider: Provider, uri: str) -> None:
    assert a_public_client(application_type="native", redirect_uris=[uri]).redirect_uris == (uri,)
    with pytest.raises(BadClientError, match="application_type native"):
        a_public_client(redirect_uris=[uri])
    with pytest.raises(BadClientError, match="fapi2"):
        a_native_client(profile="fapi2")
    registrar = Registrar(provider.browser())
    token = OpenRegistration(provider.work, provider.clock).create("Alpha", days=7, uses=2, owner="national")
    made = registrar.register(token, redirect_uris=[uri], application_type="native", token_endpoint_auth_method="none")
    assert (made.status_code, made.json["application_type"]) == (201, "native")
    refused = registrar.register(token, redirect_uris=[uri])
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_redirect_uri")


@pytest.mark.parametrize(
    "uri",
    [
        *(
            "javascript:alert(1)",
            "data:text/html,x",
            "app:/cb",
            "com.example.app:cb",
            "com.example.app",
            ".x:/",
            "x.:/",
        ),
        *("com.example.app:/cb#x", "com.example.app:/c b", "com.example.app:/<b>", 'com.example.app:/"', "ftp://x.y/"),
        *("http://app.example/cb", "com.example.app:/é", "java.script\n:/", "1com.x:/cb"),
    ],
)
def test_other_schemes_are_refused_of_native_applications_too(uri: str) -> None:
    with pytest.raises(BadClientError):
        a_public_client(application_type="native", redirect_uris=[uri])


@pytest.mark.parametrize("key", ["backchannel_logout_uri", "logo_uri", "jwks_uri", "initiate_login_uri", "resource"])
def test_only_return_addresses_have_a_scheme_of_their_own(key: str) -> None:
    with pytest.raises(BadClientError, match=key):
        a_native_client(**{key: OWN})


def test_a_person_sees_where_the_application_is_and_the_form_may_end_there(provider: Provider) -> None:
    provider.add(a_native_client(first_party=False))
    browser = provider.browser()
    browser.sign_in()
    asked = browser.authorize("tablet", 8414, scope="openid tablet", redirect_uri=OWN)
    page = browser.follow(asked)
    assert "form-action 'self' com.example.app:" in page.headers["Content-Security-Policy"]
    done = browser.follow(browser.submit(page, "/consent", allow="1"))
    assert done.headers["Location"].startswith(f"{OWN}?code=")


def test_a_form_is_not_sent_to_a_scheme_of_an_application(provider: Provider) -> None:
    provider.add(a_native_client())
    browser = provider.browser()
    browser.sign_in()
    answer = browser.authorize("tablet", 8414, scope="openid tablet", redirect_uri=OWN, response_mode="form_post")
    assert sent_back(answer)["error"] == "invalid_request"

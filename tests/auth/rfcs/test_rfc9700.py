"""RFC 9700, Best Current Practice for OAuth 2.0 Security: its rules for an authorization server."""

from __future__ import annotations

from datetime import timedelta

import pytest

from auth.clients.domain.client_registration import BadClientError
from auth.protocol.domain.grants import OVERLAP
from tests.auth.builders import ISSUER, AuthBrowser, Provider, a_client, sent_back
from tests.auth.conformance_fapi.builders import claims_of, refusal
from tests.auth.rfcs.builders import CDAP, a_public_client, public_refresh, public_tokens, tokens, userinfo
from tests.promises import promise


@promise("rfc9700:exact-redirect-uri")
@pytest.mark.parametrize(
    "address",
    [
        *(
            f"{CDAP}/retour/",
            f"{CDAP}/retour?x",
            f"{CDAP}/Retour",
            f"{CDAP}/retou",
            f"{CDAP}/retour#",
            f"{CDAP}//retour",
        ),
        *("http://localhost:8403/retour", "http://127.0.0.1:8402/retour", "http://localhost:8402.evil.example/retour"),
        *("http://evil.example@localhost:8402/retour", "HTTP://localhost:8402/retour", ""),
    ],
)
def test_rfc9700_a_redirect_uri_is_compared_as_a_string(browser: AuthBrowser, address: str) -> None:
    answer = browser.authorize(redirect_uri=address)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@promise("rfc9700:pkce-s256-required")
@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
    ],
)
def test_rfc9700_every_client_uses_pkce_with_s256(browser: AuthBrowser, changes: dict[str, str | None]) -> None:
    browser.sign_in()
    assert sent_back(browser.authorize("cdap", 8402, **changes))["error"] == "invalid_request"


@promise("rfc9700:pkce-downgrade")
def test_rfc9700_a_verifier_without_a_challenge_is_refused(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(a_client("cdap", profile="interoperable"))
    browser.sign_in()
    code = browser.code("cdap", 8402, code_challenge=None, code_challenge_method=None)
    assert refusal(browser.exchange(code)) == (400, "invalid_grant")


@promise("rfc9700:pkce-downgrade")
def test_rfc9700_a_challenge_needs_its_verifier(browser: AuthBrowser) -> None:
    browser.sign_in()
    assert browser.exchange(browser.code(), code_verifier="").json["error"] == "invalid_grant"


@promise("rfc9700:no-implicit-no-password")
@pytest.mark.parametrize("response_type", ["token", "id_token", "id_token token", "code token", "none"])
def test_rfc9700_nothing_but_a_code_comes_through_the_browser(browser: AuthBrowser, response_type: str) -> None:
    browser.sign_in()
    back = sent_back(browser.authorize(response_type=response_type))
    assert back["error"] == "unsupported_response_type"
    assert "access_token" not in back


@promise("rfc9700:no-implicit-no-password")
def test_rfc9700_a_password_is_no_grant(browser: AuthBrowser) -> None:
    answer = browser.token(grant_type="password", username="cdurand-4821", password="quatre mots sans lien")
    assert refusal(answer) == (400, "unsupported_grant_type")
    metadata = browser.get("/.well-known/oauth-authorization-server").json
    assert not {"password", "implicit"} & set(metadata["grant_types_supported"])
    assert metadata["response_types_supported"] == ["code"]


@promise("rfc9700:code-used-once")
def test_rfc9700_a_second_use_of_a_code_revokes_what_the_first_gave(browser: AuthBrowser) -> None:
    browser.sign_in()
    code = browser.code()
    given = browser.exchange(code).json
    assert userinfo(browser, given["access_token"]).status_code == 200
    assert refusal(browser.exchange(code)) == (400, "invalid_grant")
    assert userinfo(browser, given["access_token"]).status_code == 401
    refreshed = browser.token(grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert refusal(refreshed) == (400, "invalid_grant")


@promise("rfc9700:refresh-rotation")
def test_rfc9700_a_refresh_token_of_a_public_client_is_rotated(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(a_public_client())
    browser.sign_in()
    first = public_tokens(browser).json
    second = public_refresh(browser, first["refresh_token"]).json
    assert second["refresh_token"] != first["refresh_token"]
    provider.clock.advance(OVERLAP + timedelta(seconds=1))
    assert refusal(public_refresh(browser, first["refresh_token"])) == (400, "invalid_grant")
    assert refusal(public_refresh(browser, second["refresh_token"])) == (400, "invalid_grant")
    assert userinfo(browser, second["access_token"]).status_code == 401


@promise("rfc9700:audience-and-scope")
def test_rfc9700_a_token_is_for_one_audience_and_the_least_scope(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    claims = claims_of(provider, tokens(browser, scope="openid cdap mon-enfant")["access_token"])
    assert claims["aud"] == CDAP
    assert claims["scope"] == "openid cdap"
    foreign = sent_back(browser.authorize(resource="http://localhost:8410"))
    assert foreign["error"] == "invalid_target"


@promise("rfc9700:iss-in-response")
def test_rfc9700_every_response_names_the_issuer(browser: AuthBrowser) -> None:
    assert sent_back(browser.authorize(prompt="none"))["iss"] == ISSUER
    browser.sign_in()
    assert sent_back(browser.authorize())["iss"] == ISSUER
    metadata = browser.get("/.well-known/openid-configuration").json
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert metadata["issuer"] == ISSUER


@promise("rfc9700:no-open-redirector")
@pytest.mark.parametrize("path", ["/authorize", "/login", "/logout", "/device"])
def test_rfc9700_nobody_is_sent_to_an_address_from_the_query(browser: AuthBrowser, path: str) -> None:
    evil = "https://evil.example/"
    names = ("redirect_uri", "post_logout_redirect_uri", "suite", "retour", "next", "request_uri", "target_link_uri")
    answer = browser.get(path, client_id="cdap", **dict.fromkeys(names, evil))
    assert "evil.example" not in answer.headers.get("Location", "")
    browser.sign_in()
    again = browser.get(path, client_id="cdap", **dict.fromkeys(names, evil))
    assert "evil.example" not in again.headers.get("Location", "")


@promise("rfc9700:see-other")
def test_rfc9700_after_a_password_the_browser_is_redirected_with_303(browser: AuthBrowser) -> None:
    login = browser.follow(browser.authorize())
    answer = browser.submit(login, "/login", username="cdurand-4821", password="quatre mots sans lien")
    assert answer.status_code == 303
    assert browser.follow(answer).status_code == 303


@promise("rfc9700:no-token-in-query")
def test_rfc9700_a_token_in_the_query_is_not_taken(browser: AuthBrowser) -> None:
    browser.sign_in()
    token = tokens(browser)["access_token"]
    answer = browser.get("/userinfo", access_token=token)
    assert answer.status_code == 401
    assert userinfo(browser, token).status_code == 200


@promise("rfc9700:no-token-in-query")
def test_rfc9700_a_secret_or_a_code_in_the_query_is_not_taken(browser: AuthBrowser) -> None:
    browser.sign_in()
    query = {"grant_type": "authorization_code", "code": browser.code(), "client_id": "cdap"}
    answer = browser.client.post("/token", query_string=query, base_url=ISSUER)
    assert answer.status_code == 400


@promise("rfc9700:asymmetric-authentication")
def test_rfc9700_a_client_may_authenticate_without_a_shared_secret(browser: AuthBrowser) -> None:
    methods = browser.get("/.well-known/openid-configuration").json["token_endpoint_auth_methods_supported"]
    assert "private_key_jwt" in methods
    assert "client_secret_jwt" not in methods


@promise("rfc9700:asymmetric-authentication")
def test_rfc9700_a_client_that_signs_has_no_secret_beside_it() -> None:
    with pytest.raises(BadClientError, match="a secret is of no use"):
        a_client("cdap", token_endpoint_auth_method="private_key_jwt", jwks={"keys": [{"kty": "EC"}]})


@promise("rfc9700:clickjacking")
@pytest.mark.parametrize("path", ["/login", "/authorize", "/consent", "/logout", "/device"])
def test_rfc9700_no_page_is_shown_in_a_frame(browser: AuthBrowser, path: str) -> None:
    headers = browser.get(path).headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"


@promise("rfc9700:referrer")
def test_rfc9700_no_address_leaks_by_the_referrer(browser: AuthBrowser) -> None:
    assert browser.get("/login").headers["Referrer-Policy"] in ("same-origin", "no-referrer")

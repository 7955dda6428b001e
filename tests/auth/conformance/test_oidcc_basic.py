"""The plan `oidcc-basic`, and the same modules by form post: one test per module, named after it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from auth.domain.client_registration import BadClientError
from tests.auth.builders import CHALLENGE, ISSUER, PASSWORD, VERIFIER
from tests.auth.conformance.suite import EVERY_SCOPE, NONCE, STATE, Suite, Tokens, a_suite_client
from tests.promises import promise

SECOND = timedelta(seconds=1)
PROFILE = {"name", "given_name", "family_name", "preferred_username", "zoneinfo", "locale", "updated_at"}


def metadata(suite: Suite) -> Any:
    return suite.browser.get("/.well-known/openid-configuration").json


def unsigned(claims: dict[str, Any]) -> str:
    """A request object of `alg: none`."""
    parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
    return ".".join((*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""))


@promise("oidf:oidcc-server", "oidf:oidcc-server:form_post")
def test_oidcc_server(suite: Suite) -> None:
    tokens = suite.flow()
    assert suite.pages == ["/login", "/consent"]
    assert tokens.answer["scope"] == "openid"
    assert tokens.answer["expires_in"] > 0
    assert suite.userinfo(tokens) == {"sub": tokens.identity["sub"]}


@promise("oidf:oidcc-response-type-missing", "oidf:oidcc-response-type-missing:form_post")
def test_oidcc_response_type_missing(suite: Suite) -> None:
    assert suite.error(response_type=None) == "invalid_request"


@promise("oidf:oidcc-idtoken-signature", "oidf:oidcc-idtoken-signature:form_post")
def test_oidcc_idtoken_signature(suite: Suite) -> None:
    header = suite.flow().answer["id_token"].split(".")[0]
    algorithm = json.loads(base64.urlsafe_b64decode(header + "=="))["alg"]
    assert algorithm == suite.client.id_token_signed_response_alg
    assert algorithm in metadata(suite)["id_token_signing_alg_values_supported"]


@promise("oidf:oidcc-idtoken-unsigned", "oidf:oidcc-idtoken-unsigned:form_post")
def test_oidcc_idtoken_unsigned(suite: Suite) -> None:
    assert "none" not in metadata(suite)["id_token_signing_alg_values_supported"]
    with pytest.raises(BadClientError):
        a_suite_client(id_token_signed_response_alg="none")


def userinfo(suite: Suite, tokens: Tokens, way: str) -> Any:
    header = {"Authorization": f"Bearer {tokens.access_token}"}
    if way == "get":
        return suite.browser.client.get("/userinfo", headers=header, base_url=ISSUER)
    if way == "post header":
        return suite.browser.client.post("/userinfo", headers=header, base_url=ISSUER)
    return suite.browser.post("/userinfo", access_token=tokens.access_token)


@promise("oidf:oidcc-userinfo-get", "oidf:oidcc-userinfo-get:form_post")
def test_oidcc_userinfo_get(suite: Suite) -> None:
    answer = userinfo(suite, suite.flow(), "get")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


@promise("oidf:oidcc-userinfo-post-header", "oidf:oidcc-userinfo-post-header:form_post")
def test_oidcc_userinfo_post_header(suite: Suite) -> None:
    assert userinfo(suite, suite.flow(), "post header").status_code == 200


@promise("oidf:oidcc-userinfo-post-body", "oidf:oidcc-userinfo-post-body:form_post")
def test_oidcc_userinfo_post_body(suite: Suite) -> None:
    assert userinfo(suite, suite.flow(), "post body").status_code == 200


@promise(
    "oidf:oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
    "oidf:oidcc-ensure-request-without-nonce-succeeds-for-code-flow:form_post",
)
def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(suite: Suite) -> None:
    assert "nonce" not in suite.flow(nonce=None).identity


@promise("oidf:oidcc-scope-profile", "oidf:oidcc-scope-profile:form_post")
def test_oidcc_scope_profile(suite: Suite) -> None:
    tokens = suite.flow(scope="openid profile")
    assert suite.userinfo(tokens).keys() == {"sub", *PROFILE}


@promise("oidf:oidcc-scope-email", "oidf:oidcc-scope-email:form_post")
def test_oidcc_scope_email(suite: Suite) -> None:
    tokens = suite.flow(scope="openid email")
    assert suite.userinfo(tokens).keys() == {"sub", "email", "email_verified"}


@promise("oidf:oidcc-scope-address", "oidf:oidcc-scope-address:form_post")
def test_oidcc_scope_address(suite: Suite) -> None:
    claims = suite.userinfo(suite.flow(scope="openid address"))
    assert claims["address"] == {"formatted": "1 rue de la Paix\n92000 Nanterre"}


@promise("oidf:oidcc-scope-phone", "oidf:oidcc-scope-phone:form_post")
def test_oidcc_scope_phone(suite: Suite) -> None:
    claims = suite.userinfo(suite.flow(scope="openid phone"))
    assert (claims["phone_number"], claims["phone_number_verified"]) == ("+33123456789", False)


@promise("oidf:oidcc-scope-all", "oidf:oidcc-scope-all:form_post")
def test_oidcc_scope_all(suite: Suite) -> None:
    tokens = suite.flow(scope=EVERY_SCOPE)
    assert tokens.answer["scope"] == EVERY_SCOPE
    assert suite.userinfo(tokens).keys() >= {*PROFILE, "email", "address", "phone_number"}


@promise("oidf:oidcc-alternate-happy-flow", "oidf:oidcc-alternate-happy-flow:form_post")
def test_oidcc_alternate_happy_flow(suite: Suite) -> None:
    query = urlencode(list(reversed(suite.request(scope="email openid").items())))
    answer = suite.walk(suite.browser.client.get(f"/authorize?{query}", base_url=ISSUER))
    tokens = suite.checked(suite.exchange(suite.back(answer)["code"]), NONCE)
    assert suite.userinfo(tokens).keys() == {"sub", "email", "email_verified"}


@promise("oidf:oidcc-display-page", "oidf:oidcc-display-page:form_post")
def test_oidcc_display_page(suite: Suite) -> None:
    suite.flow(display="page")
    assert "page" in metadata(suite)["display_values_supported"]


@promise("oidf:oidcc-display-popup", "oidf:oidcc-display-popup:form_post")
def test_oidcc_display_popup(suite: Suite) -> None:
    suite.flow(display="popup")
    assert "popup" in metadata(suite)["display_values_supported"]


@promise("oidf:oidcc-prompt-login", "oidf:oidcc-prompt-login:form_post")
def test_oidcc_prompt_login(suite: Suite) -> None:
    first = suite.flow()
    suite.provider.clock.advance(SECOND)
    second = suite.flow(prompt="login")
    assert suite.pages == ["/login"]
    assert second.identity["auth_time"] > first.identity["auth_time"]


@promise("oidf:oidcc-prompt-none-not-logged-in", "oidf:oidcc-prompt-none-not-logged-in:form_post")
def test_oidcc_prompt_none_not_logged_in(suite: Suite) -> None:
    assert suite.error(prompt="none") == "login_required"


@promise("oidf:oidcc-prompt-none-logged-in", "oidf:oidcc-prompt-none-logged-in:form_post")
def test_oidcc_prompt_none_logged_in(suite: Suite) -> None:
    first = suite.flow()
    suite.provider.clock.advance(SECOND)
    second = suite.flow(prompt="none")
    assert suite.pages == []
    assert second.identity["auth_time"] == first.identity["auth_time"]


@promise("oidf:oidcc-max-age-1", "oidf:oidcc-max-age-1:form_post")
def test_oidcc_max_age_1(suite: Suite) -> None:
    first = suite.flow()
    suite.provider.clock.advance(2 * SECOND)
    second = suite.flow(max_age="1")
    assert suite.pages == ["/login"]
    assert second.identity["auth_time"] >= first.identity["auth_time"] + 2


@promise("oidf:oidcc-max-age-10000", "oidf:oidcc-max-age-10000:form_post")
def test_oidcc_max_age_10000(suite: Suite) -> None:
    first = suite.flow()
    suite.provider.clock.advance(2 * SECOND)
    second = suite.flow(max_age="10000")
    assert suite.pages == []
    assert second.identity["auth_time"] == first.identity["auth_time"]


@promise(
    "oidf:oidcc-ensure-request-with-unknown-parameter-succeeds",
    "oidf:oidcc-ensure-request-with-unknown-parameter-succeeds:form_post",
)
def test_oidcc_ensure_request_with_unknown_parameter_succeeds(suite: Suite) -> None:
    suite.flow(extra="foobar")


@promise("oidf:oidcc-id-token-hint", "oidf:oidcc-id-token-hint:form_post")
def test_oidcc_id_token_hint(suite: Suite) -> None:
    first = suite.flow()
    second = suite.flow(prompt="none", id_token_hint=first.answer["id_token"])
    assert second.identity["sub"] == first.identity["sub"]


@promise("oidf:oidcc-login-hint", "oidf:oidcc-login-hint:form_post")
def test_oidcc_login_hint(suite: Suite) -> None:
    answer = suite.ask(login_hint="buffy@localhost")
    page = suite.browser.follow(answer)
    assert 'value="buffy@localhost"' in page.text
    signed_in = suite.browser.submit(page, "/login", username="cdurand-4821", password=PASSWORD)
    assert "code" in suite.back(suite.walk(signed_in))


@promise("oidf:oidcc-ui-locales", "oidf:oidcc-ui-locales:form_post")
def test_oidcc_ui_locales(suite: Suite) -> None:
    suite.flow(ui_locales="se")


@promise("oidf:oidcc-claims-locales", "oidf:oidcc-claims-locales:form_post")
def test_oidcc_claims_locales(suite: Suite) -> None:
    suite.flow(claims_locales="se")


@promise(
    "oidf:oidcc-ensure-request-with-acr-values-succeeds", "oidf:oidcc-ensure-request-with-acr-values-succeeds:form_post"
)
@pytest.mark.parametrize("known", [True, False])
def test_oidcc_ensure_request_with_acr_values_succeeds(suite: Suite, known: bool) -> None:
    offered = metadata(suite)["acr_values_supported"]
    tokens = suite.flow(acr_values=" ".join(offered) if known else "1 2")
    assert tokens.identity["acr"] in offered


@promise(
    "oidf:oidcc-codereuse",
    "oidf:oidcc-codereuse:form_post",
    "oidf:oidcc-codereuse-30seconds",
    "oidf:oidcc-codereuse-30seconds:form_post",
)
@pytest.mark.parametrize("later", [timedelta(0), 30 * SECOND, 90 * SECOND])
def test_oidcc_codereuse_and_oidcc_codereuse_30seconds(suite: Suite, later: timedelta) -> None:
    tokens = suite.flow()
    suite.provider.clock.advance(later)
    again = suite.exchange(tokens.code)
    assert (again.status_code, again.json["error"]) == (400, "invalid_grant")
    assert userinfo(suite, tokens, "get").status_code == 401


@promise("oidf:oidcc-ensure-registered-redirect-uri", "oidf:oidcc-ensure-registered-redirect-uri:form_post")
def test_oidcc_ensure_registered_redirect_uri(suite: Suite) -> None:
    answer = suite.ask(redirect_uri=f"{suite.redirect_uri}/not-registered")
    assert answer.status_code == 400
    assert 'class="oidc-error"' in answer.text


@promise("oidf:oidcc-ensure-post-request-succeeds", "oidf:oidcc-ensure-post-request-succeeds:form_post")
def test_oidcc_ensure_post_request_succeeds(suite: Suite) -> None:
    answer = suite.browser.post("/authorize", **suite.request())
    parameters = suite.back(suite.walk(answer))
    assert parameters["state"] == STATE
    suite.checked(suite.exchange(parameters["code"]), NONCE)


@promise("oidf:oidcc-server-client-secret-post", "oidf:oidcc-server-client-secret-post:form_post")
def test_oidcc_server_client_secret_post(suite: Suite) -> None:
    client = replace(suite.client, auth_method="client_secret_post")
    suite.provider.add(client)
    suite.other(client).flow()


@promise(
    "oidf:oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
    "oidf:oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported:form_post",
)
def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(suite: Suite) -> None:
    assert metadata(suite)["request_uri_parameter_supported"] is False
    assert suite.error(request_uri="https://client.example/request.jwt") == "request_uri_not_supported"


@promise(
    "oidf:oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
    "oidf:oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported:form_post",
)
def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(suite: Suite) -> None:
    assert "none" not in metadata(suite)["request_object_signing_alg_values_supported"]
    request = unsigned({**suite.request(), "iss": suite.client.client_id, "aud": ISSUER})
    assert suite.error(request=request) == "request_not_supported"


@promise("oidf:oidcc-claims-essential", "oidf:oidcc-claims-essential:form_post")
def test_oidcc_claims_essential(suite: Suite) -> None:
    tokens = suite.flow(claims='{"userinfo": {"name": {"essential": true}}}')
    assert suite.userinfo(tokens).keys() == {"sub", "name"}


@promise(
    "oidf:oidcc-ensure-request-object-with-redirect-uri", "oidf:oidcc-ensure-request-object-with-redirect-uri:form_post"
)
def test_oidcc_ensure_request_object_with_redirect_uri(suite: Suite) -> None:
    key = ECKey.generate_key("P-256", {"kid": "suite"})
    client = replace(suite.client, jwks={"keys": [key.as_dict(private=False)]})
    suite.provider.add(client)
    claims = {**suite.request(), "iss": client.client_id, "aud": ISSUER}
    outer: dict[str, str | None] = {"redirect_uri": "https://invalid.example/callback"}
    signed = jwt.encode({"alg": "ES256", "kid": "suite"}, claims, key)
    assert "code" in suite.authorize(**outer, request=signed)
    refused = suite.ask(**outer, request=unsigned(claims))
    assert refused.status_code == 400
    assert "Location" not in refused.headers


@promise("oidf:oidcc-refresh-token", "oidf:oidcc-refresh-token:form_post")
def test_oidcc_refresh_token(suite: Suite) -> None:
    tokens = suite.flow()
    suite.provider.clock.advance(SECOND)
    answer = suite.call("/token", grant_type="refresh_token", refresh_token=tokens.answer["refresh_token"])
    renewed = suite.checked(answer, None)
    assert renewed.identity["auth_time"] == tokens.identity["auth_time"]
    assert renewed.access_token != tokens.access_token
    suite.userinfo(renewed)

    second = a_suite_client("second-suite", 8491)
    suite.provider.add(second)
    stolen = suite.other(second).call(
        "/token", grant_type="refresh_token", refresh_token=renewed.answer["refresh_token"]
    )
    assert (stolen.status_code, stolen.json["error"]) == (400, "invalid_grant")


@promise(
    "oidf:oidcc-ensure-request-with-valid-pkce-succeeds", "oidf:oidcc-ensure-request-with-valid-pkce-succeeds:form_post"
)
def test_oidcc_ensure_request_with_valid_pkce_succeeds(suite: Suite) -> None:
    suite.flow(VERIFIER, code_challenge=CHALLENGE, code_challenge_method="S256")

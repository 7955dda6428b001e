"""The plan `oidcc-basic`, and the same modules by form post: one test per module, named after it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from auth.clients.domain.client_registration import BadClientError
from tests.auth.builders import CHALLENGE, ISSUER, VERIFIER
from tests.auth.conformance.suite import EVERY_SCOPE, NONCE, Suite, Tokens, a_suite_client
from tests.promises import promise

SECOND = timedelta(seconds=1)
PROFILE = {"name", "given_name", "family_name", "preferred_username", "zoneinfo", "locale", "updated_at"}

WORK = {"org", "last_login_at"}
"""Claims of ours that `profile` opens too."""


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
    assert algorithm in suite.metadata()["id_token_signing_alg_values_supported"]


@promise("oidf:oidcc-idtoken-unsigned", "oidf:oidcc-idtoken-unsigned:form_post")
def test_oidcc_idtoken_unsigned(suite: Suite) -> None:
    assert "none" not in suite.metadata()["id_token_signing_alg_values_supported"]
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
    assert suite.userinfo(tokens).keys() - WORK == {"sub", *PROFILE}


@promise("oidf:oidcc-scope-email", "oidf:oidcc-scope-email:form_post")
def test_oidcc_scope_email(suite: Suite) -> None:
    tokens = suite.flow(scope="openid email")
    assert suite.userinfo(tokens).keys() == {"sub", "email", "email_verified"}


@promise("oidf:oidcc-scope-address", "oidf:oidcc-scope-address:form_post")
def test_oidcc_scope_address(suite: Suite) -> None:
    _assert_passed_over(suite, "address")


@promise("oidf:oidcc-scope-phone", "oidf:oidcc-scope-phone:form_post")
def test_oidcc_scope_phone(suite: Suite) -> None:
    _assert_passed_over(suite, "phone")


@promise("oidf:oidcc-scope-all", "oidf:oidcc-scope-all:form_post")
def test_oidcc_scope_all(suite: Suite) -> None:
    tokens = suite.flow(scope=EVERY_SCOPE)
    assert tokens.answer["scope"] == EVERY_SCOPE
    assert suite.userinfo(tokens).keys() >= {*PROFILE, "email"}


def _assert_passed_over(suite: Suite, scope: str) -> None:
    """The module is skipped where `scopes_supported` lacks the scope; asking for it all the same is no error."""
    assert scope not in suite.metadata()["scopes_supported"]
    tokens = suite.flow(scope=f"openid {scope}")
    assert tokens.answer["scope"] == "openid"
    assert suite.userinfo(tokens).keys() == {"sub"}


@promise("oidf:oidcc-alternate-happy-flow", "oidf:oidcc-alternate-happy-flow:form_post")
def test_oidcc_alternate_happy_flow(suite: Suite) -> None:
    query = urlencode(list(reversed(suite.request(scope="email openid").items())))
    answer = suite.walk(suite.browser.client.get(f"/authorize?{query}", base_url=ISSUER))
    tokens = suite.checked(suite.exchange(suite.back(answer)["code"]), NONCE)
    assert suite.userinfo(tokens).keys() == {"sub", "email", "email_verified"}


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


@promise("oidf:oidcc-server-client-secret-post", "oidf:oidcc-server-client-secret-post:form_post")
def test_oidcc_server_client_secret_post(suite: Suite) -> None:
    client = replace(suite.client, auth_method="client_secret_post")
    suite.provider.add(client)
    suite.other(client).flow()


@promise("oidf:oidcc-claims-essential", "oidf:oidcc-claims-essential:form_post")
def test_oidcc_claims_essential(suite: Suite) -> None:
    tokens = suite.flow(claims='{"userinfo": {"name": {"essential": true}}}')
    assert suite.userinfo(tokens).keys() == {"sub", "name"}


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
        "/token", grant_type="refresh_token", refresh_token=tokens.answer["refresh_token"]
    )
    assert (stolen.status_code, stolen.json["error"]) == (400, "invalid_grant")


@promise(
    "oidf:oidcc-ensure-request-with-valid-pkce-succeeds", "oidf:oidcc-ensure-request-with-valid-pkce-succeeds:form_post"
)
def test_oidcc_ensure_request_with_valid_pkce_succeeds(suite: Suite) -> None:
    suite.flow(VERIFIER, code_challenge=CHALLENGE, code_challenge_method="S256")

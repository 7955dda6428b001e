"""The modules of `oidcc-basic` about the authorization request: prompts, hints, redirect URIs, request objects."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.auth.builders import ISSUER, PASSWORD
from tests.auth.conformance.suite import NONCE, STATE, Suite, unsigned_request
from tests.promises import promise

SECOND = timedelta(seconds=1)
PROFILE = {"name", "given_name", "family_name", "preferred_username", "zoneinfo", "locale", "updated_at"}


@promise("oidf:oidcc-display-page", "oidf:oidcc-display-page:form_post")
def test_oidcc_display_page(suite: Suite) -> None:
    suite.flow(display="page")
    assert "page" in suite.metadata()["display_values_supported"]


@promise("oidf:oidcc-display-popup", "oidf:oidcc-display-popup:form_post")
def test_oidcc_display_popup(suite: Suite) -> None:
    suite.flow(display="popup")
    assert "popup" in suite.metadata()["display_values_supported"]


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
    offered = suite.metadata()["acr_values_supported"]
    tokens = suite.flow(acr_values=" ".join(offered) if known else "1 2")
    assert tokens.identity["acr"] in offered


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


@promise(
    "oidf:oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
    "oidf:oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported:form_post",
)
def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(suite: Suite) -> None:
    assert suite.metadata()["request_uri_parameter_supported"] is False
    assert suite.error(request_uri="https://client.example/request.jwt") == "request_uri_not_supported"


@promise(
    "oidf:oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
    "oidf:oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported:form_post",
)
def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(suite: Suite) -> None:
    assert "none" not in suite.metadata()["request_object_signing_alg_values_supported"]
    request = unsigned_request({**suite.request(), "iss": suite.client.client_id, "aud": ISSUER})
    assert suite.error(request=request) == "request_not_supported"


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
    refused = suite.ask(**outer, request=unsigned_request(claims))
    assert refused.status_code == 400
    assert "Location" not in refused.headers

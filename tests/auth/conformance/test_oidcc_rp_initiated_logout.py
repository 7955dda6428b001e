"""The plan `oidcc-rp-initiated-logout`: what ends a session, and where the browser may go afterwards."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.auth.builders import ISSUER
from tests.auth.conformance.forgeries import FOREIGN, Workshop
from tests.auth.conformance.suite import Suite
from tests.promises import promise

LOGOUT_STATE = "s" * 127 + "~"


def back_address(suite: Suite) -> str:
    return suite.client.post_logout_redirect_uris[0]


def end_session(suite: Suite, hint: str, **changes: str | None) -> Any:
    """The request of the suite: a hint, a registered address, a state of 128 characters."""
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": back_address(suite), "state": LOGOUT_STATE, **changes}
    return suite.browser.get("/logout", **{name: value for name, value in asked.items() if value is not None})


def hint_of(suite: Suite) -> str:
    """The ID token of a normal flow."""
    return str(suite.flow().answer["id_token"])


def is_signed_in(suite: Suite) -> bool:
    return "code" in suite.authorize(prompt="none")


def assert_shown(answer: Any) -> None:
    """An error page: the browser goes nowhere."""
    assert answer.status_code == 400
    assert 'class="oidc-error"' in answer.text
    assert "Location" not in answer.headers


def assert_asked(suite: Suite, page: Any) -> None:
    """The person is asked; saying yes ends the session and leads to our own page."""
    assert 'id="logout-confirm"' in page.text
    assert is_signed_in(suite)
    gone = suite.browser.submit(page, "/logout/confirm")
    assert 'id="logged-out"' in suite.browser.follow(gone).text
    assert not is_signed_in(suite)


@promise("oidf:oidcc-rp-initiated-logout-discovery-endpoint-verification")
def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(plain: Suite) -> None:
    metadata = plain.browser.get("/.well-known/openid-configuration").json
    assert metadata["end_session_endpoint"] == f"{ISSUER}/logout"


@promise("oidf:oidcc-rp-initiated-logout")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_oidcc_rp_initiated_logout(plain: Suite, method: str) -> None:
    hint = hint_of(plain)
    if method == "GET":
        answer = end_session(plain, hint)
    else:
        form = {"id_token_hint": hint, "post_logout_redirect_uri": back_address(plain), "state": LOGOUT_STATE}
        answer = plain.browser.post("/logout", **form)
    address, _, query = answer.headers["Location"].partition("?")
    assert (answer.status_code, address) == (303, back_address(plain))
    assert parse_qs(query) == {"state": [LOGOUT_STATE]}
    assert not is_signed_in(plain)


@promise("oidf:oidcc-rp-initiated-logout-bad-post-logout-redirect-uri")
def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(plain: Suite) -> None:
    assert_shown(end_session(plain, hint_of(plain), post_logout_redirect_uri="https://invalid.example/"))


@promise("oidf:oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri")
def test_oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(plain: Suite) -> None:
    address = f"{back_address(plain)}?foo=bar"
    assert_shown(end_session(plain, hint_of(plain), post_logout_redirect_uri=address))


@promise("oidf:oidcc-rp-initiated-logout-modified-id-token-hint")
def test_oidcc_rp_initiated_logout_modified_id_token_hint(plain: Suite) -> None:
    shop = Workshop(hint_of(plain), None, 0)
    assert_shown(end_session(plain, shop.unsigned()))
    assert_asked(plain, end_session(plain, shop.unsigned(), post_logout_redirect_uri=None))


@promise("oidf:oidcc-rp-initiated-logout-bad-id-token-hint")
def test_oidcc_rp_initiated_logout_bad_id_token_hint(plain: Suite) -> None:
    shop = Workshop(hint_of(plain), FOREIGN, 0)
    assert_shown(end_session(plain, shop.again()))
    assert_asked(plain, end_session(plain, shop.again(), post_logout_redirect_uri=None))


@promise("oidf:oidcc-rp-initiated-logout-no-id-token-hint")
def test_oidcc_rp_initiated_logout_no_id_token_hint(plain: Suite) -> None:
    hint_of(plain)
    assert_shown(plain.browser.get("/logout", post_logout_redirect_uri=back_address(plain), state=LOGOUT_STATE))
    named = plain.browser.get(
        "/logout", client_id=plain.client.client_id, post_logout_redirect_uri=back_address(plain), state=LOGOUT_STATE
    )
    assert 'id="logout-confirm"' in named.text
    assert is_signed_in(plain)


@promise("oidf:oidcc-rp-initiated-logout-no-params")
def test_oidcc_rp_initiated_logout_no_params(plain: Suite) -> None:
    hint_of(plain)
    assert_asked(plain, plain.browser.get("/logout"))


@promise("oidf:oidcc-rp-initiated-logout-no-post-logout-redirect-uri")
def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(plain: Suite) -> None:
    answer = end_session(plain, hint_of(plain), post_logout_redirect_uri=None)
    assert urlsplit(answer.headers["Location"]).path == "/logged-out"
    assert 'id="logged-out"' in plain.browser.follow(answer).text
    assert not is_signed_in(plain)


@promise("oidf:oidcc-rp-initiated-logout-no-state")
def test_oidcc_rp_initiated_logout_no_state(plain: Suite) -> None:
    answer = end_session(plain, hint_of(plain), state=None)
    assert (answer.status_code, answer.headers["Location"]) == (303, back_address(plain))
    assert not is_signed_in(plain)


@promise("oidf:oidcc-rp-initiated-logout-only-state")
def test_oidcc_rp_initiated_logout_only_state(plain: Suite) -> None:
    hint_of(plain)
    assert_asked(plain, plain.browser.get("/logout", state=LOGOUT_STATE))

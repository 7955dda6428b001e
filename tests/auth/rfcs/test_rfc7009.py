"""RFC 7009, revocation."""

from __future__ import annotations

import pytest

from tests.auth.builders import DIRECTOR, AuthBrowser, Provider, a_client
from tests.auth.conformance_fapi.builders import claims_of, refusal
from tests.auth.rfcs.builders import a_public_client, call, introspect, public_refresh, public_tokens, tokens, userinfo
from tests.promises import promise


@promise("rfc7009:refresh-token")
def test_rfc7009_a_revoked_refresh_token_ends_all_that_came_of_it(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    first = tokens(browser)
    second = browser.token(grant_type="refresh_token", refresh_token=first["refresh_token"]).json
    answer = call(browser, "/revoke", token=first["refresh_token"])
    assert (answer.status_code, answer.data) == (200, b"")
    refreshed = browser.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert refusal(refreshed) == (400, "invalid_grant")
    for given in (first, second):
        assert userinfo(browser, given["access_token"]).status_code == 401
    assert "auth.token.revoked" in provider.event_types()


@promise("rfc7009:access-token")
def test_rfc7009_a_revoked_access_token_ends_alone(browser: AuthBrowser) -> None:
    browser.sign_in()
    given = tokens(browser)
    assert call(browser, "/revoke", token=given["access_token"]).status_code == 200
    assert userinfo(browser, given["access_token"]).status_code == 401
    assert introspect(browser, given["access_token"]) == {"active": False}
    refreshed = browser.token(grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert userinfo(browser, refreshed.json["access_token"]).status_code == 200


@promise("rfc7009:recorded")
def test_rfc7009_the_record_names_the_account_also_of_a_pairwise_client(
    provider: Provider, browser: AuthBrowser
) -> None:
    provider.add(a_client("cdap", subject_type="pairwise"))
    browser.sign_in()
    token = tokens(browser)["access_token"]
    assert claims_of(provider, token)["sub"] != DIRECTOR
    call(browser, "/revoke", token=token)
    event = provider.work.events[-1]
    assert (event.type, event.subject) == ("auth.token.revoked", f"account:{DIRECTOR}")


@promise("rfc7009:foreign-token")
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_rfc7009_a_token_of_another_client_stays(browser: AuthBrowser, kind: str) -> None:
    browser.sign_in()
    given = tokens(browser)
    assert call(browser, "/revoke", "mon-enfant", token=given[kind]).status_code == 200
    assert introspect(browser, given[kind])["active"] is True


@promise("rfc7009:unknown-token")
@pytest.mark.parametrize("token", ["unknown", "x.y.z", "é"])
def test_rfc7009_an_unknown_token_is_answered_like_a_revoked_one(browser: AuthBrowser, token: str) -> None:
    assert call(browser, "/revoke", token=token).status_code == 200


@promise("rfc7009:unknown-token")
def test_rfc7009_a_token_may_be_revoked_twice(browser: AuthBrowser) -> None:
    browser.sign_in()
    given = tokens(browser)
    for kind in ("access_token", "refresh_token"):
        assert [call(browser, "/revoke", token=given[kind]).status_code for _ in range(2)] == [200, 200]


@promise("rfc7009:hint")
@pytest.mark.parametrize("hint", ["access_token", "unknown"])
def test_rfc7009_a_wrong_hint_does_no_harm(browser: AuthBrowser, hint: str) -> None:
    browser.sign_in()
    token = tokens(browser)["refresh_token"]
    assert call(browser, "/revoke", token=token, token_type_hint=hint).status_code == 200
    assert introspect(browser, token) == {"active": False}


@promise("rfc7009:authenticated")
def test_rfc7009_a_client_authenticates_as_it_is_registered(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    given = tokens(browser)
    for form in ({"client_id": "cdap"}, {}, {"client_id": "cdap", "client_secret": "wrong"}):
        assert refusal(browser.post("/revoke", token=given["refresh_token"], **form)) == (401, "invalid_client")
    assert refusal(call(browser, "/revoke")) == (400, "invalid_request")
    assert introspect(browser, given["refresh_token"])["active"] is True


@promise("rfc7009:authenticated")
def test_rfc7009_a_public_client_revokes_by_its_name(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(a_public_client())
    browser.sign_in()
    token = public_tokens(browser).json["refresh_token"]
    assert browser.post("/revoke", token=token, client_id="tablet").status_code == 200
    assert refusal(public_refresh(browser, token)) == (400, "invalid_grant")

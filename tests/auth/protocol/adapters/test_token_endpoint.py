"""Everything the token endpoint must refuse, and the traps of the library below it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from auth.people.domain.sessions import EndReason
from auth.people.use_cases.ending import end_session
from servicekit.audit_events import Outcome
from servicekit.identifiers import hash_secret
from tests.auth.builders import ISSUER, SECRET, VERIFIER, AuthBrowser, Provider


@pytest.fixture
def code(browser: AuthBrowser) -> str:
    """A code of the client `cdap`."""
    browser.sign_in()
    return browser.code()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code": "unknown"}, "invalid_grant"),
        ({"redirect_uri": "http://localhost:8402/retour?x"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"code_verifier": "another-verifier-of-at-least-forty-three-characters"}, "invalid_grant"),
        ({"code_verifier": "é" * 43}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
        ({"grant_type": ""}, "invalid_request"),
    ],
)
def test_a_wrong_exchange_is_refused(browser: AuthBrowser, code: str, changes: dict[str, str], error: str) -> None:
    answer = browser.exchange(code, **changes)
    assert (answer.status_code, answer.json["error"]) == (400, error)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_wrong_verifier_leaves_the_code_to_its_client(browser: AuthBrowser, code: str) -> None:
    browser.exchange(code, code_verifier="another-verifier-of-at-least-forty-three-characters")
    assert browser.exchange(code).status_code == 200


def test_plain_is_not_a_way_around_the_challenge(browser: AuthBrowser) -> None:
    """A client that sends its challenge as verifier does not pass, as `plain` would allow."""
    browser.sign_in()
    code = browser.code(code_challenge="A" * 43)
    assert browser.exchange(code, code_verifier="A" * 43).json["error"] == "invalid_grant"


def test_another_client_cannot_use_the_code(browser: AuthBrowser, code: str) -> None:
    assert browser.exchange(code, "mon-enfant").json["error"] == "invalid_grant"
    assert browser.exchange(code).status_code == 200


@pytest.mark.parametrize("secret", ["wrong", SECRET + "x", ""])
def test_a_wrong_secret_is_refused(browser: AuthBrowser, code: str, secret: str) -> None:
    answer = browser.token("cdap", secret, grant_type="authorization_code", code=code)
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")
    assert "WWW-Authenticate" in answer.headers


def test_the_secret_may_come_in_the_form_but_not_in_both_places(browser: AuthBrowser, code: str) -> None:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://localhost:8402/retour"}
    form |= {"code_verifier": VERIFIER, "client_id": "cdap", "client_secret": SECRET}
    assert browser.token(**form).json["error"] == "invalid_request"
    assert browser.post("/token", **form).status_code == 200


def test_a_client_without_its_secret_gets_nothing(browser: AuthBrowser, code: str) -> None:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://localhost:8402/retour"}
    answer = browser.post("/token", client_id="cdap", code_verifier=VERIFIER, **form)
    assert answer.json["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"grant_type": "authorization_code"}', "application/json"),
        (b"grant_type=authorization_code&grant_type=refresh_token", "application/x-www-form-urlencoded"),
        (b"x=" + b"y" * 70_000, "application/x-www-form-urlencoded"),
        (b"\xff\xfe=%ff", "application/x-www-form-urlencoded"),
        (b"", "application/x-www-form-urlencoded"),
    ],
)
def test_a_malformed_body_gets_an_rfc_error(browser: AuthBrowser, body: bytes, content_type: str) -> None:
    answer: Any = browser.client.post("/token", data=body, content_type=content_type, base_url=ISSUER)
    assert answer.status_code == 400
    assert answer.json["error"] in {"invalid_request", "unsupported_grant_type"}


def test_other_verbs_are_refused(browser: AuthBrowser) -> None:
    answer = browser.get("/token")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_code_lives_sixty_seconds(provider: Provider, browser: AuthBrowser, code: str) -> None:
    provider.clock.advance(timedelta(seconds=60))
    assert browser.exchange(code).json["error"] == "invalid_grant"


def test_a_code_of_an_ended_session_gives_nothing(provider: Provider, browser: AuthBrowser, code: str) -> None:
    session = provider.read(lambda repos: next(iter(repos.sessions.rows.values())))

    def end(repos):  # type: ignore[no-untyped-def]
        return Outcome(None, end_session(repos, session, EndReason.LOCKED, provider.clock.now()).events)

    provider.work.record(end)
    assert browser.exchange(code).json == {"error": "invalid_grant", "error_description": "SESSION_ENDED"}


def test_a_code_used_twice_revokes_what_it_gave(provider: Provider, browser: AuthBrowser, code: str) -> None:
    tokens = browser.exchange(code).json
    assert browser.exchange(code).json["error"] == "invalid_grant"
    refresh = browser.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refresh.json["error"] == "invalid_grant"
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert browser.client.get("/userinfo", headers=bearer, base_url=ISSUER).status_code == 401
    event = next(event for event in provider.work.events if event.type == "auth.code.reused")
    assert (event.decision, event.reason) == ("refused", "CODE_REUSED")
    notices = provider.read(lambda repos: list(repos.logout_notices.rows.values()))
    assert [notice.client_id for notice in notices] == ["cdap"]


@pytest.mark.parametrize("count", [5, 50])
def test_of_many_exchanges_at_once_exactly_one_succeeds(stored_provider: Provider, count: int) -> None:
    browser = stored_provider.browser()
    browser.sign_in()
    code = browser.code()
    start = threading.Barrier(count)
    browsers = [stored_provider.browser() for _ in range(count)]  # routes are compiled here: ast is not for threads

    def exchange(one: AuthBrowser) -> int:
        start.wait(30)
        return int(one.exchange(code).status_code)

    with ThreadPoolExecutor(count) as pool:
        statuses = sorted(pool.map(exchange, browsers))
    assert statuses == [200] + [400] * (count - 1)
    assert [event.type for event in stored_provider.work.events].count("auth.token.issued") == 1
    assert "auth.code.reused" in [event.type for event in stored_provider.work.events]


def test_a_refresh_may_narrow_the_scope_and_never_widen_it(browser: AuthBrowser, code: str) -> None:
    token = browser.exchange(code).json["refresh_token"]
    wide = browser.token(grant_type="refresh_token", refresh_token=token, scope="openid cdap admin")
    assert wide.json["error"] == "invalid_scope"
    narrow = browser.token(grant_type="refresh_token", refresh_token=token, scope="openid")
    assert narrow.json["scope"] == "openid"
    full = browser.token(grant_type="refresh_token", refresh_token=token)
    assert full.json["scope"] == "openid profile email cdap"


def test_another_client_cannot_refresh(browser: AuthBrowser, code: str) -> None:
    token = browser.exchange(code).json["refresh_token"]
    refused = browser.token("mon-enfant", grant_type="refresh_token", refresh_token=token)
    assert refused.json["error"] == "invalid_grant"
    assert browser.token(grant_type="refresh_token", refresh_token=token).status_code == 200


def test_rights_are_evaluated_again_at_each_refresh(provider: Provider, browser: AuthBrowser, code: str) -> None:
    token = browser.exchange(code).json["refresh_token"]
    provider.change_rights("creche_director_grant", state="withdrawn")
    refused = browser.token(grant_type="refresh_token", refresh_token=token)
    assert refused.json == {"error": "invalid_grant", "error_description": "HABILITATION_WITHDRAWN"}
    assert provider.work.events[-1].type == "auth.token.refused"
    provider.change_rights("creche_director_grant", state="active")
    assert browser.token(grant_type="refresh_token", refresh_token=token).status_code == 200


def test_a_token_ends_with_its_session(provider: Provider, browser: AuthBrowser, code: str) -> None:
    token = browser.exchange(code).json["refresh_token"]
    for _ in range(29):
        provider.clock.advance(timedelta(minutes=20, seconds=40))
        assert browser.token(grant_type="refresh_token", refresh_token=token).status_code == 200
    provider.clock.advance(timedelta(seconds=30))
    answer = browser.token(grant_type="refresh_token", refresh_token=token)
    assert answer.json["expires_in"] == 10


def test_nothing_secret_is_kept_in_clear(provider: Provider, browser: AuthBrowser, code: str) -> None:
    tokens = browser.exchange(code).json
    kept = provider.read(lambda repos: repr(vars(repos)["codes"].rows) + repr(repos.refresh_tokens.rows))
    assert code not in kept
    assert tokens["refresh_token"] not in kept
    assert hash_secret(tokens["refresh_token"]) in kept
    assert SECRET not in provider.read(lambda repos: repr(repos.clients.rows))

"""Refreshes at the same moment, and again after a lost answer: nobody loses a session, and a thief is still seen.

Every kind of client, on SQLite and PostgreSQL, in real threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from auth.bootstrap.repositories import SqlRepositories
from auth.clients.domain.clients import AUTHORIZATION_CODE, REFRESH_TOKEN
from auth.protocol.domain.grants import OVERLAP
from servicekit.database import open_database
from servicekit.outbox import RecordingUnitOfWork
from servicekit.web.secrets import WebSecrets
from tests.auth.builders import AuthBrowser, Provider
from tests.auth.conformance_fapi.builders import DPOP_KEY, KEY, FapiClient, a_fapi_client, refusal
from tests.auth.conformance_fapi.certificates import SUBJECT, a_certificate, a_key, mtls_browser
from tests.auth.conftest import KeptEvents
from tests.auth.rfcs.builders import (
    a_public_client,
    public_refresh,
    public_tokens,
    tokens,
    userinfo,
)
from tests.promises import promise

CERTIFICATE = a_certificate(a_key())
LATER = OVERLAP + timedelta(seconds=1)

Answer = Any


@dataclass(frozen=True)
class Caller:
    """A client with the first refresh token of a person; `refresh` is safe for threads, each with a browser."""

    browser: AuthBrowser
    token: str
    refresh: Callable[[AuthBrowser, str], Answer]
    new_browser: Callable[[], AuthBrowser]


def _with_secret(provider: Provider) -> Caller:
    browser = provider.browser()
    browser.sign_in()

    def refresh(one: AuthBrowser, token: str) -> Answer:
        return one.token(grant_type=REFRESH_TOKEN, refresh_token=token)

    return Caller(browser, tokens(browser)["refresh_token"], refresh, provider.browser)


def _holding(**changes: Any) -> Callable[[Provider], Caller]:
    def make(provider: Provider) -> Caller:
        registered = a_fapi_client(grant_types=[AUTHORIZATION_CODE, REFRESH_TOKEN], **changes)
        provider.add(registered)
        browser = mtls_browser(provider)
        browser.sign_in()
        client = FapiClient(
            provider,
            browser,
            key=KEY if registered.auth_method == "private_key_jwt" else None,
            dpop_key=DPOP_KEY if registered.dpop_bound_access_tokens else None,
            certificate=CERTIFICATE if "tls" in registered.auth_method else "",
        )

        def refresh(one: AuthBrowser, token: str) -> Answer:
            return replace(client, browser=one).grant(REFRESH_TOKEN, refresh_token=token)

        return Caller(browser, client.tokens()["refresh_token"], refresh, lambda: mtls_browser(provider))

    return make


def _public_with_key(provider: Provider) -> Caller:
    provider.add(a_public_client())
    browser = provider.browser()
    browser.sign_in()
    key = FapiClient(provider, browser)

    def refresh(one: AuthBrowser, token: str) -> Answer:
        return public_refresh(one, token, DPoP=key.proof("/token"))

    token = public_tokens(browser, DPoP=key.proof("/token")).json["refresh_token"]
    return Caller(browser, token, refresh, provider.browser)


def _public(provider: Provider) -> Caller:
    provider.add(a_public_client())
    browser = provider.browser()
    browser.sign_in()
    return Caller(browser, public_tokens(browser).json["refresh_token"], public_refresh, provider.browser)


_BY_CERTIFICATE = {
    "token_endpoint_auth_method": "tls_client_auth",
    "tls_client_auth_subject_dn": SUBJECT,
    "dpop_bound_access_tokens": False,
    "tls_client_certificate_bound_access_tokens": True,
    "jwks": None,
}
STEADY: Mapping[str, Callable[[Provider], Caller]] = {
    "secret": _with_secret,
    "private_key_jwt": _holding(profile="baseline", dpop_bound_access_tokens=False),
    "private_key_jwt with DPoP, fapi2": _holding(),
    "certificate": _holding(**_BY_CERTIFICATE),
    "public with DPoP": _public_with_key,
}
CALLERS = {**STEADY, "public": _public}


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[Provider]:
    """A provider on SQLite and on PostgreSQL."""
    database = open_database(database_url, threads=10)
    kept = KeptEvents()
    work: Any = RecordingUnitOfWork(database, SqlRepositories, kept)
    work.events = kept.events
    yield Provider(tmp_path, work)
    database.close()


def at_once(caller: Caller, count: int, token: str) -> list[Answer]:
    """The answers to `count` refreshes with one token, sent at the same moment."""
    start = threading.Barrier(count)
    browsers = [caller.new_browser() for _ in range(count)]  # routes are compiled here: ast is not for threads

    def refresh(one: AuthBrowser) -> Answer:
        start.wait(30)
        return caller.refresh(one, token)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(refresh, browsers))


def is_quiet(provider: Provider) -> bool:
    """Whether nothing speaks of theft: no event, no client told that its session is over."""
    told = provider.read(lambda repos: repos.logout_notices.due(provider.clock.now(), 10))
    return not told and not any("reused" in kind for kind in provider.event_types())


@promise("rfc9700:refresh-at-once")
@pytest.mark.parametrize("count", [2, 3, 8])
@pytest.mark.parametrize("kind", CALLERS)
def test_every_one_of_several_refreshes_at_once_is_answered(house: Provider, kind: str, count: int) -> None:
    caller = CALLERS[kind](house)
    answers = at_once(caller, count, caller.token)
    assert [answer.status_code for answer in answers] == [200] * count, [answer.text for answer in answers]
    following = {answer.json.get("refresh_token", caller.token) for answer in answers}
    assert len(following) == 1
    assert len({answer.json["access_token"] for answer in answers}) == count
    assert caller.refresh(caller.browser, following.pop()).status_code == 200
    assert is_quiet(house)


@promise("rfc9700:refresh-at-once")
@pytest.mark.parametrize("kind", CALLERS)
def test_a_retry_after_a_lost_answer_gets_what_was_lost(house: Provider, kind: str) -> None:
    caller = CALLERS[kind](house)
    lost = caller.refresh(caller.browser, caller.token).json
    house.clock.advance(OVERLAP)
    retried = caller.refresh(caller.browser, caller.token)
    assert retried.status_code == 200, retried.text
    assert retried.json.get("refresh_token") == lost.get("refresh_token")
    assert is_quiet(house)


@promise("rfc9700:refresh-rotation")
@pytest.mark.parametrize("kind", STEADY)
def test_what_a_client_proves_to_be_its_own_is_not_rotated(house: Provider, kind: str) -> None:
    caller = CALLERS[kind](house)
    for _ in range(3):
        answer = caller.refresh(caller.browser, caller.token)
        assert answer.status_code == 200, answer.text
        assert "refresh_token" not in answer.json
        house.clock.advance(LATER)
    assert is_quiet(house)


def _ends_the_family(house: Provider, caller: Caller, stolen: str, newest: Answer) -> None:
    assert refusal(caller.refresh(caller.browser, stolen)) == (400, "invalid_grant")
    assert refusal(caller.refresh(caller.browser, newest.json["refresh_token"])) == (400, "invalid_grant")
    assert userinfo(caller.browser, newest.json["access_token"]).status_code == 401
    (event,) = [event for event in house.work.events if event.type == "auth.refresh_token.reused"]
    assert (event.decision, event.reason) == ("refused", "REFRESH_TOKEN_REUSED")
    session_id = str(event.payload["session_id"])
    told = house.read(lambda repos: repos.logout_notices.of_session(session_id))
    assert [notice.client_id for notice in told] == ["tablet"]


@promise("rfc9700:refresh-rotation")
def test_a_rotated_token_that_comes_back_after_the_overlap_ends_the_family(house: Provider) -> None:
    caller = _public(house)
    newest = caller.refresh(caller.browser, caller.token)
    house.clock.advance(LATER)
    _ends_the_family(house, caller, caller.token, newest)


@promise("rfc9700:refresh-rotation")
def test_a_rotated_token_that_comes_back_once_its_successor_was_used_ends_the_family(house: Provider) -> None:
    caller = _public(house)
    second = caller.refresh(caller.browser, caller.token).json["refresh_token"]
    newest = caller.refresh(caller.browser, second)
    assert newest.json["refresh_token"] not in (caller.token, second)
    _ends_the_family(house, caller, caller.token, newest)


@promise("rfc9700:refresh-rotation")
def test_a_thief_within_the_overlap_is_seen_at_the_next_refresh(house: Provider) -> None:
    caller = _public(house)
    own = caller.refresh(caller.browser, caller.token).json["refresh_token"]
    stolen = caller.refresh(house.browser(), caller.token).json["refresh_token"]
    assert stolen == own
    newest = caller.refresh(house.browser(), stolen)
    house.clock.advance(LATER)
    _ends_the_family(house, caller, own, newest)


def test_a_revoked_token_is_not_answered_again(house: Provider) -> None:
    caller = _public(house)
    newest = caller.refresh(caller.browser, caller.token).json["refresh_token"]
    caller.browser.post("/revoke", token=newest, client_id="tablet")
    assert refusal(caller.refresh(caller.browser, caller.token)) == (400, "invalid_grant")
    assert "auth.refresh_token.reused" not in house.event_types()


@pytest.mark.parametrize("kind", CALLERS)
def test_a_session_that_ended_answers_no_retry(house: Provider, kind: str) -> None:
    caller = CALLERS[kind](house)
    assert caller.refresh(caller.browser, caller.token).status_code == 200
    (session,) = house.read(lambda repos: repos.sessions.open_of("account-creche-director"))
    house.people.sign_out(session.session_id)
    assert refusal(caller.refresh(caller.browser, caller.token)) == (400, "invalid_grant")


@promise("product:secrets-of-pages-are-replaced-alive")
def test_a_retry_after_the_secret_was_replaced_gets_the_token_that_followed(provider: Provider) -> None:
    older, newer = b"the secret of the pages, for tests only", b"a newer secret of the pages, for tests"
    caller = _public(provider)
    own = caller.refresh(caller.browser, caller.token).json["refresh_token"]
    provider.restart(WebSecrets(newer, older))
    assert public_refresh(provider.browser(), caller.token).json["refresh_token"] == own
    provider.restart(WebSecrets(newer))
    assert refusal(public_refresh(provider.browser(), caller.token)) == (400, "invalid_grant")

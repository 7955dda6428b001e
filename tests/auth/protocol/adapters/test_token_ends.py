"""Every way in which a token ends, at everybody who is shown one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from auth.clients.use_cases.register_clients import OPERATOR
from auth.people.domain.sessions import EndReason
from auth.people.use_cases.ending import end_all_sessions
from auth.people.use_cases.orders import Order
from auth.people.use_cases.read_ended_sessions import ReadEndedSessions
from rights.feed import FeedLostError, Position, Subscription
from rights.sessions import EndedSession, EndedSessions, SessionsEnded, SessionsReplica
from rights.token_marks import TokenMarks
from servicekit.audit_events import Outcome
from tests.auth.builders import DIRECTOR, SECRET, AuthBrowser, Provider, a_client
from tests.auth.conformance_fapi.builders import claims_of
from tests.auth.rfcs.builders import (
    a_public_client,
    an_exchanging_client,
    exchange,
    introspect,
    public_refresh,
    public_tokens,
    userinfo,
)
from tests.promises import promise

PORT = 8411


class Feed:
    """The feed of a provider without a network: `adapters.rpc.ended_sessions` and its client only translate."""

    def __init__(self, provider: Provider) -> None:
        self._feed = ReadEndedSessions(provider.work, provider.clock)

    def snapshot(self) -> EndedSessions:
        page = self._feed.snapshot()
        known = EndedSessions(page.revision, page.epoch)
        return known.including(map(_end, page.sessions), page.revision, min(e.ended_at for e in page.sessions))

    def newest(self) -> Position:
        page = self._feed.position()
        return Position(page.revision, page.epoch)

    def watch(self, position: Position) -> Subscription[SessionsEnded]:
        page = self._feed.after(position.revision, position.epoch)
        return Once(SessionsEnded(page.revision, position.revision, tuple(map(_end, page.sessions))))

    def acknowledge(self, replica: str, position: Position) -> None:
        """Nobody waits for it."""


class Once:
    """One message, then silence."""

    def __init__(self, message: SessionsEnded) -> None:
        self._message = message

    def __iter__(self) -> Iterator[SessionsEnded]:
        yield self._message
        raise FeedLostError("the stream broke")

    def cancel(self) -> None:
        """Nothing runs."""


def _end(end: Any) -> EndedSession:
    return EndedSession(
        session_id=end.session_id,
        account_id=end.account_id,
        ended_at=end.ended_at,
        token_id=end.token_id,
        client_id=end.client_id,
    )


class Held:
    """What omega got of the person, and the browser with which she did."""

    def __init__(self, provider: Provider, browser: AuthBrowser) -> None:
        self.provider, self.browser = provider, browser
        provider.add(an_exchanging_client(first_party=False))
        browser.sign_in()
        self.code = self._agreed_code()
        self.answer = browser.exchange(self.code, "omega", PORT).json
        self.access_token: str = self.answer["access_token"]
        self.refresh_token: str = self.answer["refresh_token"]
        self.claims = claims_of(provider, self.access_token)

    def _agreed_code(self) -> str:
        session_id = next(iter(self.provider.work.read(lambda repos: repos.sessions.open_of(DIRECTOR)))).session_id
        session = self.provider.work.read(lambda repos: repos.sessions.find(session_id))
        client = self.provider.work.read(lambda repos: repos.clients.find("omega"))
        self.provider.protocol.give_consent(session, client, "openid profile omega cdap")
        return self.browser.code("omega", PORT, scope="openid profile omega cdap")

    @property
    def marks(self) -> TokenMarks:
        made_at = self.provider.clock.now()
        return TokenMarks(
            session_id=self.claims["sid"],
            account_id=DIRECTOR,
            token_id=self.claims["jti"],
            client_id=self.claims["client_id"],
            issued_at=made_at,
        )


def _revoke_refresh_token(held: Held) -> None:
    form = {"token": held.refresh_token, "client_id": "omega", "client_secret": SECRET}
    assert held.browser.post("/revoke", **form).status_code == 200


def _revoke_access_token(held: Held) -> None:
    form = {"token": held.access_token, "client_id": "omega", "client_secret": SECRET}
    assert held.browser.post("/revoke", **form).status_code == 200


def _replay_code(held: Held) -> None:
    assert held.browser.exchange(held.code, "omega", PORT).status_code == 400


def _withdraw_consent(held: Held) -> None:
    session = held.provider.work.read(lambda repos: repos.sessions.find(held.claims["sid"]))
    assert held.provider.people.person_sessions.withdraw_consent(session, "omega")


def _disable_client(held: Held) -> None:
    held.provider.clients.register.set_enabled("omega", OPERATOR, enabled=False)


def _disable_client_and_enable_it_again(held: Held) -> None:
    _disable_client(held)
    held.provider.clients.register.set_enabled("omega", OPERATOR, enabled=True)


def _delete_client(held: Held) -> None:
    held.provider.clients.register.delete("omega", OPERATOR)


def _sign_out(held: Held) -> None:
    held.provider.people.sign_out(held.claims["sid"])


def _lock(held: Held) -> None:
    held.provider.people.manage_accounts.lock(
        Order(command_id="command", account_id=DIRECTOR, requested_by="administrator")
    )


def _end_every_session(held: Held) -> None:
    def end(repos: Any) -> Outcome[None]:
        now = held.provider.clock.now()
        return Outcome(None, end_all_sessions(repos, DIRECTOR, EndReason.ADMINISTRATOR, now).events)

    held.provider.work.record(end)


WAYS: tuple[Callable[[Held], None], ...] = (
    _revoke_refresh_token,
    _revoke_access_token,
    _replay_code,
    _withdraw_consent,
    _disable_client,
    _disable_client_and_enable_it_again,
    _delete_client,
    _sign_out,
    _lock,
    _end_every_session,
)


def _is_active_at_introspection(held: Held) -> bool:
    return bool(introspect(held.browser, held.access_token, "cdap-reader")["active"])


def _is_taken_at_userinfo(held: Held) -> bool:
    return bool(userinfo(held.browser, held.access_token).status_code == 200)


def _is_exchanged(held: Held) -> bool:
    return bool(exchange(held.browser, held.access_token).status_code == 200)


def _is_taken_by_a_resource_server(held: Held) -> bool:
    replica = SessionsReplica(Feed(held.provider), held.provider.clock, service="cdap")
    replica.synchronise_once()
    return not replica.is_ended(held.marks)


READERS = (_is_active_at_introspection, _is_taken_at_userinfo, _is_exchanged, _is_taken_by_a_resource_server)


@pytest.fixture
def held(provider: Provider, browser: AuthBrowser) -> Held:
    """With a resource server that may ask about the tokens of omega, and one end long past in the feed."""
    provider.add(a_client("cdap-reader", PORT, resource=f"http://localhost:{PORT}", requires_service_contract=False))
    provider.work.write(lambda repos: repos.ended_sessions.append_token("another", provider.clock.now()))
    return Held(provider, browser)


@promise("ending:tokens-everywhere")
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__.strip("_"))
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_a_token_that_ended_is_refused_by_everybody_who_took_it(
    held: Held, way: Callable[[Held], None], reader: Callable[[Held], bool]
) -> None:
    assert reader(held)
    way(held)
    assert not reader(held)


@promise("ending:tokens-everywhere")
def test_a_replayed_refresh_token_of_a_public_client_ends_its_access_token_everywhere(
    provider: Provider, browser: AuthBrowser
) -> None:
    """A client that proves who it is keeps its refresh token: there is nothing to replay."""
    provider.add(a_public_client())
    provider.work.write(lambda repos: repos.ended_sessions.append_token("another", provider.clock.now()))
    browser.sign_in()
    given = public_tokens(browser).json
    newer = public_refresh(browser, given["refresh_token"]).json
    claims = claims_of(provider, newer["access_token"])
    marks = TokenMarks(
        session_id=claims["sid"],
        account_id=DIRECTOR,
        token_id=claims["jti"],
        client_id="tablet",
        issued_at=provider.clock.now(),
    )

    def is_taken() -> tuple[bool, bool]:
        replica = SessionsReplica(Feed(provider), provider.clock, service="cdap")
        replica.synchronise_once()
        return userinfo(browser, newer["access_token"]).status_code == 200, not replica.is_ended(marks)

    assert is_taken() == (True, True)
    provider.clock.advance(timedelta(minutes=2))
    assert public_refresh(browser, given["refresh_token"]).status_code == 400
    assert is_taken() == (False, False)

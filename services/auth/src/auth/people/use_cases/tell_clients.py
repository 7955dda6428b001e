"""Tells the clients that a session ended (OIDC Back-Channel Logout 1.0 §2.5), with retries."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from auth.clients.domain.clients import NATIONAL, Client
from auth.clients.domain.subjects import Subjects
from auth.clients.use_cases.stores import ClientsById
from auth.ground.use_cases.shelves import HasClients, HasLogoutNotices
from auth.keys.use_cases.ports import Signer
from auth.people.domain.logout import LogoutAnswer, logout_token_claims
from auth.people.domain.mails import retry_delay
from auth.people.use_cases.ports import EachApart, LogoutCalls
from auth.people.use_cases.stores.queues import DeliveredNotices
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import new_id

_OF_ONE_CLIENT = 40
_LANES_OF_ONE_CLIENT = 4
_LONGEST_WAIT = timedelta(minutes=5)
_GIVE_UP_AFTER = timedelta(hours=12)
NOTICES = "logout notices"


class Store(HasLogoutNotices[DeliveredNotices], HasClients[ClientsById], Protocol):
    """What `TellClients` sees of a transaction."""


@dataclass(frozen=True)
class LogoutReport:
    """How many clients of the session are told by us, and how many of them have ended theirs. One that began the logout
    counts as having ended its own.

    `in_browser` are closed by a frame of the page that follows (Front-Channel Logout 1.0), whether we tell them too or
    not; `by_hand` by nobody but the person.
    """

    total: int
    done: int
    in_browser: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()


class TellClients:
    """Posts in parallel; a client that does not answer is tried again."""

    def __init__(  # noqa: PLR0913 - a constructor
        self,
        work: RecordedWork[Store],
        calls: LogoutCalls,
        signer: Signer,
        clock: Clock,
        issuer: str,
        each_apart: EachApart,
        subjects: Subjects,
    ) -> None:
        """Every attempt signs a new token: they live two minutes."""
        self._subjects = subjects
        self._each_apart = each_apart
        self._work = work
        self._calls = calls
        self._signer = signer
        self._clock = clock
        self._issuer = issuer
        self._changing = threading.Lock()
        self._busy: dict[str, int] = {}  # lanes under way of each client
        self._deaf: set[str] = set()  # clients whose last call got no answer: one lane tries again

    def __call__(self, pool: ThreadPoolExecutor) -> int:
        """Tries every notice that is due, once, in parallel; gives how many arrived."""
        return sum(lane.result() for lane in self.begin(pool))

    def begin(self, pool: ThreadPoolExecutor) -> list[Future[int]]:
        """As the call, without waiting: each client has lanes of its own, so that a deaf one keeps nobody waiting.

        A client is not begun again before its lanes have ended.
        """
        now = self._clock.now()
        waiting: dict[str, list[str]] = {}
        for notice_id, client_id in self._work.read(lambda repos: repos.logout_notices.due(now, _OF_ONE_CLIENT)):
            if client_id not in self._busy:
                waiting.setdefault(client_id, []).append(notice_id)
        begun: list[Future[int]] = []
        for client_id, notices in waiting.items():
            count = 1 if client_id in self._deaf else min(_LANES_OF_ONE_CLIENT, len(notices))
            with self._changing:
                self._busy[client_id] = count
            begun += [pool.submit(self._lane, client_id, notices[lane::count]) for lane in range(count)]
        return begun

    def _lane(self, client_id: str, notices: Sequence[str]) -> int:
        try:
            return self._tell(client_id, notices)
        finally:
            with self._changing:
                self._busy[client_id] -= 1
                if not self._busy[client_id]:
                    del self._busy[client_id]

    def _tell(self, client_id: str, notices: Sequence[str]) -> int:
        arrived = 0
        for notice_id in notices:
            answer = self._one(notice_id)
            arrived += answer is LogoutAnswer.TAKEN
            if answer is LogoutAnswer.NONE:
                self._deaf.add(client_id)
                self._postpone(client_id, notice_id)
                break
            self._deaf.discard(client_id)
        return arrived

    def _postpone(self, client_id: str, notice_id: str) -> None:
        """Whatever waits for a client that does not answer waits as long as the one that was tried."""

        def postpone(repos: Store) -> None:
            tried = repos.logout_notices.find(notice_id)
            if tried is not None:
                repos.logout_notices.postpone(client_id, tried.next_attempt_at)

        self._work.write(postpone)

    def report(self, session_id: str) -> LogoutReport:
        """Where the logout of a session stands."""

        def read(repos: Store) -> list[tuple[Client, bool]]:
            notices = repos.logout_notices.of_session(session_id)
            waiting = {one.client_id for one in notices if one.delivered_at is None and not one.has_begun}
            found = (repos.clients.find(client_id) for client_id in sorted({notice.client_id for notice in notices}))
            return [(client, client.client_id not in waiting) for client in found if client is not None]

        return _report(self._work.read(read))

    def _one(self, notice_id: str) -> LogoutAnswer | None:
        """Alone in its own guard: one that fails does not stop those beside it."""
        answers: list[LogoutAnswer | None] = []
        self._each_apart([notice_id], lambda one: answers.append(self._try(one)), self._set_aside, queue=NOTICES)
        return next(iter(answers), None)

    def _set_aside(self, notice_id: str, failure: str, _reference: str = "") -> None:
        now = self._clock.now()
        self._work.write(lambda repos: repos.logout_notices.set_aside(notice_id, failure, now))

    def _try(self, notice_id: str) -> LogoutAnswer | None:
        """What the client said, or None when another process has this notice, or it is gone."""
        now = self._clock.now()
        notice = self._work.read(lambda repos: repos.logout_notices.find(notice_id))
        if notice is None:
            return None
        pause = retry_delay(notice.attempts, first=timedelta(seconds=2), most=_LONGEST_WAIT)
        if not self._work.write(lambda repos: repos.logout_notices.claim(notice, now + pause)):
            return None
        client = self._work.read(lambda repos: repos.clients.find(notice.client_id))
        if client is not None and client.backchannel_logout_uri is not None:
            whose = {"sid": notice.session_id}
            if not client.backchannel_logout_session_required:
                whose = {"sub": self._subjects.of(notice.account_id, client)}
            claims = logout_token_claims(self._issuer, client.client_id, whose, new_id(), now)
            algorithm = client.id_token_signed_response_alg  # Back-Channel Logout 1.0 §2.4: signed as ID tokens are
            token = self._signer.sign("logout+jwt", claims, algorithm)
            is_vouched_for = client.owner == NATIONAL and client.registered_at is None
            answer = self._calls.post(client.backchannel_logout_uri, token, of_the_house=is_vouched_for)
            if answer is LogoutAnswer.REFUSED:  # §2.5: no retry of what would be refused again
                self._set_aside(notice_id, "LOGOUT_REFUSED_BY_CLIENT")
            elif answer is not LogoutAnswer.TAKEN and now - notice.queued_at > _GIVE_UP_AFTER:
                self._set_aside(notice_id, "LOGOUT_NOT_ANSWERED")
            if answer is not LogoutAnswer.TAKEN:
                return answer
        self._work.write(lambda repos: repos.logout_notices.mark_delivered(notice.notice_id, self._clock.now()))
        return LogoutAnswer.TAKEN


def _report(clients: Sequence[tuple[Client, bool]]) -> LogoutReport:
    told = [done for client, done in clients if client.backchannel_logout_uri is not None]
    framed = [client.client_id for client, _done in clients if client.frontchannel_logout_uri is not None]
    silent = [
        client.client_id
        for client, _done in clients
        if client.backchannel_logout_uri is None and client.frontchannel_logout_uri is None
    ]
    return LogoutReport(len(told), sum(told), tuple(framed), tuple(silent))

"""Tells the clients that a session ended (OIDC Back-Channel Logout 1.0 §2.5), with retries."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from auth.domain.claims import logout_token_claims
from auth.domain.clients import Client
from auth.domain.mails import retry_delay
from auth.use_cases.ports import AuthRepos, AuthWork, EachApart, LogoutAnswer, LogoutCalls, Signer
from servicekit.clock import Clock
from servicekit.identifiers import new_id

_AT_ONCE = 50
_LONGEST_WAIT = timedelta(minutes=5)
_GIVE_UP_AFTER = timedelta(hours=12)
_QUEUE = "logout notices"


@dataclass(frozen=True)
class LogoutReport:
    """How many clients of the session are told by us, and how many of them have ended theirs.

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
        work: AuthWork,
        calls: LogoutCalls,
        signer: Signer,
        clock: Clock,
        issuer: str,
        each_apart: EachApart,
    ) -> None:
        """Every attempt signs a new token: they live two minutes."""
        self._each_apart = each_apart
        self._work = work
        self._calls = calls
        self._signer = signer
        self._clock = clock
        self._issuer = issuer

    def __call__(self, pool: ThreadPoolExecutor) -> int:
        """Tries every notice that is due, once, in parallel; gives how many arrived."""
        due = self._work.read(lambda repos: repos.logout_notices.due(self._clock.now(), _AT_ONCE))
        return sum(pool.map(self._one, due))

    def report(self, session_id: str) -> LogoutReport:
        """Where the logout of a session stands."""

        def read(repos: AuthRepos) -> list[tuple[Client, bool]]:
            notices = repos.logout_notices.of_session(session_id)
            waiting = {notice.client_id for notice in notices if notice.delivered_at is None}
            found = (repos.clients.find(client_id) for client_id in sorted({notice.client_id for notice in notices}))
            return [(client, client.client_id not in waiting) for client in found if client is not None]

        return _report(self._work.read(read))

    def _one(self, notice_id: str) -> bool:
        """Alone in its own guard: one that fails does not stop those beside it."""
        arrived: list[bool] = []
        self._each_apart([notice_id], lambda one: arrived.append(self._try(one)), self._set_aside, queue=_QUEUE)
        return any(arrived)

    def _set_aside(self, notice_id: str, failure: str, _reference: str = "") -> None:
        now = self._clock.now()
        self._work.write(lambda repos: repos.logout_notices.set_aside(notice_id, failure, now))

    def _try(self, notice_id: str) -> bool:
        now = self._clock.now()
        notice = self._work.read(lambda repos: repos.logout_notices.find(notice_id))
        if notice is None:
            return False
        pause = retry_delay(notice.attempts, first=timedelta(seconds=2), most=_LONGEST_WAIT)
        if not self._work.write(lambda repos: repos.logout_notices.claim(notice, now + pause)):
            return False
        client = self._work.read(lambda repos: repos.clients.find(notice.client_id))
        if client is not None and client.backchannel_logout_uri is not None:
            claims = logout_token_claims(self._issuer, client.client_id, notice.session_id, new_id(), now)
            algorithm = client.id_token_signed_response_alg  # Back-Channel Logout 1.0 §2.4: signed as ID tokens are
            token = self._signer.sign("logout+jwt", claims, algorithm)
            guarded = client.registered_at is not None
            answer = self._calls.post(client.backchannel_logout_uri, token, guarded=guarded)
            if answer is LogoutAnswer.REFUSED:  # §2.5: no retry of what would be refused again
                self._set_aside(notice_id, "LOGOUT_REFUSED_BY_CLIENT")
            elif answer is not LogoutAnswer.TAKEN and now - notice.queued_at > _GIVE_UP_AFTER:
                self._set_aside(notice_id, "LOGOUT_NOT_ANSWERED")
            if answer is not LogoutAnswer.TAKEN:
                return False
        self._work.write(lambda repos: repos.logout_notices.mark_delivered(notice.notice_id, self._clock.now()))
        return True


def _report(clients: Sequence[tuple[Client, bool]]) -> LogoutReport:
    told = [done for client, done in clients if client.backchannel_logout_uri is not None]
    framed = [client.client_id for client, _done in clients if client.frontchannel_logout_uri is not None]
    silent = [
        client.client_id
        for client, _done in clients
        if client.backchannel_logout_uri is None and client.frontchannel_logout_uri is None
    ]
    return LogoutReport(len(told), sum(told), tuple(framed), tuple(silent))

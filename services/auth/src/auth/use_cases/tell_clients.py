"""Tells the clients that a session ended (OIDC Back-Channel Logout 1.0 §2.5), with retries."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from auth.domain.claims import logout_token_claims
from auth.domain.mails import retry_delay
from auth.use_cases.ports import AuthWork, LogoutCalls, LogoutNotice, Signer
from servicekit.clock import Clock
from servicekit.identifiers import new_id

_AT_ONCE = 50
_LONGEST_WAIT = timedelta(minutes=5)
_GIVE_UP_AFTER = timedelta(hours=12)


@dataclass(frozen=True)
class LogoutReport:
    """How many clients had tokens in the session, and how many have ended theirs."""

    total: int
    done: int


class TellClients:
    """Posts in parallel; a client that does not answer is tried again."""

    def __init__(self, work: AuthWork, calls: LogoutCalls, signer: Signer, clock: Clock, issuer: str) -> None:
        """Every attempt signs a new token: they live two minutes."""
        self._work = work
        self._calls = calls
        self._signer = signer
        self._clock = clock
        self._issuer = issuer

    def __call__(self, pool: ThreadPoolExecutor) -> int:
        """Tries every notice that is due, once, in parallel; gives how many arrived."""
        due = self._work.read(lambda repos: repos.logout_notices.due(self._clock.now(), _AT_ONCE))
        return sum(pool.map(self._try, due))

    def report(self, session_id: str) -> LogoutReport:
        """Where the logout of a session stands."""
        notices: Sequence[LogoutNotice] = self._work.read(lambda repos: repos.logout_notices.of_session(session_id))
        return LogoutReport(len(notices), sum(notice.delivered_at is not None for notice in notices))

    def _try(self, notice: LogoutNotice) -> bool:
        now = self._clock.now()
        pause = retry_delay(notice.attempts, first=timedelta(seconds=2), most=_LONGEST_WAIT)
        if now - notice.queued_at > _GIVE_UP_AFTER:
            pause = timedelta(days=365)
        if not self._work.write(lambda repos: repos.logout_notices.claim(notice, now + pause)):
            return False
        client = self._work.read(lambda repos: repos.clients.find(notice.client_id))
        if client is not None and client.backchannel_logout_uri is not None:
            claims = logout_token_claims(self._issuer, client.client_id, notice.session_id, new_id(), now)
            algorithm = client.id_token_signed_response_alg  # Back-Channel Logout 1.0 §2.4: signed as ID tokens are
            token = self._signer.sign("logout+jwt", claims, algorithm)
            if not self._calls.post(client.backchannel_logout_uri, token):
                return False
        self._work.write(lambda repos: repos.logout_notices.mark_delivered(notice.notice_id, self._clock.now()))
        return True

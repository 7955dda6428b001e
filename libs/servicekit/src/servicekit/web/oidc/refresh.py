"""New access tokens before the old ones expire, one refresh at a time per session.

A claim in the database lets exactly one request, of any process, use the refresh token: one renewal is enough for all,
and an issuer may rotate it. The others go on with the old access token while it lives, or wait.
"""

import threading
import time
from datetime import timedelta

from servicekit.clock import Clock
from servicekit.logging import get_logger
from servicekit.tokens import IssuerUnreachableError, TokenRefusedError
from servicekit.web.oidc.provider import IssuerRefusedError
from servicekit.web.oidc.sign_in import PartySignIn
from servicekit.web.sessions import WebSession, WebSessions

log = get_logger("servicekit.web.oidc")

_LONGEST_WAIT_SECONDS = 8.0
_LOOK_AGAIN_SECONDS = 0.05


class Refresher:
    """Keeps the access token of a session fresh."""

    def __init__(self, sign_in: PartySignIn, sessions: WebSessions, clock: Clock, before: timedelta) -> None:
        """`before`: how long before its end an access token is replaced."""
        self._sign_in = sign_in
        self._sessions = sessions
        self._clock = clock
        self._before = before.total_seconds()

    def fresh(self, session: WebSession) -> WebSession | None:
        """The session with an access token that lives; None when the session is over.

        Raises:
            IssuerUnreachableError: the access token is over and the issuer does not answer.
        """
        deadline = time.monotonic() + _LONGEST_WAIT_SECONDS
        pause = threading.Event()
        while self._left(session) <= self._before:
            alive = self._left(session) > 0
            if session.content.refresh_token is None:
                return session if alive else self._end(session)
            if self._sessions.claim_refresh(session):
                return self._refresh(session)
            if alive:
                return session
            if time.monotonic() > deadline:
                raise IssuerUnreachableError("another request is still renewing the session")
            pause.wait(_LOOK_AGAIN_SECONDS)
            again = self._sessions.reload(session)
            if again is None:
                return None
            session = again
        return session

    def _refresh(self, session: WebSession) -> WebSession | None:
        try:
            content = self._sign_in.renew(session.content)
        except (
            IssuerUnreachableError
        ):  # also an answer that was lost: the token of a client with a secret stays the same
            log.warning("refresh without answer")
            self._sessions.release_refresh(session)
            if self._left(session) > 0:
                return session
            raise
        except (IssuerRefusedError, TokenRefusedError) as error:
            log.info("session over: refresh refused", reason=error.reason)
            return self._end(session)
        return self._sessions.replace_tokens(session, content)

    def _end(self, session: WebSession) -> WebSession | None:
        self._sessions.end(session)
        return None

    def _left(self, session: WebSession) -> float:
        return session.content.access_expires_at - self._clock.now().timestamp()

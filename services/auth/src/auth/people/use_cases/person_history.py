"""A person looks through the sign-ins to their account, and what opens it, to find what is not theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from auth.ground.use_cases.shelves import HasCredentials, HasSignIns
from auth.people.domain.credentials import Credential
from auth.people.domain.sessions import Session
from auth.people.domain.sign_ins import PastSignIn, SignInOutcome
from auth.people.use_cases.stores.credentials import ReadCredentials
from auth.people.use_cases.stores.history import SignInsRead
from servicekit.audit_events import RecordedWork

_LOOKED_THROUGH = 50


class Store(HasSignIns[SignInsRead], HasCredentials[ReadCredentials], Protocol):
    """What `PersonHistory` sees of a transaction."""


class PersonHistory:
    """What `domain.sign_ins` keeps, of one person."""

    def __init__(self, work: RecordedWork[Store]) -> None:
        """Reads only."""
        self._work = work

    def count(self, session: Session) -> int:
        """How many entries there are."""
        return self._work.read(lambda repos: repos.sign_ins.count(session.account_id))

    def page(self, session: Session, limit: int, offset: int) -> Sequence[PastSignIn]:
        """The newest first, successes and failures."""
        return self._work.read(lambda repos: repos.sign_ins.of(session.account_id, limit, offset))

    def credentials(self, session: Session) -> Sequence[Credential]:
        """What the person can sign in with today."""
        return self._work.read(lambda repos: repos.credentials.of(session.account_id))

    def previous(self, session: Session) -> PastSignIn | None:
        """The sign-in before the one of this session, with its place; None: there was none, or it is long ago."""

        def look(repos: Store) -> PastSignIn | None:
            found = repos.sign_ins.of(session.account_id, _LOOKED_THROUGH)
            own = (one for one in found if one.outcome is SignInOutcome.SIGNED_IN)
            return next((one for one in own if one.at == session.previous_login_at), None)

        return self._work.read(look)

    def failures_since(self, session: Session) -> int:
        """How many wrong passwords were tried between the sign-in before and this one."""
        since = session.previous_login_at
        if since is None:
            return 0
        found = self._work.read(lambda repos: repos.sign_ins.of(session.account_id, _LOOKED_THROUGH))
        return sum(since < one.at <= session.opened_at for one in found if one.outcome is SignInOutcome.WRONG_PASSWORD)

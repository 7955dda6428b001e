"""The operator opens dynamic registration to somebody: initial access tokens (RFC 7591 §3), made, listed, revoked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from auth.clients.domain.client_profiles import BASELINE
from auth.clients.domain.dynamic_registration import InitialAccessToken
from auth.clients.use_cases.register_clients import OPERATOR
from auth.clients.use_cases.stores import OfferedTokens
from auth.ground.domain.errors import RegistrationTokenNameTakenError, RegistrationTokenUnknownError
from auth.ground.use_cases.shelves import HasInitialAccessTokens
from servicekit.audit_events import JSON, NATIONAL, AuditEvent, Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.errors import InvalidInputError
from servicekit.event_form import is_owner
from servicekit.identifiers import hash_secret, new_secret

_LONGEST_NAME = 100
_MOST_DAYS = 366
_MOST_USES = 10_000


class Store(HasInitialAccessTokens[OfferedTokens], Protocol):
    """What `OpenRegistration` sees of a transaction."""


class OpenRegistration:
    """One method per act. A token is told once; its name is how it is spoken of afterwards."""

    def __init__(self, work: RecordedWork[Store], clock: Clock) -> None:
        """For the command line: its events are buffered, the service delivers them."""
        self._work = work
        self._clock = clock

    def create(self, name: str, days: int, uses: int, profile: str = BASELINE, *, owner: str) -> str:
        """A new token, good for `uses` registrations within `days` days.

        `profile`: of clients that name none; `owner`: whose the clients are, a Caf or `NATIONAL`.

        Raises:
            InvalidInputError: the name is empty, or a number is not between 1 and 366 days or 10 000 uses.
            RegistrationTokenNameTakenError: there is one of this name, used up or not.
        """
        if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
            raise InvalidInputError(f"a name of 1 to {_LONGEST_NAME} characters is needed", reason="BAD_NAME")
        if not (1 <= days <= _MOST_DAYS and 1 <= uses <= _MOST_USES):
            limits = f"days must be 1 to {_MOST_DAYS}, uses 1 to {_MOST_USES}"
            raise InvalidInputError(limits, reason="BAD_LIMIT")
        if not is_owner(owner):
            raise InvalidInputError("owner must be the three digits of a Caf, or national", reason="BAD_OWNER")
        token, now = new_secret(32), self._clock.now()
        ends_at = now + timedelta(days=days)
        kept = InitialAccessToken(
            token_hash=hash_secret(token),
            name=name.strip(),
            created_at=now,
            expires_at=ends_at,
            uses_left=uses,
            profile=profile,
            owner=owner,
        )

        def add(repos: Store) -> Outcome[None]:
            if _named(repos, kept.name) is not None:
                raise RegistrationTokenNameTakenError(f"there is a token of this name: {kept.name}")
            repos.initial_access_tokens.add(kept)
            return Outcome(None, (self._event("auth.registration_token.created", kept.name, days=days, uses=uses),))

        self._work.record(add)
        return token

    def all(self) -> Sequence[InitialAccessToken]:
        """Every token as kept, newest first."""
        return self._work.read(lambda repos: repos.initial_access_tokens.all())

    def revoke(self, name: str) -> None:
        """It opens nothing any more; what was registered with it stays.

        Raises:
            RegistrationTokenUnknownError: no token has this name.
        """

        def remove(repos: Store) -> Outcome[None]:
            token = _named(repos, name)
            if token is None:
                raise RegistrationTokenUnknownError(f"no token has this name: {name}")
            repos.initial_access_tokens.delete(token.token_hash)
            return Outcome(None, (self._event("auth.registration_token.revoked", name),))

        self._work.record(remove)

    def _event(self, event_type: str, name: str, **payload: JSON) -> AuditEvent:
        return AuditEvent(
            type=event_type,
            decision="done",
            policy="buffered",
            owner=NATIONAL,
            actor_id=OPERATOR.actor_id,
            organisation_id=None,
            subject=None,
            payload={"registration_token": name, **payload},
            occurred_at=self._clock.now(),
        )


def _named(repos: Store, name: str) -> InitialAccessToken | None:
    return next((token for token in repos.initial_access_tokens.all() if token.name == name), None)

"""Audit events as values, and the port through which use cases record them.

Pure: no clock, no database, no wire format. `servicekit.outbox` stores what is described here in the transaction of the
use case and delivers it to audit. Invariant: a use case cannot hand back a value without saying what happened,
because `record` takes an `Outcome`, and an `Outcome` without an event cannot be made.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar

from servicekit.errors import DependencyUnavailableError
from servicekit.event_form import (
    NATIONAL,
    PAYLOAD_LIMIT_BYTES,
    EventForm,
    form_problems,
    is_owner,
    payload_bytes,
)
from servicekit.identifiers import new_id
from servicekit.references import current_reference

JSON: TypeAlias = "str | int | float | bool | Mapping[str, JSON] | Sequence[JSON] | None"
Decision: TypeAlias = Literal["granted", "refused", "done"]
Policy: TypeAlias = Literal["strict", "buffered"]

__all__ = [
    "JSON",
    "NATIONAL",
    "PAYLOAD_LIMIT_BYTES",
    "AuditEvent",
    "AuditUnavailableError",
    "Decision",
    "InvalidAuditEventError",
    "Outcome",
    "OwnerOf",
    "Policy",
    "RecordedWork",
]

_NO_OFFSET = timedelta(0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Repos_co = TypeVar("Repos_co", covariant=True)


class InvalidAuditEventError(ValueError):
    """An event that audit could not keep was built: a mistake in the program, never in what a person typed."""


class AuditUnavailableError(DependencyUnavailableError):
    """The act is recorded here but audit did not acknowledge it, so nothing may be released."""

    reason = "AUDIT_UNAVAILABLE"


@dataclass(frozen=True)
class OwnerOf:
    """An owner that is looked up when the event is recorded: the Caf of the organisation for which a person acted, or
    of the only Caf whose organisations know the person. Whom no organisation knows is the national auditor's.
    """

    account_id: str | None
    organisation_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class AuditEvent:
    """One act, as its producer tells it. Fields are those of `Event` in journal.proto.

    `owner` says whose auditor may read it: the three digits of a Caf, `NATIONAL`, or `OwnerOf` a person. There is no
    default: an event that is nobody's cannot be built. `policy` says what happens when audit does not acknowledge in
    time: `strict` (consultations, exports, administration) refuses, `buffered` (logins, empty searches) goes on
    within limits.

    Raises:
        InvalidAuditEventError: audit would refuse it (`servicekit.event_form`): for instance the type is not
            "<service>.<thing>.<past participle>", a refusal has no UPPER_SNAKE reason, nobody owns it, or the payload
            is not JSON or exceeds 16 KiB. Or the time is not UTC.
    """

    type: str
    decision: Decision
    policy: Policy
    owner: str | OwnerOf
    actor_id: str | None
    organisation_id: str | None
    subject: str | None
    occurred_at: datetime
    reason: str | None = None
    rights_revision: int | None = None
    payload: Mapping[str, JSON] = field(default_factory=dict)
    event_id: str = field(default_factory=new_id)
    reference: str = field(default_factory=current_reference, compare=False)
    """What the person reads out for help: that of the request in which it happened (`servicekit.references`)."""
    payload_bytes: bytes = field(init=False, repr=False, compare=False)
    """The payload as canonical JSON (sorted keys, no spaces, UTF-8), fixed when the event is built."""

    def __post_init__(self) -> None:
        if self.occurred_at.utcoffset() != _NO_OFFSET:
            raise InvalidAuditEventError(f"{self.type}: occurred_at must be an aware UTC datetime")
        try:
            problems = form_problems(self._form())
            payload = payload_bytes(self.payload)
        except (TypeError, AttributeError) as error:  # orjson.JSONEncodeError is a TypeError
            raise InvalidAuditEventError(f"{self.type}: a field or the payload has no form: {error}") from error
        if problems:
            raise InvalidAuditEventError(f"audit would refuse {self.type!r}: {', '.join(problems)}")
        if len(payload) > PAYLOAD_LIMIT_BYTES:  # canonical it is, as `payload_bytes` wrote it
            size = f"{len(payload)} bytes, at most {PAYLOAD_LIMIT_BYTES}"
            raise InvalidAuditEventError(f"{self.type}: payload of {size}: TOO_LONG")
        object.__setattr__(self, "payload_bytes", payload)  # the event is not frozen before it is complete

    def owned_by(self, owner: str) -> "AuditEvent":
        """The same event (id, reference, payload) with its owner looked up.

        Raises:
            InvalidAuditEventError: no Caf and not `NATIONAL`.
        """
        if not is_owner(owner):
            raise InvalidAuditEventError(f"audit would refuse {self.type!r}: owner")
        owned = object.__new__(AuditEvent)  # everything else is as it was checked: not a second time for each event
        vars(owned).update(vars(self), owner=owner)
        return owned

    def _form(self) -> EventForm:
        return EventForm(
            event_id=self.event_id,
            type=self.type,
            occurred_at_us=(self.occurred_at - _EPOCH) // _MICROSECOND,
            decision=self.decision,
            owner=NATIONAL if isinstance(self.owner, OwnerOf) else self.owner,
            actor_id=self.actor_id or None,
            organisation_id=self.organisation_id or None,
            subject=self.subject or None,
            reason=self.reason or None,
            rights_revision=self.rights_revision or None,
            reference=self.reference,
        )


@dataclass(frozen=True)
class Outcome(Generic[T_co]):
    """What a use case gives back, with the events that say it happened.

    Raises:
        InvalidAuditEventError: no event was given.
    """

    value: T_co
    events: tuple[AuditEvent, ...]

    def __post_init__(self) -> None:
        if not self.events:
            raise InvalidAuditEventError("an outcome needs at least one audit event")


class RecordedWork(Protocol[Repos_co]):
    """The transaction of a use case. `work` is short, talks to the repositories only, and may run again."""

    def read(self, work: Callable[[Repos_co], T], *, snapshot: bool = True) -> T:
        """Runs `work` on a consistent view that cannot be changed. `snapshot=False`: `work` asks one question only.

        Raises:
            DependencyUnavailableError: the database does not answer.
        """

    def record(self, work: Callable[[Repos_co], Outcome[T]]) -> T:
        """Commits the changes of `work` and its events in one transaction, has them acknowledged, then gives the value.

        Raises:
            AuditUnavailableError: audit did not acknowledge and the policy of an event forbids going on; the changes
                and the events stay recorded.
            DependencyUnavailableError: the database does not answer; nothing is recorded.
        """

    def write(self, work: Callable[[Repos_co], T]) -> T:
        """Commits the changes of `work` without an event: technical writes only (expiry, attempts counters, relays).

        Raises:
            DependencyUnavailableError: the database does not answer; nothing is changed.
        """

    def trial(self, work: Callable[[Repos_co], T]) -> T:
        """Runs `work` on a consistent view that it may change; nothing of it is kept and nobody waits for it.

        Raises:
            DependencyUnavailableError: the database does not answer.
            ConcurrentChangeError: others changed the same rows every time.
        """

"""Audit events as values, and the port through which use cases record them.

Pure: no clock, no database, no wire format. `servicekit.outbox` stores what is described here in the transaction of the
use case and delivers it to audit. Invariant: a use case cannot hand back a value without saying what happened,
because `record` takes an `Outcome`, and an `Outcome` without an event cannot be made.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar

import orjson

from servicekit.errors import DependencyUnavailableError
from servicekit.identifiers import new_id
from servicekit.references import current_reference

JSON: TypeAlias = "str | int | float | bool | Mapping[str, JSON] | Sequence[JSON] | None"
Decision: TypeAlias = Literal["granted", "refused", "done"]
Policy: TypeAlias = Literal["strict", "buffered"]

PAYLOAD_LIMIT_BYTES = 16 * 1024  # what audit accepts (journal.proto, Event.payload)

_TYPE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){2,}")
_NO_OFFSET = timedelta(0)
_REASON = re.compile(r"[A-Z][A-Z0-9_]*")
_JSON_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Repos_co = TypeVar("Repos_co", covariant=True)


class InvalidAuditEventError(ValueError):
    """An event that audit could not keep was built: a mistake in the program, never in what a person typed."""


class AuditUnavailableError(DependencyUnavailableError):
    """The act is recorded here but audit did not acknowledge it, so nothing may be released."""

    reason = "AUDIT_UNAVAILABLE"


@dataclass(frozen=True, kw_only=True)
class AuditEvent:
    """One act, as its producer tells it. Fields are those of `Event` in journal.proto.

    `policy` says what happens when audit does not acknowledge in time: `strict` (consultations, exports,
    administration) refuses, `buffered` (logins, empty searches) goes on within limits.

    Raises:
        InvalidAuditEventError: the type is not "<service>.<thing>.<past participle>", the time is not UTC, a refusal
            has no UPPER_SNAKE reason, or the payload is not JSON or exceeds 16 KiB.
    """

    type: str
    decision: Decision
    policy: Policy
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
        if not _TYPE.fullmatch(self.type):
            raise InvalidAuditEventError(f"audit event type {self.type!r} is not <service>.<thing>.<past participle>")
        if self.occurred_at.utcoffset() != _NO_OFFSET:
            raise InvalidAuditEventError(f"{self.type}: occurred_at must be an aware UTC datetime")
        if self.decision == "refused" and self.reason is None:
            raise InvalidAuditEventError(f"{self.type}: a refusal must have a reason")
        if self.reason is not None and not _REASON.fullmatch(self.reason):
            raise InvalidAuditEventError(f"{self.type}: reason {self.reason!r} is not UPPER_SNAKE")
        try:
            payload = orjson.dumps(dict(self.payload), option=_JSON_OPTIONS)
        except TypeError as error:  # orjson.JSONEncodeError is one
            raise InvalidAuditEventError(f"{self.type}: the payload is not JSON: {error}") from error
        if len(payload) > PAYLOAD_LIMIT_BYTES:
            raise InvalidAuditEventError(f"{self.type}: payload of {len(payload)} bytes, at most {PAYLOAD_LIMIT_BYTES}")
        object.__setattr__(self, "payload_bytes", payload)  # the event is not frozen before it is complete


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

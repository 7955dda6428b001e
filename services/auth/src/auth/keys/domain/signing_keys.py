"""The life of a signing key: announced, in use, retired, forgotten, or withdrawn in an emergency. Pure rules.

    prepared ──24 h in the JWKS──> signs ──life──> retired, still published ──> forgotten
        └──────────────┴────────────────┴──> withdrawn: published no more, whatever it signed is refused

One key signs per algorithm. `adapters/crypto` keeps the files and carries out what is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from servicekit.errors import ConflictError, DependencyUnavailableError, NotFoundError

ES256 = "ES256"
RS256 = "RS256"
ALGORITHMS = (ES256, RS256)
"""ES256 signs everything; RS256 signs ID tokens for clients registered so (OpenID Connect Core §15.1 asks for it)."""


class SigningKeysUnavailableError(DependencyUnavailableError):
    """The signing keys cannot be read, or none may sign now: nothing is signed and no token is believed."""

    reason = "SIGNING_KEYS_UNAVAILABLE"


class SigningKeyUnknownError(NotFoundError):
    """No key has this identifier."""

    reason = "SIGNING_KEY_UNKNOWN"


class NextKeyPreparedError(ConflictError):
    """The next key is already published and waits for its time."""

    reason = "NEXT_KEY_PREPARED"


class KeyState(StrEnum):
    """Where a key is in its life."""

    PREPARED = "prepared"
    SIGNING = "signing"
    REPLACED = "replaced"
    RETIRED = "retired"
    OVER = "over"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class KeyRecord:
    """What is known of a key beside its value. `kid`: RFC 7638 thumbprint; `number` grows within an algorithm."""

    kid: str
    algorithm: str
    number: int
    created_at: datetime
    signs_from: datetime
    retired_at: datetime | None = None
    published_until: datetime | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class KeyPolicy:
    """`life` of a key that signs (None: it is never replaced by the schedule); `announced` before it signs; `kept` in
    the JWKS after it stopped signing: as long as something it signed may be given back to us."""

    life: timedelta | None = timedelta(days=90)
    announced: timedelta = timedelta(hours=24)
    kept: timedelta = timedelta(hours=11)


@dataclass(frozen=True)
class MakeKey:
    """A new key is to be made."""

    algorithm: str
    signs_from: datetime


@dataclass(frozen=True)
class BringForward:
    """The prepared key signs at once: nothing else can."""

    kid: str


@dataclass(frozen=True)
class RetireKey:
    """`kid` stops signing: `successor` does now."""

    kid: str
    successor: str


@dataclass(frozen=True)
class ForgetKey:
    """Nothing that `kid` signed is alive: its file and its record go."""

    kid: str


Step: TypeAlias = MakeKey | BringForward | RetireKey | ForgetKey


def signing_key(records: Sequence[KeyRecord], algorithm: str, now: datetime) -> KeyRecord | None:
    """The one key that signs: the newest whose time has come and that is neither retired nor withdrawn."""
    able = [record for record in _usable(records, algorithm) if record.signs_from <= now]
    return max(able, key=_age, default=None)


def prepared_key(records: Sequence[KeyRecord], algorithm: str, now: datetime) -> KeyRecord | None:
    """The published key that will sign next."""
    waiting = [record for record in _usable(records, algorithm) if record.signs_from > now]
    return min(waiting, key=_age, default=None)


def is_published(record: KeyRecord, now: datetime) -> bool:
    """Whether tokens of this key are believed: never when it was withdrawn."""
    if record.withdrawn_at is not None:
        return False
    return record.published_until is None or now < record.published_until


def published_keys(records: Sequence[KeyRecord], now: datetime) -> tuple[KeyRecord, ...]:
    """In the order of the JWKS: by algorithm, first the one that signs (some clients take the first), then by age."""
    signing = {key.kid for algorithm in ALGORITHMS if (key := signing_key(records, algorithm, now))}
    shown = [record for record in records if is_published(record, now)]
    return tuple(sorted(shown, key=lambda key: (key.algorithm, key.kid not in signing, -key.number)))


def changes_at(records: Sequence[KeyRecord], now: datetime) -> datetime | None:
    """When, without anybody doing anything, another key signs or is published."""
    moments = [record.signs_from for record in records] + [record.published_until for record in records]
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def state_of(record: KeyRecord, records: Sequence[KeyRecord], now: datetime) -> KeyState:
    """For the operator. REPLACED: another one signs, and the schedule has not retired this one yet."""
    if record.withdrawn_at is not None:
        return KeyState.WITHDRAWN
    if record.retired_at is not None:
        return KeyState.RETIRED if is_published(record, now) else KeyState.OVER
    if record.signs_from > now:
        return KeyState.PREPARED
    return KeyState.SIGNING if signing_key(records, record.algorithm, now) == record else KeyState.REPLACED


def wanted_now(records: Sequence[KeyRecord], now: datetime, policy: KeyPolicy) -> tuple[Step, ...]:
    """What the schedule does now; nothing when it was done already."""
    steps: list[Step] = []
    for algorithm in ALGORITHMS:
        signing, prepared = signing_key(records, algorithm, now), prepared_key(records, algorithm, now)
        if signing is None:
            steps.append(BringForward(prepared.kid) if prepared else MakeKey(algorithm, now))
            continue
        replaced = [key for key in _usable(records, algorithm) if key != signing and key.signs_from <= now]
        steps.extend(RetireKey(key.kid, signing.kid) for key in replaced)
        if prepared is None and _is_near_its_end(signing, now, policy):
            steps.append(MakeKey(algorithm, now + policy.announced))
    over = [key for key in records if key.withdrawn_at is None and not is_published(key, now)]
    return (*steps, *(ForgetKey(key.kid) for key in over))


def next_number(records: Sequence[KeyRecord], algorithm: str) -> int:
    """The number of the next key. One that was used before never comes again: the newest key is never forgotten."""
    return 1 + max((record.number for record in records if record.algorithm == algorithm), default=0)


def retired(record: KeyRecord, now: datetime, policy: KeyPolicy) -> KeyRecord:
    """It signs no more and stays published until nothing that it signed is alive."""
    return replace(record, retired_at=now, published_until=now + policy.kept)


def withdrawn(record: KeyRecord, now: datetime) -> KeyRecord:
    """It is believed no more, from now on and for good."""
    return record if record.withdrawn_at is not None else replace(record, withdrawn_at=now)


def brought_forward(record: KeyRecord, now: datetime) -> KeyRecord:
    """It signs from now on."""
    return replace(record, signs_from=now)


def with_record(records: Sequence[KeyRecord], changed: KeyRecord) -> tuple[KeyRecord, ...]:
    """`changed` in the place of the record of the same key, or added."""
    return (*(record for record in records if record.kid != changed.kid), changed)


def find_key(records: Sequence[KeyRecord], kid: str) -> KeyRecord:
    """The record of `kid`.

    Raises:
        SigningKeyUnknownError: there is none.
    """
    for record in records:
        if record.kid == kid:
            return record
    raise SigningKeyUnknownError(f"there is no signing key {kid}")


def _usable(records: Sequence[KeyRecord], algorithm: str) -> list[KeyRecord]:
    return [
        record
        for record in records
        if record.algorithm == algorithm and record.retired_at is None and record.withdrawn_at is None
    ]


def _age(record: KeyRecord) -> tuple[datetime, int]:
    return record.signs_from, record.number


def _is_near_its_end(signing: KeyRecord, now: datetime, policy: KeyPolicy) -> bool:
    return policy.life is not None and now >= signing.signs_from + policy.life - policy.announced

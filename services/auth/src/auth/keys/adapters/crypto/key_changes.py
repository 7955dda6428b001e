"""What changes the folder of signing keys: the first start, the schedule, the commands of the operator.

`domain/signing_keys.py` decides; here the files follow, under the lock of the folder, in an order that bears a crash:
a key is written before its record, and a withdrawn one is deleted after it. Lines of the log name keys by `kid` only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from auth.keys.adapters.crypto.key_files import KeyFolder
from auth.keys.adapters.crypto.private_keys import new_private_key, public_jwk
from auth.keys.domain.signing_keys import (
    ALGORITHMS,
    BringForward,
    ForgetKey,
    KeyPolicy,
    KeyRecord,
    MakeKey,
    NextKeyPreparedError,
    RetireKey,
    SigningKeysUnavailableError,
    Step,
    brought_forward,
    find_key,
    next_number,
    prepared_key,
    retired,
    signing_key,
    wanted_now,
    with_record,
    withdrawn,
)
from servicekit.clock import Clock
from servicekit.errors import StartError
from servicekit.logging import get_logger

log = get_logger("auth.keys")

Records = tuple[KeyRecord, ...]


@dataclass(frozen=True)
class Replacement:
    """Keys that are believed no more, and those that sign in their place."""

    withdrawn: Records
    signing: Records


class KeyChanges:
    """For threads and for several processes on one folder. Each method raises StartError when it cannot be used."""

    def __init__(self, folder: KeyFolder, clock: Clock, policy: KeyPolicy) -> None:
        """`policy`: how long keys live, are announced and are kept."""
        self._folder = folder
        self._clock = clock
        self._policy = policy

    def records(self) -> Records:
        """What is on record now."""
        return self._folder.records()

    def complete(self) -> None:
        """One key of each algorithm signs. Folders without records get them; the first start makes the keys."""
        if self._unrecorded(self._folder.records()) or self._missing(self._folder.records()):
            with self._folder.locked():
                records = self._with_unrecorded(self._folder.records())
                self._carry_out(records, self._missing(records))

    def run_schedule(self) -> None:
        """Whatever is due now. Takes the lock only when something is."""
        if self._has_something_due():
            with self._folder.locked():
                records = self._with_unrecorded(self._folder.records())
                self._delete_withdrawn(self._carry_out(records, wanted_now(records, self._clock.now(), self._policy)))

    def create(self, algorithm: str) -> KeyRecord:
        """A new key signs at once; the one before is retired: what it signed stays valid."""
        with self._folder.locked():
            now = self._clock.now()
            records = self._with_unrecorded(self._folder.records())
            before = signing_key(records, algorithm, now)
            made = self._make(records, MakeKey(algorithm, now))
            steps = (RetireKey(before.kid, made.kid),) if before else ()
            self._carry_out((*records, made), steps)
        return made

    def prepare(self, algorithm: str) -> KeyRecord:
        """The next key is published now and signs 24 h later.

        Raises:
            NextKeyPreparedError: there is one already.
        """
        with self._folder.locked():
            now = self._clock.now()
            records = self._with_unrecorded(self._folder.records())
            waiting = prepared_key(records, algorithm, now)
            if waiting is not None:
                raise NextKeyPreparedError(f"the next {algorithm} key {waiting.kid} is already published")
            made = self._make(records, MakeKey(algorithm, now + self._policy.announced))
            self._save((*records, made))
        return made

    def rotate(self, algorithms: Sequence[str] = ALGORITHMS) -> Replacement:
        """The emergency: whoever took one key took the folder, so every key there is, prepared and retired ones too,
        is withdrawn at once and new ones sign."""
        return self._replace(lambda record: record.algorithm in algorithms)

    def withdraw(self, kid: str) -> Replacement:
        """One key is believed no more. When it signed, the prepared key or a new one signs at once.

        Raises:
            SigningKeyUnknownError: there is no such key.
        """
        find_key(self._folder.records(), kid)
        return self._replace(lambda record: record.kid == kid)

    def encrypt(self) -> int:
        """Writes every key that is in clear once more, encrypted; gives how many. The passphrase must be set."""
        with self._folder.locked():
            clear = [
                record
                for record in self._with_unrecorded(self._folder.records())
                if self._folder.is_in_clear(record.algorithm, record.number)
            ]
            for record in clear:
                private = self._folder.read_key(record.algorithm, record.number)
                self._folder.write_key(private, record.algorithm, record.number)
                log.info("signing key encrypted", kid=record.kid)
        return len(clear)

    def _replace(self, is_chosen: Callable[[KeyRecord], bool]) -> Replacement:
        with self._folder.locked():
            now = self._clock.now()
            records = self._with_unrecorded(self._folder.records())
            gone = tuple(record for record in records if is_chosen(record) and record.withdrawn_at is None)
            for record in gone:
                records = with_record(records, withdrawn(record, now))
            records = self._carry_out(records, self._missing(records), even_nothing=True)
            for record in gone:
                log.warning("signing key withdrawn", kid=record.kid, algorithm=record.algorithm)
        touched = {record.algorithm: None for record in gone}
        signing = (signing_key(records, name, self._clock.now()) for name in touched)
        return Replacement(gone, tuple(record for record in signing if record is not None))

    def _missing(self, records: Records) -> tuple[Step, ...]:
        """The steps without which an algorithm has no key that signs."""
        steps = wanted_now(records, self._clock.now(), KeyPolicy(life=None))
        return tuple(step for step in steps if isinstance(step, MakeKey | BringForward))

    def _has_something_due(self) -> bool:
        records = self._folder.records()
        return bool(
            self._unrecorded(records)
            or self._left_over(records)
            or wanted_now(records, self._clock.now(), self._policy)
        )

    def _carry_out(self, records: Records, steps: Sequence[Step], *, even_nothing: bool = False) -> Records:
        changed = records
        for step in steps:
            changed = self._after(changed, step)
        if even_nothing or changed != self._folder.records():
            self._save(changed)
        return changed

    def _after(self, records: Records, step: Step) -> Records:
        now = self._clock.now()
        if isinstance(step, MakeKey):
            return (*records, self._make(records, step))
        record = find_key(records, step.kid)
        if isinstance(step, BringForward):
            log.info("signing key in use", kid=step.kid, algorithm=record.algorithm)
            return with_record(records, brought_forward(record, now))
        if isinstance(step, RetireKey):
            log.info("signing key in use", kid=step.successor, algorithm=record.algorithm)
            log.info("signing key retired", kid=step.kid, algorithm=record.algorithm)
            return with_record(records, retired(record, now, self._policy))
        return self._forgotten(records, step)

    def _forgotten(self, records: Records, step: ForgetKey) -> Records:
        record = find_key(records, step.kid)
        self._folder.forget_key(record.algorithm, record.number)
        log.info("signing key forgotten", kid=record.kid, algorithm=record.algorithm)
        return tuple(other for other in records if other.kid != record.kid)

    def _make(self, records: Records, wanted: MakeKey) -> KeyRecord:
        number = max(next_number(records, wanted.algorithm), 1 + max(self._folder.numbers(wanted.algorithm), default=0))
        private = new_private_key(wanted.algorithm)
        kid = str(public_jwk(private, wanted.algorithm)["kid"])
        self._folder.write_key(private, wanted.algorithm, number)
        now = self._clock.now()
        event = "signing key in use" if wanted.signs_from <= now else "signing key prepared"
        log.info(event, kid=kid, algorithm=wanted.algorithm, signs_from=wanted.signs_from.isoformat())
        return KeyRecord(
            kid=kid, algorithm=wanted.algorithm, number=number, created_at=now, signs_from=wanted.signs_from
        )

    def _save(self, records: Records) -> None:
        self._folder.save(records)
        self._delete_withdrawn(records)

    def _delete_withdrawn(self, records: Records) -> None:
        for record in self._left_over(records):
            self._folder.forget_key(record.algorithm, record.number)

    def _left_over(self, records: Records) -> list[KeyRecord]:
        """Withdrawn keys whose file is still there."""
        gone = [record for record in records if record.withdrawn_at is not None]
        return [record for record in gone if record.number in self._folder.numbers(record.algorithm)]

    def _unrecorded(self, records: Records) -> list[tuple[str, int]]:
        """Key files newer than every record. An older one was forgotten or withdrawn, and stays so."""
        return [
            (algorithm, number)
            for algorithm in ALGORITHMS
            for number in self._folder.numbers(algorithm)
            if number >= next_number(records, algorithm)
        ]

    def _with_unrecorded(self, records: Records) -> Records:
        """In a folder from before the records the newest key signs at once; elsewhere (an older program made it, or a
        crash came before the record) a key must have been published before it signs."""
        now, is_first = self._clock.now(), not records
        signs_from = now if is_first else now + self._policy.announced
        known = {record.kid for record in records}
        found: list[KeyRecord] = []
        for algorithm, number in reversed(self._unrecorded(records)):
            private = self._folder.read_key(algorithm, number)
            written_at = self._folder.written_at(algorithm, number)
            # Copies of a folder lose the times of its files: an older number never counts as newer.
            signs_from = min(written_at, signs_from) if is_first else signs_from
            kid = str(public_jwk(private, algorithm)["kid"])
            if kid not in known:
                known.add(kid)
                found.append(
                    KeyRecord(
                        kid=kid,
                        algorithm=algorithm,
                        number=number,
                        created_at=min(written_at, now),
                        signs_from=signs_from,
                    )
                )
                log.info("signing key found", kid=kid, algorithm=algorithm, signs_from=signs_from.isoformat())
        return (*records, *reversed(found))


class KeySchedule:
    """The task of a background: runs the schedule of the keys once."""

    def __init__(self, changes: KeyChanges) -> None:
        """`changes` on the folder that this process signs from."""
        self._changes = changes

    def __call__(self) -> None:
        """See `KeyChanges.run_schedule`.

        Raises:
            SigningKeysUnavailableError: the folder cannot be read or written.
        """
        try:
            self._changes.run_schedule()
        except StartError as error:
            log.warning("the schedule of signing keys failed", problem=str(error))
            raise SigningKeysUnavailableError(str(error)) from error

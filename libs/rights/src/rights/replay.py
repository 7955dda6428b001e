"""Decides recorded decisions again, from the change log of the rights, and says which come out otherwise.

The log is believed as far as it adds up: each revision follows the one before, and the facts it leads to have the
digest that the journal was told when the revision was made (`anchors`). What cannot be decided again is a problem, too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rights.decision import decide
from rights.field_table import FieldTable
from rights.record import DecisionRecord, answer_of
from rights.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """One revision of the log. `epoch`: in which it was made; `facts`: (key, value), an empty value removes."""

    revision: int
    epoch: int
    facts: tuple[tuple[str, bytes], ...]
    digest: bytes


@dataclass(frozen=True, slots=True)
class LoggedDecision:
    """A decision of the journal. `event_id`: where it stands."""

    event_id: str
    record: DecisionRecord


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What came out. `problems`: one sentence each; none means that all `decided` came out as they were recorded."""

    decided: int
    problems: tuple[str, ...]


Anchors = Mapping[tuple[int, int], str]
"""Digest (hex) by epoch and revision, as the events of the acts tell it."""


class Replay:
    """Decides again. `tables`: field tables by hash; `anchors`: what the journal says of the revisions."""

    def __init__(self, tables: Mapping[str, FieldTable], anchors: Anchors) -> None:
        self._tables = tables
        self._anchors = anchors

    def __call__(self, log: Iterable[LoggedChange], decisions: Iterable[LoggedDecision]) -> ReplayReport:
        """The report; the log is read once, in order."""
        waiting: dict[int, list[LoggedDecision]] = defaultdict(list)
        for one in decisions:
            waiting[one.record.revision].append(one)
        count = sum(map(len, waiting.values()))
        problems = list(self._problems(log, waiting))
        return ReplayReport(count, tuple(problems))

    def _problems(self, log: Iterable[LoggedChange], waiting: dict[int, list[LoggedDecision]]) -> Iterator[str]:
        snapshot = Snapshot.empty()
        yield from self._decided(snapshot, 0, waiting.pop(0, []))
        for change in log:
            if change.revision != snapshot.revision + 1:
                yield f"the log goes from revision {snapshot.revision} to {change.revision}"
                break
            snapshot = snapshot.including(change.facts, change.revision)
            problem = self._why_untrusted(change, snapshot)
            here = waiting.pop(change.revision, [])
            if problem is not None:
                yield from [problem] if not here else [f"event {one.event_id}: {problem}" for one in here]
                continue
            yield from self._decided(snapshot, change.epoch, here)
        for revision, missing in sorted(waiting.items()):
            yield from (f"event {one.event_id}: revision {revision} is not in the log" for one in missing)

    def _why_untrusted(self, change: LoggedChange, snapshot: Snapshot) -> str | None:
        if change.digest != snapshot.digest:
            return f"revision {change.revision} of the log does not add up to its digest"
        told = self._anchors.get((change.epoch, change.revision))
        if told is None:
            return f"no event of the journal tells the digest of revision {change.revision} (epoch {change.epoch})"
        return None if told == snapshot.digest.hex() else f"revision {change.revision} is not what the journal was told"

    def _decided(self, snapshot: Snapshot, made_in: int, decisions: Iterable[LoggedDecision]) -> Iterator[str]:
        """`made_in`: the epoch of the revision. A later one is another history than the decision was made on."""
        for one in decisions:
            table = self._tables.get(one.record.table_hash)
            if made_in > one.record.epoch:
                yield (
                    f"event {one.event_id}: revision {snapshot.revision} of epoch {one.record.epoch} is not in the "
                    f"log, which has that of epoch {made_in}"
                )
            elif table is None:
                yield f"event {one.event_id}: no field table with the hash {one.record.table_hash}"
            else:
                again = answer_of(decide(snapshot, one.record.question, table))
                if again != one.record.answer:
                    yield f"event {one.event_id}: recorded {dict(one.record.answer)}, decided again {again}"

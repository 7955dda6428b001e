"""The in-memory twins of what is erased, and of the clock that it is erased by."""

from collections.abc import Sequence
from dataclasses import replace

from audit.domain.clock_check import WatchedClock
from audit.use_cases.ports import EntryRow


class InMemoryErasures:
    """`Erasures` over the entries in memory."""

    def __init__(self, rows: list[EntryRow]) -> None:
        self._rows = rows
        self._acts: dict[int, int] = {}

    def redact(self, index: int, act_index: int) -> None:
        row = self._rows[index]
        keys = replace(row.keys, actor=None, organisation=None, subject=None)
        self._rows[index] = replace(row, sealed=None, keys=keys)
        self._acts[index] = act_index

    def redacted(self, indexes: Sequence[int]) -> dict[int, int]:
        return {index: self._acts[index] for index in indexes if index in self._acts}

    def forget(self, shard: str, limit: int) -> int:
        rows = self._rows
        some = [row for row in rows if row.keys.shard == shard and row.sealed is not None][:limit]
        for row in some:
            rows[row.index] = replace(row, sealed=None)
        return len(some)


class InMemoryClockWatch:
    """`ClockWatch` in memory."""

    def __init__(self) -> None:
        self._watched: WatchedClock | None = None

    def read(self) -> WatchedClock | None:
        return self._watched

    def save(self, watched: WatchedClock) -> None:
        self._watched = watched

"""Holding the tiles against the hashes of the entries, in step with the pass over them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from audit.domain.merkle import HASH_SIZE, KEPT_LEVEL_STEP, Node
from audit.domain.tiles import TILE_WIDTH
from audit.domain.verification import Problem
from audit.use_cases.ports import JournalScan

_Row = tuple[int, int, bytes]


class TileCheck:
    """Walks the tiles in step with the entries: each full tile of leaves is compared as soon as it is computed; of the
    levels above, a 256th part as large, all is kept until the end."""

    def __init__(self) -> None:
        self._rows: Iterator[tuple[Any, Any, Any]] = iter(())
        self._next: _Row | None = None
        self._leaves: list[bytes] = []
        self._number = 0
        self._above: dict[int, list[bytes]] = {}

    def load(self, scan: JournalScan) -> Iterator[Problem]:
        """Begins; says what is wrong before any entry is read."""
        self._rows = scan.tiles()
        yield from self._advance()

    def add(self, leaves: Sequence[bytes], completed: Iterable[Node]) -> Iterator[Problem]:
        """To be called with the leaf hash of each entry, and the nodes it completed."""
        self._leaves.extend(leaves)
        for node in completed:
            self._above.setdefault(node.level // KEPT_LEVEL_STEP, []).append(node.hash)
        while len(self._leaves) >= TILE_WIDTH:
            yield from self._compare(0, self._number, self._leaves[:TILE_WIDTH])
            self._number, self._leaves = self._number + 1, self._leaves[TILE_WIDTH:]

    def rest(self) -> Iterator[Problem]:
        """To be called after the last entry: the partial tile, the levels above, and what there should not be."""
        if self._leaves:
            yield from self._compare(0, self._number, self._leaves)
        for level, hashes in sorted(self._above.items()):
            for at in range(0, len(hashes), TILE_WIDTH):
                yield from self._compare(level, at // TILE_WIDTH, hashes[at : at + TILE_WIDTH])
        while self._next is not None:
            yield _unknown(self._next[0], self._next[1])
            yield from self._advance()

    def _compare(self, level: int, number: int, hashes: Sequence[bytes]) -> Iterator[Problem]:
        while self._next is not None and self._next[:2] < (level, number):
            yield _unknown(self._next[0], self._next[1])
            yield from self._advance()
        if self._next is None or self._next[:2] > (level, number):
            yield Problem("tile", "level or number", "the tile is missing", key=f"level {level}, number {number}")
            return
        yield from _differences(level, number, self._next[2], b"".join(hashes))
        yield from self._advance()

    def _advance(self) -> Iterator[Problem]:
        """Reads the next row; one whose place is no place is named and passed over."""
        self._next = None
        for level, number, hashes in self._rows:
            if isinstance(level, int) and isinstance(number, int):
                self._next = level, number, hashes
                return
            yield _unknown(level, number)


def _differences(level: int, number: int, stored: object, truth: bytes) -> Iterator[Problem]:
    """At most one problem of a tile: the first hash that differs, which at level 0 is that of one entry."""
    if stored == truth:
        return
    key = f"level {level}, number {number}"
    data = stored if isinstance(stored, bytes) else b""
    if len(data) != len(truth):
        sentence = f"it has {len(data) / HASH_SIZE:g} hashes instead of {len(truth) // HASH_SIZE}"
        yield Problem("tile", "hashes", sentence, key=key)
        return
    at = next(at for at in range(0, len(truth), HASH_SIZE) if data[at : at + HASH_SIZE] != truth[at : at + HASH_SIZE])
    first = number * TILE_WIDTH + at // HASH_SIZE
    below = f"entry {first}" if level == 0 else f"tile {first} of level {level - 1}"
    index = first if level == 0 else None
    yield Problem("tile", "hashes", f"hash {at // HASH_SIZE} is not that of {below}", index=index, key=key)


def _unknown(level: object, number: object) -> Problem:
    return Problem("tile", "level or number", "the tree has no such tile", key=f"level {level}, number {number}")

"""The tree as tiles of 256 hashes, in the layout of C2SP tlog-tiles: what is stored is what an outsider is given.

A tile holds 256 neighbouring hashes of one level: leaf hashes at level 0, at each level above the roots of full tiles
of the level below. The last tile of a level may be partial; it grows and is a prefix of what it becomes. The hashes in
between are folded from those of a tile, so that a proof reads a few tiles however large the journal is.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from audit.domain.merkle import HASH_SIZE, KEPT_LEVEL_STEP, Node
from audit.domain.refusals import JournalDamagedError

TILE_WIDTH = 1 << KEPT_LEVEL_STEP
ENTRIES = "entries"
_LENGTH_BYTES = 2
_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_HIGHEST_LEVEL = 63

TileReader = Callable[[int, int], bytes]
"""Gives the stored hashes of (level, number), one after the other; no bytes when there is no such tile."""


@dataclass(frozen=True, slots=True)
class TilePlace:
    """One tile (or, at level None, one bundle of entries): its number in the level and how many hashes it has."""

    level: int | None
    number: int
    width: int

    def path(self) -> str:
        """Its address below the prefix of the log: `tile/0/x001/x234/067`, `tile/entries/000.p/12`."""
        digits = str(self.number)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{ENTRIES if self.level is None else self.level}/{number}{partial}"

    @staticmethod
    def parse(path: str) -> "TilePlace | None":
        """The place of an address; None of anything but what `path` writes."""
        found = _PATH.fullmatch(path)
        if found is None:
            return None
        level = None if found[1] == ENTRIES else int(found[1])
        place = TilePlace(level, int(found[2].replace("/", "").replace("x", "")), int(found[3] or TILE_WIDTH))
        return place if (level or 0) <= _HIGHEST_LEVEL and place.path() == path else None

    def exists_in(self, size: int) -> bool:
        """Whether a tree of `size` leaves has that many hashes there."""
        hashes = size >> KEPT_LEVEL_STEP * (self.level or 0)
        return self.number * TILE_WIDTH + self.width <= hashes


@dataclass(frozen=True, slots=True)
class GrownTile:
    """A tile after hashes were added; `had` is how many it had before (0: it is new)."""

    level: int
    number: int
    hashes: bytes
    had: int


def tiles_of(size: int, *, since: int = 0) -> Iterator[TilePlace]:
    """Every tile and bundle of a tree of `size` leaves, from the bottom up; with `since` those that the tree of that
    many leaves did not have."""
    for level in (None, *range(_HIGHEST_LEVEL + 1)):
        shift = KEPT_LEVEL_STEP * (level or 0)
        if not size >> shift:
            return
        before, full, rest = (since >> shift) // TILE_WIDTH, (size >> shift) // TILE_WIDTH, (size >> shift) % TILE_WIDTH
        yield from (TilePlace(level, number, TILE_WIDTH) for number in range(before, full))
        if rest and size >> shift != since >> shift:
            yield TilePlace(level, full, rest)


def grown(size: int, leaves: Sequence[bytes], completed: Iterable[Node], stored: TileReader) -> Iterator[GrownTile]:
    """The tiles that change when `leaves` are added to a tree of `size`; `completed` as `Frontier.extend` says.

    Raises:
        JournalDamagedError: a tile that must go on is not as long as the tree says.
    """
    added: dict[int, list[bytes]] = {0: list(leaves)}
    for node in completed:
        added.setdefault(node.level // KEPT_LEVEL_STEP, []).append(node.hash)
    for level, hashes in sorted(added.items()):
        number, had = divmod(size >> KEPT_LEVEL_STEP * level, TILE_WIDTH)
        start = stored(level, number) if had else b""
        if len(start) != had * HASH_SIZE:
            raise JournalDamagedError(f"tile {level}/{number} does not have the {had} hashes that the tree says")
        for at in range(-had, len(hashes), TILE_WIDTH):
            more = b"".join(hashes[max(at, 0) : at + TILE_WIDTH])
            yield GrownTile(level, number, start + more, had)
            number, start, had = number + 1, b"", 0


@dataclass(frozen=True)
class TileNodes:
    """`NodeSource` over stored tiles; each tile is read once."""

    stored: TileReader
    _read: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """See `NodeSource.hashes`.

        Raises:
            JournalDamagedError: some of them are not there.
        """
        found: list[bytes] = []
        for position in range(first, first + count):
            number, at = divmod(position, TILE_WIDTH)
            tile = self._tile(level // KEPT_LEVEL_STEP, number)
            found.append(tile[at * HASH_SIZE : (at + 1) * HASH_SIZE])
        if any(len(one) != HASH_SIZE for one in found):
            raise JournalDamagedError(f"hashes of level {level} from {first} on are missing in the tiles")
        return found

    def _tile(self, level: int, number: int) -> bytes:
        if (level, number) not in self._read:
            self._read[level, number] = self.stored(level, number)
        return self._read[level, number]


def bundle(entries: Iterable[bytes]) -> bytes:
    """A bundle of entries: each after its length in two bytes, the larger one first (C2SP tlog-tiles)."""
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES) + entry for entry in entries)


def unbundled(data: bytes) -> list[bytes]:
    """The entries of a bundle.

    Raises:
        ValueError: the bytes end inside an entry.
    """
    found, at = [], 0
    while at < len(data):
        end = at + _LENGTH_BYTES + int.from_bytes(data[at : at + _LENGTH_BYTES])
        if end > len(data) or at + _LENGTH_BYTES > len(data):
            raise ValueError("the bundle is cut")
        found.append(data[at + _LENGTH_BYTES : end])
        at = end
    return found

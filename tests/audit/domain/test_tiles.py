"""Tiles against the definition of C2SP tlog-tiles and against the tree they come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.domain.merkle import EMPTY_FRONTIER, HASH_SIZE, leaf_hash, root
from audit.domain.proofs import inclusion_holds, inclusion_path, root_at
from audit.domain.refusals import JournalDamagedError
from audit.domain.tiles import TILE_WIDTH, TileNodes, TilePlace, bundle, grown, tiles_of, unbundled
from tests.promises import promise

LEAVES = [leaf_hash(str(number).encode()) for number in range(66_000)]


class Stored:
    """Tiles that grow as those of the journal do."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.frontier = EMPTY_FRONTIER

    def read(self, level: int, number: int) -> bytes:
        return self.tiles.get((level, number), b"")

    def add(self, leaves: list[bytes]) -> None:
        frontier, completed = self.frontier.extend(leaves)
        for one in grown(self.frontier.size, leaves, completed, self.read):
            assert one.had * HASH_SIZE == len(self.read(one.level, one.number))
            self.tiles[one.level, one.number] = one.hashes
        self.frontier = frontier


def by_definition(size: int) -> dict[tuple[int, int], bytes]:
    """MTH(D[(n * 256 + i) * 256**l : (n * 256 + i + 1) * 256**l]) for every tile of a tree of that size."""
    found: dict[tuple[int, int], bytes] = {}
    for place in tiles_of(size):
        if place.level is not None:
            of_one = TILE_WIDTH**place.level
            starts = [(place.number * TILE_WIDTH + at) * of_one for at in range(place.width)]
            hashes = b"".join(root(LEAVES[start : start + of_one]) for start in starts)
            found[place.level, place.number] = hashes
    return found


@promise("journal:tiles-are-those-of-c2sp")
@given(st.lists(st.integers(1, 700), min_size=1, max_size=4))
def test_tiles_grown_in_any_steps_are_those_of_the_definition(steps: list[int]) -> None:
    stored, size = Stored(), 0
    for step in steps:
        stored.add(LEAVES[size : size + step])
        size += step
    assert stored.tiles == by_definition(size)
    assert root_at(size, TileNodes(stored.read)) == stored.frontier.root()


def test_a_tree_of_three_levels_has_the_tiles_and_proofs_of_the_definition() -> None:
    stored, size = Stored(), 65_800
    stored.add(LEAVES[:size])
    assert stored.tiles == by_definition(size)
    assert {(level, number) for level, number in stored.tiles if level} == {(1, 0), (1, 1), (2, 0)}
    for index in (0, 255, 256, 65_535, 65_536, size - 1):
        path = inclusion_path(index, size, TileNodes(stored.read))
        assert inclusion_holds(LEAVES[index], index, size, path, stored.frontier.root())


@promise("journal:tiles-are-those-of-c2sp")
def test_the_tiles_of_seventy_thousand_entries_are_those_of_the_example_in_the_specification() -> None:
    places = [place for place in tiles_of(70_000) if place.level is not None]
    of_level = [[place for place in places if place.level == level] for level in range(3)]
    assert [sum(place.width == TILE_WIDTH for place in level) for level in of_level] == [273, 1, 0]
    assert [level[-1].width for level in of_level] == [112, 17, 1]
    assert len(places) == sum(map(len, of_level))
    assert [place.path() for place in tiles_of(256)] == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (TilePlace(0, 1_234_067, 256), "tile/0/x001/x234/067"),
        (TilePlace(1, 0, 17), "tile/1/000.p/17"),
        (TilePlace(None, 999, 256), "tile/entries/999"),
        (TilePlace(None, 1000, 3), "tile/entries/x001/000.p/3"),
    ],
)
def test_places_have_the_addresses_of_the_specification(place: TilePlace, path: str) -> None:
    assert place.path() == path
    assert TilePlace.parse(path) == place


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/00/000",
        "tile/0/x000/001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/64/000",
        "tile/0/001/002",
        "tile/data/000",
        "tile/0/000/",
        "../tile/0/000",
        "checkpoint",
        "tile/0/٠٠٠",
    ],
)
def test_other_addresses_are_none(path: str) -> None:
    assert TilePlace.parse(path) is None


@given(st.integers(0, 70_000), st.integers(0, 70_000))
def test_what_is_new_since_a_smaller_tree_completes_it(one: int, other: int) -> None:
    since, size = sorted((one, other))
    before, all_of_it = set(tiles_of(since)), set(tiles_of(size))
    new = set(tiles_of(size, since=since))
    assert all_of_it - before <= new <= all_of_it
    assert all(place.exists_in(size) for place in all_of_it)
    assert not any(place.exists_in(since) for place in all_of_it - before if place.level is None)


@given(st.lists(st.binary(max_size=4096), max_size=5))
def test_a_bundle_gives_its_entries_back_and_a_cut_one_is_refused(entries: list[bytes]) -> None:
    data = bundle(entries)
    assert unbundled(data) == entries
    if entries:
        with pytest.raises(ValueError, match="cut"):
            unbundled(data[:-1])


def test_a_tile_that_is_not_as_long_as_the_tree_says_stops_growth() -> None:
    stored = Stored()
    stored.add(LEAVES[:10])
    stored.tiles[0, 0] = stored.tiles[0, 0][:-HASH_SIZE]
    with pytest.raises(JournalDamagedError, match="tile 0/0 does not have the 10 hashes"):
        stored.add(LEAVES[10:11])
    with pytest.raises(JournalDamagedError, match="missing in the tiles"):
        root_at(10, TileNodes(stored.read))

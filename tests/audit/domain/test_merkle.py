"""The Merkle tree against the published vectors of RFC 6962 and against its recursive definition."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.domain.merkle import EMPTY_FRONTIER, EMPTY_ROOT, Frontier, Node, leaf_hash, node_hash, root
from audit.domain.proofs import (
    consistency_holds,
    consistency_path,
    inclusion_holds,
    inclusion_path,
    root_at,
)

LARGEST = 300
# The leaves and roots that certificate-transparency implementations use as RFC 6962 vectors.
VECTOR_LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
VECTOR_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(str(number).encode()) for number in range(LARGEST)]


class Kept:
    """Kept nodes of a tree, computed by the recursive definition."""

    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """Roots of complete subtrees."""
        width = 1 << level
        return [naive_root(LEAVES[at * width : (at + 1) * width]) for at in range(first, first + count)]


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


def naive_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962 §2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*naive_path(index, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_path(index - split, leaves[split:]), naive_root(leaves[:split])]


def naive_consistency(old: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962 §2.1.2, word for word."""
    if old == len(leaves):
        return [] if whole else [naive_root(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if old <= split:
        return [*naive_consistency(old, leaves[:split], whole=whole), naive_root(leaves[split:])]
    return [*naive_consistency(old - split, leaves[split:], whole=False), naive_root(leaves[:split])]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert root([]) == EMPTY_ROOT == hashlib.sha256(b"").digest()
    assert root_at(0, Kept()) == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_vectors_give_the_published_roots(size: int) -> None:
    assert root([leaf_hash(data) for data in VECTOR_LEAVES[:size]]).hex() == VECTOR_ROOTS[size - 1]


def test_the_frontier_gives_the_root_of_the_definition_for_every_size() -> None:
    frontier = EMPTY_FRONTIER
    for size in range(1, LARGEST + 1):
        frontier, _ = frontier.extend([LEAVES[size - 1]])
        assert (frontier.size, frontier.root()) == (size, naive_root(LEAVES[:size]))
        assert Frontier.from_bytes(size, frontier.to_bytes()) == frontier


def test_extending_in_one_step_or_in_many_is_the_same_and_completes_the_same_nodes() -> None:
    at_once, completed = EMPTY_FRONTIER.extend(LEAVES)
    step_by_step = EMPTY_FRONTIER
    collected: list[Node] = []
    for leaf in LEAVES:
        step_by_step, nodes = step_by_step.extend([leaf])
        collected += nodes
    assert (step_by_step, tuple(collected)) == (at_once, completed)
    assert [(node.level, node.position) for node in completed] == [(8, 0)]
    assert completed[0].hash == naive_root(LEAVES[:256])


@given(st.integers(1, LARGEST), st.data())
def test_inclusion_paths_are_those_of_the_definition_and_verify(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, Kept())
    assert list(path) == naive_path(index, LEAVES[:size])
    assert root_at(size, Kept()) == naive_root(LEAVES[:size])
    assert inclusion_holds(LEAVES[index], index, size, path, naive_root(LEAVES[:size]))


@given(st.integers(1, LARGEST), st.data())
def test_consistency_paths_are_those_of_the_definition_and_verify(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    path = consistency_path(old, size, Kept())
    assert list(path) == naive_consistency(old, LEAVES[:size])
    old_tree, tree = (old, naive_root(LEAVES[:old])), (size, naive_root(LEAVES[:size]))
    assert consistency_holds(old_tree, tree, path)


@given(st.integers(2, LARGEST), st.data())
def test_a_proof_with_anything_changed_does_not_verify(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path, tree = list(inclusion_path(index, size, Kept())), naive_root(LEAVES[:size])
    changed = data.draw(st.integers(0, len(path) - 1))
    flipped = [*path[:changed], bytes([path[changed][0] ^ 1]) + path[changed][1:], *path[changed + 1 :]]
    other = data.draw(st.integers(0, size - 1).filter(lambda at: at != index))
    assert not inclusion_holds(LEAVES[index], index, size, flipped, tree)
    assert not inclusion_holds(LEAVES[index], index, size, path[:-1], tree)
    assert not inclusion_holds(LEAVES[index], index, size, [*path, bytes(32)], tree)
    assert not inclusion_holds(LEAVES[other], index, size, path, tree)
    assert not inclusion_holds(LEAVES[index], other, size, path, tree)
    assert not inclusion_holds(LEAVES[index], size, size, path, tree)


@given(st.integers(2, LARGEST), st.data())
def test_a_consistency_proof_with_anything_changed_does_not_verify(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    path = list(consistency_path(old, size, Kept()))
    old_tree, tree = (old, naive_root(LEAVES[:old])), (size, naive_root(LEAVES[:size]))
    flipped = [bytes([path[0][0] ^ 1]) + path[0][1:], *path[1:]]
    assert not consistency_holds(old_tree, tree, flipped)
    assert not consistency_holds(old_tree, tree, path[:-1])
    assert not consistency_holds(old_tree, tree, [*path, bytes(32)])
    assert not consistency_holds((old, bytes(32)), tree, path)
    assert not consistency_holds(old_tree, (size, bytes(32)), path)
    assert not consistency_holds((0, EMPTY_ROOT), tree, path)


def test_proofs_of_what_does_not_exist_are_refused() -> None:
    for index, size in ((-1, 5), (5, 5), (0, 0)):
        with pytest.raises(ValueError, match="no leaf"):
            inclusion_path(index, size, Kept())
    for old, size in ((0, 5), (6, 5)):
        with pytest.raises(ValueError, match="no consistency"):
            consistency_path(old, size, Kept())
    with pytest.raises(ValueError, match="cannot be"):
        Frontier.from_bytes(3, bytes(32))


def test_the_same_tree_is_consistent_with_itself_only() -> None:
    tree = (7, naive_root(LEAVES[:7]))
    assert consistency_holds(tree, tree, [])
    assert not consistency_holds(tree, (7, bytes(32)), [])
    assert not consistency_holds(tree, (9, naive_root(LEAVES[:9])), [])

"""Inclusion and consistency proofs of RFC 6962 §2.1.1 and §2.1.2: making them and checking them.

A proof is made from kept nodes only: leaf hashes, and the roots of complete subtrees at every eighth level, which are
what tiles hold (`tiles.py`). Any other node is folded from at most 128 neighbours of one tile.
Checking follows RFC 9162 §2.1.3.2 and §2.1.4.2 and needs nothing but the proof.
"""

from collections.abc import Sequence
from typing import Protocol

from audit.domain.merkle import EMPTY_ROOT, KEPT_LEVEL_STEP, node_hash


class NodeSource(Protocol):
    """Where kept hashes come from."""

    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """`count` hashes of `level` (0: leaves, 8, 16, ...) from position `first` on, all of complete subtrees."""


def root_at(size: int, nodes: NodeSource) -> bytes:
    """The root of the first `size` leaves."""
    return _range_hash(0, size, nodes) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, nodes: NodeSource) -> tuple[bytes, ...]:
    """The audit path of leaf `index` in the tree of the first `size` leaves, leaf side first (RFC 6962 §2.1.1).

    Raises:
        ValueError: the tree of that size has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_hash(middle, end, nodes))
            end = middle
        else:
            path.append(_range_hash(start, middle, nodes))
            start = middle
    return tuple(reversed(path))


def consistency_path(old_size: int, size: int, nodes: NodeSource) -> tuple[bytes, ...]:
    """The proof that the first `old_size` leaves are a prefix of the first `size` (RFC 6962 §2.1.2).

    Raises:
        ValueError: the old tree is empty or larger than the new one.
    """
    if not 0 < old_size <= size:
        raise ValueError(f"no consistency proof from {old_size} to {size}")
    path: list[bytes] = []
    start, end, whole = 0, size, True
    while end != old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append(_range_hash(middle, end, nodes))
            end = middle
        else:
            path.append(_range_hash(start, middle, nodes))
            start, whole = middle, False
    if not whole:
        path.append(_range_hash(start, end, nodes))
    return tuple(reversed(path))


def inclusion_holds(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` proves that `leaf` is number `index` of the tree of `size` leaves (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and node == root


def consistency_holds(old_tree: tuple[int, bytes], tree: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Whether `path` proves that one tree (size, root) is a prefix of the other (RFC 9162 §2.1.4.2)."""
    (old_size, old_root), (size, root) = old_tree, tree
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not path and old_root == root
    siblings = [old_root, *path] if old_size.bit_count() == 1 else list(path)
    if not siblings:
        return False
    position, last = old_size - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old_node = node = siblings[0]
    for sibling in siblings[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old_node, node = node_hash(sibling, old_node), node_hash(sibling, node)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and old_node == old_root and node == root


def _split(count: int) -> int:
    """The largest power of two smaller than `count` (count > 1)."""
    return 1 << (count - 1).bit_length() - 1


def _range_hash(start: int, end: int, nodes: NodeSource) -> bytes:
    count = end - start
    if count.bit_count() == 1:
        return _complete(count.bit_length() - 1, start, nodes)
    middle = start + _split(count)
    return node_hash(_range_hash(start, middle, nodes), _range_hash(middle, end, nodes))


def _complete(level: int, start: int, nodes: NodeSource) -> bytes:
    above = level % KEPT_LEVEL_STEP
    kept = level - above
    row = list(nodes.hashes(kept, start >> kept, 1 << above))
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]

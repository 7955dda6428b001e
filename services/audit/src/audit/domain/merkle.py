"""The Merkle tree of RFC 6962 §2.1: hashes, and the compact frontier that lets it grow.

Proofs are in `proofs.py`. The invariant kept here: a `Frontier` of size n holds exactly the roots of the complete
subtrees that the binary digits of n name, largest first, so that growing needs no older leaf.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
# Roots of complete subtrees are kept at every eighth level (256 leaves, 65 536 leaves, ...): see `tiles.py`.
KEPT_LEVEL_STEP = 8


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry: SHA-256(0x00 || entry) (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 || left || right) (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root of a tree given by all its leaf hashes; SHA-256 of nothing for the empty tree."""
    frontier, _ = EMPTY_FRONTIER.extend(leaf_hashes)
    return frontier.root()


@dataclass(frozen=True, slots=True)
class Node:
    """The root of a complete subtree of 2^level leaves, beginning at leaf position * 2^level."""

    level: int
    position: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree of `size` leaves, reduced to the roots of its complete subtrees, largest first."""

    size: int
    hashes: tuple[bytes, ...]

    @staticmethod
    def from_bytes(size: int, data: bytes) -> "Frontier":
        """The frontier written by `to_bytes`.

        Raises:
            ValueError: the number of hashes is not the one that `size` needs.
        """
        if size < 0 or len(data) != HASH_SIZE * size.bit_count():
            raise ValueError(f"a frontier of {size} leaves cannot be {len(data)} bytes long")
        return Frontier(size, tuple(data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)))

    def to_bytes(self) -> bytes:
        """The hashes one after the other, 32 bytes each."""
        return b"".join(self.hashes)

    def extend(self, leaf_hashes: Iterable[bytes]) -> tuple["Frontier", tuple[Node, ...]]:
        """The tree with these leaves added, and the subtrees completed on the way at every kept level."""
        stack, size, completed = list(self.hashes), self.size, []
        for leaf in leaf_hashes:
            node, level, position = leaf, 0, size
            while position & 1:
                node = node_hash(stack.pop(), node)
                level, position = level + 1, position >> 1
                if level % KEPT_LEVEL_STEP == 0:
                    completed.append(Node(level, position, node))
            stack.append(node)
            size += 1
        return Frontier(size, tuple(stack)), tuple(completed)

    def root(self) -> bytes:
        """The root hash of the tree (RFC 6962 §2.1)."""
        if not self.hashes:
            return EMPTY_ROOT
        *others, node = self.hashes
        for left in reversed(others):
            node = node_hash(left, node)
        return node


EMPTY_FRONTIER = Frontier(0, ())

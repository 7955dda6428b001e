"""All facts at one revision: immutable, indexed, cheap to change into the next revision.

`digest` = sum modulo 2^256 of SHA-256(key || value) over all facts, so it can be kept up to date change by change, on
both sides of the feed. The bytes of the value are what is hashed: facts that this version cannot read are kept as they
came and count.
"""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar, cast

from rights.facts import Administrator, Convention, Extranet, Fact, Grant, ServiceContract, Territory, User, read_fact
from rights.sharing import MapEdit, SharedMap

F = TypeVar("F", bound=Fact)
T = TypeVar("T")

REMEMBERED_ANSWERS = 20_000  # people who ask between two changes; a few hundred bytes each

_MODULUS = 1 << 256
_INDEXED_BY: dict[type[Fact], str] = {
    User: "account_id",
    Administrator: "account_id",
    ServiceContract: "organisation_id",
    Convention: "organisation_id",
    Territory: "contract_id",
    Grant: "user_id",
}
_EXTRANETS = "extranet"


class BrokenChainError(Exception):
    """A change does not start at the revision of the snapshot."""


@dataclass(frozen=True, slots=True)
class FactChange:
    """One fact set, or removed when `value` is empty."""

    key: str
    value: bytes

    @classmethod
    def setting(cls, fact: Fact) -> "FactChange":
        """The change that stores this fact."""
        return cls(fact.key, fact.to_value())


@dataclass(frozen=True, slots=True)
class SnapshotChange:
    """One committed transaction: the facts it changed, in order; no facts and equal revisions is a heartbeat.

    `digest` is the digest after it (32 bytes), or None where nobody promised one.
    """

    revision: int
    previous_revision: int
    facts: tuple[FactChange, ...] = ()
    digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class _AsItCame:
    """A fact that cannot be read, or is spelled in another way than this version would."""

    value: bytes
    fact: Fact | None


_Entry: TypeAlias = Fact | _AsItCame
"""The bytes of a fact are made again from it when they are asked for: they would be most of the memory."""


_NO_FACTS: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Every fact at one revision. Build it with `empty`, `of` or `load`; never change it."""

    revision: int
    epoch: int
    _digest: int = 0
    _entries: SharedMap[_Entry] = field(default_factory=SharedMap)
    _index: SharedMap[tuple[Fact, ...]] = field(default_factory=SharedMap)
    _answers: dict[object, object] = field(default_factory=dict, repr=False)

    @classmethod
    def empty(cls, epoch: int = 1) -> "Snapshot":
        """No fact, revision 0: nothing is open."""
        return cls(0, epoch)

    @classmethod
    def of(cls, facts: Iterable[Fact], *, revision: int = 1, epoch: int = 1) -> "Snapshot":
        """A snapshot of these facts."""
        return cls.load(((fact.key, fact.to_value()) for fact in facts), revision=revision, epoch=epoch)

    @classmethod
    def load(cls, entries: Iterable[tuple[str, bytes]], *, revision: int, epoch: int) -> "Snapshot":
        """A snapshot of stored facts (key, value)."""
        return cls(revision, epoch).including(entries, revision)

    def apply(self, change: SnapshotChange) -> "Snapshot":
        """The snapshot after the change; what did not change is shared with this one.

        Raises:
            BrokenChainError: the change does not follow this revision, or does not go forward.
        """
        if change.previous_revision != self.revision or change.revision < self.revision:
            raise BrokenChainError(f"at {self.revision}, received {change.previous_revision} -> {change.revision}")
        if change.facts and change.revision == self.revision:
            raise BrokenChainError(f"facts changed without a new revision after {self.revision}")
        return self.including(((fact.key, fact.value) for fact in change.facts), change.revision)

    def including(self, entries: Iterable[tuple[str, bytes]], revision: int) -> "Snapshot":
        """The snapshot with these facts set (removed where the value is empty), whatever its revision was."""
        edit, index, digest = self._entries.edit(), self._index.edit(), self._digest
        for key, value in entries:
            old = edit.get(key)
            if old is not None:
                digest -= fact_digest(key, _value(old))
                _unindex(index, _fact(old))
            if not value:
                edit.remove(key)
                continue
            new = _entry(key, value)
            digest += fact_digest(key, value)
            edit.set(key, new)
            _reindex(index, _fact(new))
        return Snapshot(revision, self.epoch, digest % _MODULUS, edit.done(), index.done())

    @property
    def digest(self) -> bytes:
        """32 bytes, big-endian."""
        return self._digest.to_bytes(32, "big")

    def remembered(self, key: Hashable, compute: Callable[[], T]) -> T:
        """`compute()`, computed once: for pure functions of this snapshot and `key`, and of nothing else.

        The next revision starts with nothing remembered, so nothing outlives what it was computed from.
        """
        known = self._answers.get(key)
        if known is None:
            if len(self._answers) >= REMEMBERED_ANSWERS:
                self._answers.clear()
            self._answers[key] = known = compute()
        return cast(T, known)

    def __len__(self) -> int:
        return len(self._entries)

    def entries(self) -> Iterator[tuple[str, bytes]]:
        """Every fact as (key, value), in no particular order."""
        for key, entry in self._entries.items():
            yield key, _value(entry)

    def value_of(self, key: str) -> bytes | None:
        """The stored bytes of a fact, or None."""
        entry = self._entries.get(key)
        return None if entry is None else _value(entry)

    def find(self, kind: type[F], identifier: str) -> F | None:
        """A fact by its kind and identifier, or None if it is absent or unreadable."""
        entry = self._entries.get(f"{kind.fact_kind}/{identifier}")
        return None if entry is None else cast("F | None", _fact(entry))

    def all_of(self, kind: type[F]) -> tuple[F, ...]:
        """Every readable fact of a kind, ordered by identifier. Walks over everything: not for a decision."""
        facts = (_fact(entry) for _, entry in self._entries.items())
        found = [fact for fact in facts if isinstance(fact, kind)]
        return tuple(sorted(found, key=lambda fact: fact.fact_id))

    def extranets(self) -> tuple[Extranet, ...]:
        """The registry of extranets, ordered by code."""
        return cast("tuple[Extranet, ...]", self._index.get(_EXTRANETS) or _NO_FACTS)

    def users_of_account(self, account_id: str) -> tuple[User, ...]:
        """The memberships of an account, ordered by identifier."""
        return cast("tuple[User, ...]", self._index.get(f"user/{account_id}") or _NO_FACTS)

    def administrators_of_account(self, account_id: str) -> tuple[Administrator, ...]:
        """The administration roles of an account, ordered by identifier."""
        return cast("tuple[Administrator, ...]", self._index.get(f"administrator/{account_id}") or _NO_FACTS)

    def grants_of_user(self, user_id: str) -> tuple[Grant, ...]:
        """What is open to a user, ordered by identifier."""
        return cast("tuple[Grant, ...]", self._index.get(f"grant/{user_id}") or _NO_FACTS)

    def territories_of_contract(self, contract_id: str) -> tuple[Territory, ...]:
        """The extensions of a service contract to other Cafs, ordered by identifier."""
        return cast("tuple[Territory, ...]", self._index.get(f"territory/{contract_id}") or _NO_FACTS)

    def service_contracts_of(self, organisation_id: str) -> tuple[ServiceContract, ...]:
        """The service contracts of an organisation, ordered by identifier."""
        return cast("tuple[ServiceContract, ...]", self._index.get(f"service_contract/{organisation_id}") or _NO_FACTS)

    def conventions_of(self, organisation_id: str) -> tuple[Convention, ...]:
        """The conventions of an organisation, ordered by identifier."""
        return cast("tuple[Convention, ...]", self._index.get(f"convention/{organisation_id}") or _NO_FACTS)


def fact_digest(key: str, value: bytes) -> int:
    """SHA-256(key || value) as a number: the share of one fact in the digest."""
    return int.from_bytes(hashlib.sha256(key.encode() + value).digest(), "big")


def digest_after(digest: bytes, key: str, old: bytes | None, new: bytes | None) -> bytes:
    """The digest after one fact changed from `old` to `new` (None or empty: absent): for the writer of the facts."""
    total = int.from_bytes(digest, "big")
    total -= fact_digest(key, old) if old else 0
    total += fact_digest(key, new) if new else 0
    return (total % _MODULUS).to_bytes(32, "big")


EMPTY_DIGEST = bytes(32)


def _entry(key: str, value: bytes) -> _Entry:
    fact = read_fact(key, value)
    return fact if fact is not None and fact.to_value() == value else _AsItCame(value, fact)


def _value(entry: _Entry) -> bytes:
    return entry.value if isinstance(entry, _AsItCame) else entry.to_value()


def _fact(entry: _Entry) -> Fact | None:
    return entry.fact if isinstance(entry, _AsItCame) else entry


def _index_key(fact: Fact | None) -> str | None:
    if fact is None:
        return None
    if isinstance(fact, Extranet):
        return _EXTRANETS
    owner = _INDEXED_BY.get(type(fact))
    return None if owner is None else f"{fact.fact_kind}/{getattr(fact, owner)}"


def _reindex(index: MapEdit[tuple[Fact, ...]], fact: Fact | None) -> None:
    key = _index_key(fact)
    if key is not None and fact is not None:
        index.set(key, tuple(sorted((*(index.get(key) or ()), fact), key=lambda known: known.fact_id)))


def _unindex(index: MapEdit[tuple[Fact, ...]], fact: Fact | None) -> None:
    key = _index_key(fact)
    if key is None or fact is None:
        return
    rest = tuple(known for known in index.get(key) or () if known.fact_id != fact.fact_id)
    if rest:
        index.set(key, rest)
    else:
        index.remove(key)

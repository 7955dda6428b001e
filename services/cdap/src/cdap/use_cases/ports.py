"""What cdap needs from the world, as Protocols; and the values that cross them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from cdap.domain.dossier import Dossier, DossierKey
from rights.snapshot import Snapshot
from rights.token_marks import TokenMarks


@dataclass(frozen=True, slots=True)
class StoredDossier:
    """A dossier found, with its comparable names; the document itself is only read when `read` is called."""

    key: DossierKey
    name_keys: tuple[str, ...]
    read: Callable[[], Dossier]


@dataclass(frozen=True, slots=True)
class KnownNames:
    """What another Caf has under the same matricule: enough to tell why nothing was found, and no more."""

    key: DossierKey
    name_keys: tuple[str, ...]


class Dossiers(Protocol):
    """The dossiers of the import in force."""

    def find(self, key: DossierKey) -> StoredDossier | None:
        """The dossier with this key: one indexed read."""

    def of_other_cafs(self, key: DossierKey) -> Sequence[KnownNames]:
        """Dossiers with the same matricule in other Cafs."""


@dataclass(frozen=True, slots=True)
class ImportLine:
    """A dossier ready to be stored: key, comparable names, canonical document."""

    key: DossierKey
    name_keys: tuple[str, ...]
    document: bytes


class ImportedGenerations(Protocol):
    """Generations of dossiers: one is in force and read by everyone, another one may be under construction."""

    def begin(self) -> int:
        """Number of a new, empty generation. Nobody reads it yet."""

    def stored(self, generation: int, keys: Sequence[DossierKey]) -> Mapping[DossierKey, bytes]:
        """The documents that the generation holds already under these keys."""

    def add(self, generation: int, lines: Sequence[ImportLine]) -> None:
        """Store the lines in the generation."""

    def remove(self, generation: int, keys: Sequence[DossierKey]) -> None:
        """Take these dossiers out of the generation; a key that is not there is no error."""

    def put_in_force(self, generation: int, count: int) -> None:
        """From now on everyone reads this generation: one row changes."""

    def in_force(self) -> int | None:
        """The generation that everyone reads, if any."""

    def remove_some(self, keep: int | None, limit: int) -> int:
        """Delete at most `limit` dossiers of the generations other than `keep`; gives how many were deleted."""


@dataclass(frozen=True, slots=True)
class Repositories:
    """The repositories of one transaction."""

    dossiers: Dossiers
    generations: ImportedGenerations


class RightsView(Protocol):
    """The rights as this process knows them."""

    def current(self) -> tuple[Snapshot | None, timedelta]:
        """The newest snapshot, and how long ago it was confirmed to be the newest. None before the first one."""


class EndedSessions(Protocol):
    """The sessions and tokens that auth has ended, as this process knows them."""

    def is_ended(self, token: TokenMarks) -> bool:
        """Whether the token has ended: revoked, or with its family, its session, its account or its client."""

    def age(self) -> timedelta:
        """How long ago this knowledge was confirmed."""

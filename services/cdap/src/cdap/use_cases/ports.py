"""What cdap needs from the world, as Protocols; and the values that cross them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from cdap.domain.dossier import Dossier, DossierKey
from cdap.use_cases.import_ports import CafMonths, DossierRows, UnfinishedFiles
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
    """The dossiers that are in force, each Caf in its month."""

    def find(self, key: DossierKey) -> StoredDossier | None:
        """The dossier with this key: one indexed read."""

    def of_other_cafs(self, key: DossierKey) -> Sequence[KnownNames]:
        """Dossiers with the same matricule in other Cafs."""


@dataclass(frozen=True, slots=True)
class Repositories:
    """The repositories of one transaction."""

    dossiers: Dossiers
    months: CafMonths
    rows: DossierRows
    files: UnfinishedFiles


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

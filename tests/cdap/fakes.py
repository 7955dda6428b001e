"""In-memory twins of the ports, and cdap around them; the store is in `store_fakes`."""

from collections.abc import Iterable
from datetime import timedelta

from cdap.use_cases.consult_dossier import ConsultDossier
from rights.sessions import EndedSessions
from rights.snapshot import Snapshot
from rights.token_marks import TokenMarks
from tests.cdap.builders import the_snapshot, the_table
from tests.cdap.store_fakes import FixedHolders, InMemoryDossiers, Shelves, hold, repositories
from tests.servicekit.fakes import FixedClock, InMemoryUnitOfWork


class FixedRights:
    """`RightsView` that says what the test says."""

    def __init__(self) -> None:
        self.snapshot: Snapshot | None = the_snapshot()
        self.age = timedelta(seconds=1)

    def current(self) -> tuple[Snapshot | None, timedelta]:
        return self.snapshot, self.age


class FixedEndedSessions:
    """`EndedSessions` that says what the test says."""

    def __init__(self) -> None:
        self.ended: set[str] = set()
        self.known = EndedSessions(0, "epoch")
        self.confirmed_ago = timedelta(seconds=1)

    def is_ended(self, token: TokenMarks) -> bool:
        return token.session_id in self.ended or self.known.holds(token)

    def age(self) -> timedelta:
        return self.confirmed_ago


class Desk:
    """cdap in memory: the use case with everything around it."""

    def __init__(self, documents: Iterable[dict[str, object]]) -> None:
        self.shelves = Shelves()
        repos = repositories(self.shelves)
        self.work = InMemoryUnitOfWork(repos)
        hold(self.work, documents)
        assert isinstance(repos.dossiers, InMemoryDossiers)
        self.dossiers = repos.dossiers
        self.rights = FixedRights()
        self.ended_sessions = FixedEndedSessions()
        self.clock = FixedClock()
        self.holders = FixedHolders()
        self.consult = ConsultDossier(self.work, self.rights, self.ended_sessions, the_table(), self.clock)

"""`JournalStore` over a `servicekit.database.Database`."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from audit.adapters.database.checkpoints import SqlCheckpoints, SqlShards
from audit.adapters.database.clock_watch import SqlClockWatch
from audit.adapters.database.entries import SqlEntries
from audit.adapters.database.erasures import SqlErasures
from audit.adapters.database.producers import SqlProducers
from audit.adapters.database.tree import SqlTree
from audit.adapters.database.words import SqlWords
from audit.use_cases.ports import Repositories
from servicekit.database import Database

T = TypeVar("T")


class SqlJournalStore:
    """Transactions whose repositories share one connection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, work: Callable[[Repositories], T], *, snapshot: bool = True) -> T:
        """See `JournalStore.read`."""
        return self._database.read(lambda connection: work(sql_repositories(connection)), snapshot=snapshot)

    def write(self, work: Callable[[Repositories], T]) -> T:
        """See `JournalStore.write`."""
        return self._database.write(lambda connection: work(sql_repositories(connection)))


def sql_repositories(connection: Connection) -> Repositories:
    """Cheap: nothing is read."""
    return Repositories(
        entries=SqlEntries(connection),
        tree=SqlTree(connection),
        producers=SqlProducers(connection),
        checkpoints=SqlCheckpoints(connection),
        shards=SqlShards(connection),
        erasures=SqlErasures(connection),
        clock=SqlClockWatch(connection),
        words=SqlWords(connection),
    )

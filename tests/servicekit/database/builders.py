"""A small table, and short ways to use it."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from servicekit.database import Database, UtcDateTime
from servicekit.database.types import Json

metadata = sa.MetaData()
things = sa.Table(
    "thing",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("count", sa.BigInteger(), nullable=False, server_default="0"),
    sa.Column("at", UtcDateTime()),
    sa.Column("value", Json()),
)

DEADLINE_SECONDS = 20.0


def create_things(database: Database) -> None:
    database.write(metadata.create_all)


def add(thing: str, count: int = 0) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        connection.execute(things.insert(), [{"id": thing, "count": count}])

    return work


def increment(thing: str) -> Callable[[Connection], None]:
    """Reads, then writes: loses updates wherever transactions are less than serialisable."""

    def work(connection: Connection) -> None:
        count = connection.execute(sa.select(things.c.count).where(things.c.id == thing)).scalar_one()
        connection.execute(things.update().where(things.c.id == thing).values(count=count + 1))

    return work


def count_of(thing: str) -> Callable[[Connection], int | None]:
    return lambda connection: connection.execute(
        sa.select(things.c.count).where(things.c.id == thing)
    ).scalar_one_or_none()


def all_things(connection: Connection) -> list[str]:
    return list(connection.execute(sa.select(things.c.id).order_by(things.c.id)).scalars())


def wait_for(event: threading.Event) -> None:
    assert event.wait(DEADLINE_SECONDS), "the other thread did not come"


def together(calls: Sequence[Callable[[], Any]]) -> list[Future[Any]]:
    """Runs `calls` in as many threads and waits for all."""
    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return [pool.submit(call) for call in calls]


class Held:
    """A work that stays inside its transaction until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.let_go = threading.Event()

    def __call__(self, _connection: Connection) -> None:
        self.entered.set()
        wait_for(self.let_go)


@contextmanager
def held(database: Database) -> Any:
    """Keeps one write transaction of `database` open during the body."""
    work = Held()
    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(database.write, work)
        wait_for(work.entered)
        try:
            yield future
        finally:
            work.let_go.set()

"""The guard in a second database does what the guard in a folder does, for every machine that sees it."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.adapters.database.guard import LOCK_NAME, SqlGuard
from audit.bootstrap import Core, build_core
from audit.domain.checkpoint import TreeHead
from audit.use_cases.ports import Guarded
from servicekit.database import migrate, open_database
from servicekit.database.session_lock import open_lock
from servicekit.errors import ServiceError
from tests.audit.builders import MIGRATIONS, FakeProducer, MovingClock, settings_in
from tests.promises import promise

ONE, OTHER = TreeHead(7, b"r" * 32), TreeHead(9, b"s" * 32)


def test_it_keeps_what_was_signed_and_what_comes_next_and_former_rows_aside(database_url: str) -> None:
    lock = open_lock(database_url, LOCK_NAME)
    with closing(open_database(database_url, threads=2)) as database, closing(lock):
        guard = SqlGuard(database, lock)
        assert guard.read() is None
        guard.keep_aside(datetime(2026, 11, 23, tzinfo=UTC))
        for guarded in (Guarded(ONE, 1), Guarded(ONE, 1, OTHER), Guarded(OTHER, 2)):
            guard.write(guarded)
            assert guard.read() == guarded
        guard.keep_aside(datetime(2026, 11, 23, tzinfo=UTC))
        guard.keep_aside(datetime(2026, 11, 23, tzinfo=UTC))
        kept = "SELECT kept_as, size FROM last_signed ORDER BY kept_as"
        rows = database.read(lambda connection: connection.exec_driver_sql(kept).all())
        assert [tuple(row) for row in rows] == [("20261123T000000Z", 9), ("present", 9)]


def test_one_holder_at_a_time_has_the_turn(database_url: str) -> None:
    locks = [open_lock(database_url, LOCK_NAME) for _ in range(2)]
    with closing(open_database(database_url, threads=2)) as database, closing(locks[0]), closing(locks[1]):
        one, other = (SqlGuard(database, lock) for lock in locks)
        with one.turn(wait=True) as mine:
            assert mine
            with other.turn(wait=False) as also:
                assert not also
        with other.turn(wait=False) as now:
            assert now


@contextmanager
def core_on(folder: Path, guard_url: str) -> Iterator[Core]:
    """A journal of one machine with a second database for its guard."""
    url = f"sqlite:///{folder / 'audit.sqlite3'}"
    folder.mkdir(exist_ok=True)
    migrate(url, MIGRATIONS)
    settings = settings_in(folder, url).model_copy(
        update={"guard_url": guard_url, "key_directory": folder.parent / "keys"}
    )
    with closing(open_database(url, threads=3)) as database:
        core = build_core(settings, database, MovingClock())
        try:
            core.check_evidence()
            core.sequencer.start()
            yield core
        finally:
            core.sequencer.stop()
            core.outside.close()


@promise("journal:several-machines-share-the-guard")
def test_a_restored_database_is_noticed_on_another_machine(tmp_path: Path, database_url: str) -> None:
    cdap = FakeProducer()
    with core_on(tmp_path / "one", database_url) as core:
        core.use_cases.append("cdap", cdap.events(3), 5.0)
        core.use_cases.publish()
    shutil.copytree(tmp_path / "one", tmp_path / "before")
    with core_on(tmp_path / "one", database_url) as core:
        core.use_cases.append("cdap", cdap.events(2), 5.0)
        core.use_cases.publish()
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    with core_on(tmp_path / "two", database_url) as core:
        assert core.use_cases.publish() is None
    with (
        pytest.raises(ServiceError, match="holds 3 entries but 5 were signed"),
        core_on(tmp_path / "before", database_url),
    ):
        pass

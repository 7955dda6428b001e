"""Each kind of tampering with tiles, keys and erasures is noticed, on both databases, and so is a copy put back."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, delete, insert, make_url, select, update

from audit.adapters.database.tables import entry, payload, redaction, shard, tile
from audit.adapters.database.unit_of_work import SqlJournalStore
from audit.domain.shard import parts_of
from audit.use_cases.erase import REDACTED_TYPE, RedactionDecision
from audit.use_cases.verify_journal import Report
from partnerkit.event_words import words_of
from servicekit.database import Database, open_database
from tests.audit.builders import FakeProducer, Journal, MovingClock, journal, settings_in, verify
from tests.promises import promise

LATER = datetime(2027, 12, 2, 12, 0, tzinfo=UTC)
LATER_US = int(LATER.timestamp()) * 1_000_000
KEY = "shard-2026-11.connection.key"
REDACTED, OTHER = 40, 41
"""Indexes of two consultations; the first is redacted."""


@dataclass
class Written:
    """A journal with everything erased that can be, and what was before."""

    folder: Path
    url: str
    before: dict[str, Any]


def write(folder: Path, url: str) -> Written:
    """600 entries; a redacted payload, and a key at the end of its term."""
    clock = MovingClock()
    with journal(folder, url, clock) as opened:
        opened.describe("auth", words_of("auth"))
        cdap, auth = FakeProducer(), FakeProducer("auth")
        opened.append(*auth.events(20, type="auth.session.opened", subject=None, payload={}, owner="921"))
        receipts = opened.append(*cdap.events(280))
        opened.core.use_cases.publish()
        before = _before(opened)
        assert opened.erasing.expire() == (), "the first look only notes the time"
        shutil.copytree(folder / "keys", folder / "keys-before")
        clock.at = LATER
        opened.append(*cdap.events(270, occurred_at_us=LATER_US))
        opened.append(cdap.event(type=REDACTED_TYPE, occurred_at_us=LATER_US, payload={"leaf_index": OTHER}))
        decision = RedactionDecision("A. Responsable", "B. Déléguée", "a wrong field")
        opened.erasing.redact(receipts[REDACTED - 20].event_id, decision)
        assert opened.erasing.expire() == ("2026-11.connection",)
        opened.core.use_cases.publish()
        report = opened.verify()
        assert (report.problems, report.redacted, report.expired) == ((), 1, 20)
    return Written(folder, url, before)


def _before(opened: Journal) -> dict[str, Any]:
    def read(connection: Connection) -> dict[str, Any]:
        tiles = connection.execute(select(tile).order_by(tile.c.level, tile.c.number)).all()
        row = connection.execute(select(payload).where(payload.c.leaf_index == REDACTED)).one()
        return {"tiles": tiles, "payload": row._asdict()}

    return opened.database.read(read)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], scope="module")
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    folder = tmp_path_factory.mktemp("journal")
    if request.param == "sqlite":
        yield write(folder, f"sqlite:///{folder / 'audit.sqlite3'}")
        return
    server = request.getfixturevalue("postgresql_server")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE audit_tampering_kinds")
    yield write(folder, make_url(server).set(database="audit_tampering_kinds").render_as_string(False))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE audit_tampering_kinds WITH (FORCE)")


Harm = Callable[[Connection, dict[str, Any]], object]


def of_tile(level: int, number: int) -> Any:
    return (tile.c.level == level) & (tile.c.number == number)


def rewritten(level: int, number: int, change: Callable[[bytes], bytes]) -> Harm:
    def harm(connection: Connection, _before: dict[str, Any]) -> None:
        hashes = bytes(connection.execute(select(tile.c.hashes).where(of_tile(level, number))).scalar_one())
        connection.execute(update(tile).where(of_tile(level, number)).values(hashes=change(hashes)))

    return harm


def flipped(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


def older(level: int, number: int) -> Harm:
    def harm(connection: Connection, before: dict[str, Any]) -> None:
        old = next(bytes(row.hashes) for row in before["tiles"] if (row.level, row.number) == (level, number))
        connection.execute(update(tile).where(of_tile(level, number)).values(hashes=old))

    return harm


def swapped(*columns: str) -> Harm:
    """Two payloads change these columns."""

    def harm(connection: Connection, _before: dict[str, Any]) -> None:
        one, other = (
            connection.execute(select(payload).where(payload.c.leaf_index == index)).one()._asdict()
            for index in (OTHER, OTHER + 1)
        )
        for row, place in ((one, OTHER + 1), (other, OTHER)):
            values = {name: row[name] for name in columns}
            connection.execute(update(payload).where(payload.c.leaf_index == place).values(values))

    return harm


def restored_columns(connection: Connection, _before: dict[str, Any]) -> None:
    other = connection.execute(select(entry).where(entry.c.leaf_index == OTHER)).one()
    values = {name: getattr(other, name) for name in ("actor", "organisation", "subject")}
    connection.execute(update(entry).where(entry.c.leaf_index == REDACTED).values(values))


def claimed_redaction(connection: Connection, _before: dict[str, Any]) -> None:
    """Somebody removes a payload and says that it was redacted, by an event that a producer sent."""
    connection.execute(delete(payload).where(payload.c.leaf_index == OTHER))
    unfindable = update(entry).where(entry.c.leaf_index == OTHER)
    connection.execute(unfindable.values(actor=None, organisation=None, subject=None))
    act = connection.execute(select(entry.c.leaf_index).where(entry.c.type == REDACTED_TYPE).limit(1)).scalar_one()
    connection.execute(insert(redaction).values(leaf_index=OTHER, act_index=act))


KINDS: dict[str, Harm] = {
    "a hash of leaves flipped": rewritten(0, 0, flipped),
    "a hash of leaves flipped in the partial tile": rewritten(0, 2, flipped),
    "a hash of the level above flipped": rewritten(1, 0, flipped),
    "two hashes exchanged": rewritten(0, 1, lambda data: data[32:64] + data[:32] + data[64:]),
    "a full tile cut": rewritten(0, 0, lambda data: data[:-32]),
    "the partial tile cut": rewritten(0, 2, lambda data: data[:-32]),
    "the partial tile cut inside a hash": rewritten(0, 2, lambda data: data[:-7]),
    "the partial tile longer": rewritten(0, 2, lambda data: data + bytes(32)),
    "an older partial tile put back": older(0, 1),
    "an older tile of the level above put back": older(1, 0),
    "a tile removed": lambda connection, _: connection.execute(delete(tile).where(of_tile(0, 1))),
    "the partial tile removed": lambda connection, _: connection.execute(delete(tile).where(of_tile(0, 2))),
    "the tile above removed": lambda connection, _: connection.execute(delete(tile).where(of_tile(1, 0))),
    "all tiles removed": lambda connection, _: connection.execute(delete(tile)),
    "a tile too many": lambda connection, _: connection.execute(
        insert(tile).values(level=2, number=0, hashes=b"x" * 32)
    ),
    "keys of two payloads exchanged": swapped("wrapped_key"),
    "contents of two payloads exchanged": swapped("sealed"),
    "two payloads exchanged": swapped("wrapped_key", "sealed"),
    "a payload removed": lambda connection, _: connection.execute(delete(payload).where(payload.c.leaf_index == OTHER)),
    "a redacted payload put back": lambda connection, before: connection.execute(
        insert(payload).values(before["payload"])
    ),
    "a redacted event made findable": restored_columns,
    "a redaction denied": lambda connection, _: connection.execute(delete(redaction)),
    "a redaction claimed": claimed_redaction,
    "a destruction denied": lambda connection, _: connection.execute(update(shard).values(destroyed_by=None)),
    "a destruction claimed": lambda connection, _: connection.execute(
        update(shard).where(shard.c.name == "2026-11.access").values(destroyed_by=3)
    ),
    "a month and class removed": lambda connection, _: connection.execute(
        delete(shard).where(shard.c.name == "2026-11.connection")
    ),
}


class _Undo(Exception):  # noqa: N818 - it is no error
    """Takes the change back."""


@contextmanager
def opened_database(url: str) -> Iterator[Database]:
    with closing(open_database(url, threads=2)) as database:
        yield database


def report_after(written: Written, harm: Harm) -> Report:
    reports: list[Report] = []

    def work(connection: Connection) -> None:
        harm(connection, written.before)
        within: Any = _Within(connection)
        reports.append(verify(settings_in(written.folder, written.url), within))
        raise _Undo

    with opened_database(written.url) as database, pytest.raises(_Undo):
        database.write(work)
    return reports[-1]


class _Within:
    """A database whose reads see the transaction that is not committed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, work: Any) -> Any:
        """Runs at once."""
        return work(self._connection)


@promise("journal:nothing-erased-comes-back")
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_tampering_is_noticed(written: Written, kind: str) -> None:
    report = report_after(written, KINDS[kind])
    assert not report.is_intact
    assert 1 <= report.problem_count <= 21


KEY_KINDS: dict[str, Callable[[Path], object]] = {
    "a key put back from a copy": lambda folder: shutil.copy(folder / "keys-before" / KEY, folder / "keys" / KEY),
    "another key in place of one destroyed": lambda folder: (folder / "keys" / KEY).write_text("00" * 32),
    "the key of another class": lambda folder: shutil.copy(
        folder / "keys-before" / KEY, folder / "keys" / "shard-2026-11.access.key"
    ),
    "a key removed": lambda folder: (folder / "keys" / "shard-2026-11.access.key").unlink(),
    "the key of what became of the journal removed": lambda folder: (
        folder / "keys" / "shard-2027-12.evidence.key"
    ).unlink(),
}


@promise("journal:nothing-erased-comes-back")
@pytest.mark.parametrize("kind", KEY_KINDS)
def test_every_kind_of_tampering_with_keys_is_noticed(written: Written, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(written.folder, folder)
    with opened_database(written.url) as database:
        assert verify(settings_in(folder, written.url), database).is_intact
        KEY_KINDS[kind](folder)
        assert not verify(settings_in(folder, written.url), database).is_intact


def test_a_destroyed_key_is_removed_from_the_disk_and_no_payload_of_it_is_kept(written: Written) -> None:
    assert not (written.folder / "keys" / KEY).exists()
    with opened_database(written.url) as database:
        store = SqlJournalStore(database)
        rows = store.read(lambda r: r.entries.between(0, 300))
        assert {parts_of(row.keys.shard)[1] for row in rows if row.sealed is None and row.index != REDACTED} == {
            "connection"
        }
        assert sum(row.sealed is None for row in rows) == 21

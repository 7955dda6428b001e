"""The journal is restored from a backup: every event its producers still hold comes back once, and verify agrees."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from audit.adapters.rpc.journal import submitted_event
from audit.domain.producer_chain import Hole, ProducerChain, ProducerNumbers
from audit.domain.refusals import InvalidEventError
from partenaire.audit.v1 import journal_pb2
from servicekit.clock import SystemClock
from servicekit.database import Database, open_database
from servicekit.errors import DependencyUnavailableError
from servicekit.event_words import Word, digest_of
from servicekit.outbox import OutboxRelay, OutboxSettings, Receipt, RecordingUnitOfWork, store
from servicekit.outbox.sink import Numbers as Held
from tests.audit.adapters.test_command import run_command
from tests.audit.adapters.test_missing_evidence import url_of
from tests.audit.builders import FakeProducer, Journal, MovingClock, journal
from tests.promises import promise
from tests.servicekit.outbox.builders import SqlThings, adding, create_tables, event

SERVICES = ("auth", "habpps", "cdap")
QUICK = OutboxSettings(
    acknowledgement_wait=timedelta(seconds=20),
    idle_wait=timedelta(milliseconds=20),
    gaps_interval=timedelta(milliseconds=50),
    gap_events=16,
)


@dataclass
class ToJournal:
    """`AuditSink`: the journal of the moment, without the wire."""

    service: str
    journal: Journal | None = None

    def append(self, events: Sequence[bytes]) -> Sequence[Receipt]:
        told = tuple(submitted_event(journal_pb2.Event.FromString(one)) for one in events)
        receipts = self._opened().core.use_cases.append(self.service, told, 10.0)
        return [Receipt(one.event_id, one.shard, one.index, one.leaf_hash) for one in receipts]

    def describe(self, words: Sequence[Word]) -> None:
        self._opened().core.use_cases.describe(self.service, digest_of(words), words)

    def ask(self) -> None:
        if self.journal is None:
            raise DependencyUnavailableError("audit is down", reason="AUDIT_UNREACHABLE")

    def missing(self, held: Sequence[Held]) -> Sequence[Held]:
        asked = tuple(ProducerNumbers(one.epoch, one.first, one.end) for one in held)
        missing = self._opened().core.use_cases.missing(self.service, asked)
        return [Held(one.epoch, one.first, one.end) for one in missing]

    def _opened(self) -> Journal:
        if self.journal is None:
            raise DependencyUnavailableError("the journal is away", reason="AUDIT_UNREACHABLE")
        return self.journal


@dataclass
class Producer:
    """A service with an outbox."""

    sink: ToJournal
    database: Database
    relay: OutboxRelay
    recorded: list[str] = field(default_factory=list)

    def record(self, count: int) -> None:
        work = RecordingUnitOfWork(self.database, SqlThings, self.relay)
        for _ in range(count):
            told = event()
            work.record(adding(told.event_id, told))
            self.recorded.append(told.event_id)


@contextmanager
def producer(folder: Path, service: str) -> Iterator[Producer]:
    database = open_database(f"sqlite:///{folder / service}.sqlite3", threads=4)
    create_tables(database)
    sink = ToJournal(service)
    relay = OutboxRelay(database, service, sink, SystemClock(), QUICK)
    relay.start()
    yield Producer(sink, database, relay)
    relay.stop()
    database.close()


@pytest.fixture
def producers(tmp_path: Path) -> Iterator[list[Producer]]:
    with producer(tmp_path, "auth") as auth, producer(tmp_path, "habpps") as habpps, producer(tmp_path, "cdap") as cdap:
        yield [auth, habpps, cdap]


@contextmanager
def opened(folder: Path, producers: Sequence[Producer]) -> Iterator[Journal]:
    with journal(folder, url_of(folder), clock=MovingClock(SystemClock().now())) as one:
        for each in producers:
            each.sink.journal = one
        yield one
        one.core.use_cases.publish()
        for each in producers:
            each.sink.journal = None
    for leftover in folder.glob("audit.sqlite3-*"):
        leftover.unlink()


def stored(one: Journal) -> list[str]:
    size = one.core.use_cases.state("921").size
    rows = one.core.use_cases.results.store.read(lambda repositories: repositories.entries.between(0, size))
    return [row.event_id for row in rows]


def wait_until_all_are_there(one: Journal, producers: Sequence[Producer]) -> list[str]:
    wanted = {event_id for each in producers for event_id in each.recorded}
    for each in producers:
        pause = each.relay._stopping
        for _ in range(600):
            if wanted <= set(found := stored(one)):
                return found
            pause.wait(0.05)
    raise AssertionError(f"{len(wanted - set(found))} events did not come back")


def wait_until_noted(each: Producer) -> None:
    """Until the table says that nothing waits: acknowledgements are noted a moment later."""
    for _ in range(600):
        if not each.database.read(lambda connection: store.backlog(connection, 10)).rows:
            return
        each.relay._stopping.wait(0.05)
    raise AssertionError("acknowledgements were not noted")


def accept(folder: Path) -> None:
    done = run_command(folder, "accept-restored-journal", "--by", "A. Responsable", "--reason", "disk lost")
    assert done.returncode == 0, done.stderr


@promise("audit:a-restore-loses-nothing-that-is-kept")
def test_fifty_events_of_each_producer_come_back_once_after_a_restore(
    tmp_path: Path, producers: list[Producer]
) -> None:
    with opened(tmp_path, producers):
        for each in producers:
            each.record(10)
    shutil.copy(tmp_path / "audit.sqlite3", tmp_path / "backup.sqlite3")
    with opened(tmp_path, producers):
        for each in producers:
            each.record(50)
    shutil.copy(tmp_path / "backup.sqlite3", tmp_path / "audit.sqlite3")
    accept(tmp_path)
    with opened(tmp_path, producers) as restored:
        for each in producers:
            each.record(5)  # new events while the old ones come back
        found = wait_until_all_are_there(restored, producers)
        assert len(found) == len(set(found)) == 3 * 65 + 1
        restored.core.use_cases.publish()
        assert restored.verify().problems == ()
        assert restored.core.use_cases.state("921").missing == ()
    for each in producers:
        wait_until_noted(each)


@promise("audit:a-restore-loses-nothing-that-is-kept")
def test_what_no_producer_holds_any_more_stays_a_named_problem(tmp_path: Path, producers: list[Producer]) -> None:
    cdap = producers[2]
    with opened(tmp_path, producers):
        cdap.record(10)
    shutil.copy(tmp_path / "audit.sqlite3", tmp_path / "backup.sqlite3")
    with opened(tmp_path, producers):
        cdap.record(20)
    wait_until_noted(cdap)
    later, never = SystemClock().now() + timedelta(days=1), SystemClock().now() - timedelta(days=1)
    cdap.database.write(lambda connection: store.forget(connection, later, never, 1000))
    cdap.recorded[:] = [*cdap.recorded[:10], cdap.recorded[-1]]
    shutil.copy(tmp_path / "backup.sqlite3", tmp_path / "audit.sqlite3")
    accept(tmp_path)
    with opened(tmp_path, producers) as restored:
        wait_until_all_are_there(restored, producers)
        restored.core.use_cases.publish()
        sentences = [problem.problem for problem in restored.verify().problems]
        assert sentences == ["numbers 10 to 28 of cdap never came: these events are lost"]


def test_the_journal_lacks_its_holes_and_what_comes_after_its_newest_number() -> None:
    chain = ProducerChain("cdap", "e", 20, b"", 0, (Hole(3, 6, 1), Hole(9, 10, 1)))
    assert chain.lacks(ProducerNumbers("e", 0, 20)) == (ProducerNumbers("e", 3, 6), ProducerNumbers("e", 9, 10))
    assert chain.lacks(ProducerNumbers("e", 4, 9)) == (ProducerNumbers("e", 4, 6),)
    assert chain.lacks(ProducerNumbers("e", 15, 25)) == (ProducerNumbers("e", 20, 25),)
    assert chain.lacks(ProducerNumbers("e", 30, 31)) == (ProducerNumbers("e", 30, 31),)
    assert chain.lacks(ProducerNumbers("e", 10, 20)) == ()


def test_a_producer_is_told_of_its_own_chains_only(tmp_path: Path) -> None:
    cdap = FakeProducer()
    with journal(tmp_path, url_of(tmp_path)) as one:
        one.append(*cdap.events(5))
        missing = one.core.use_cases.missing
        assert missing("cdap", (ProducerNumbers(cdap.epoch, 0, 7),)) == (ProducerNumbers(cdap.epoch, 5, 7),)
        assert missing("auth", (ProducerNumbers(cdap.epoch, 0, 5),)) == (ProducerNumbers(cdap.epoch, 0, 5),)
        many = tuple(ProducerNumbers("e", number, number + 1) for number in range(1001))
        for wrong in (
            (),
            many,
            (ProducerNumbers("", 0, 1),),
            (ProducerNumbers("e", 1, 1),),
            (ProducerNumbers("e", 0, 2**63),),
        ):
            with pytest.raises(InvalidEventError):
                missing("cdap", wrong)

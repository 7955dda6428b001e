"""Several processes of the journal on PostgreSQL: one writes, another takes over when it is killed, nothing is lost."""

import base64
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, Queue

import pytest

from audit.adapters.background import Leadership, Sequencer
from audit.bootstrap import leadership_of
from audit.domain.event import SubmittedEvent
from audit.domain.refusals import JournalUnavailableError
from audit.use_cases.record_batch import Written
from servicekit.database import open_database
from servicekit.database.session_lock import SessionLock, open_lock
from servicekit.process import Parts
from tests.audit.builders import FakeProducer, journal, settings_in, verify
from tests.audit.fakes import KeptAlarms
from tests.promises import promise

PRODUCERS, PROCESSES, KILLED = 4, 3, 2
ANSWER_SECONDS, ALL_SECONDS = 8.0, 120.0


@dataclass
class JournalProcess:
    """One process; `answers` by request number."""

    process: subprocess.Popen[str]
    leads: threading.Event = field(default_factory=threading.Event)
    _answers: dict[int, Queue[str]] = field(default_factory=dict)
    _next: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def listen(self) -> None:
        """Reads what it says, until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            first, _, rest = line.strip().partition(" ")
            if first == "leads":
                self.leads.set()
            elif first == "follows":
                self.leads.clear()
            elif first.isdigit():
                self._answers[int(first)].put(rest)
        self.leads.clear()

    def append(self, events: Sequence[SubmittedEvent]) -> bool:
        """Whether it acknowledged them."""
        told = base64.b64encode(pickle.dumps(tuple(events))).decode()
        with self._lock:
            self._next += 1
            number = self._next
            answer = self._answers[number] = Queue()
            try:
                assert self.process.stdin is not None
                self.process.stdin.write(f"{number} {told}\n")
                self.process.stdin.flush()
            except OSError:
                return False
        for _ in range(int(ANSWER_SECONDS * 10)):
            try:
                return answer.get(timeout=0.1) == "ok"
            except Empty:
                if self.process.poll() is not None:
                    return False
        return False


@contextmanager
def journal_process(folder: Path, url: str, guard_url: str) -> Iterator[JournalProcess]:
    root = Path(__file__).parents[3]
    command = [sys.executable, "-m", "tests.audit.journal_process", str(folder), url, guard_url]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    running = JournalProcess(process)
    listening = threading.Thread(target=running.listen, daemon=True)
    listening.start()
    try:
        yield running
    finally:
        assert process.stdin is not None
        with suppress(OSError):  # it was killed
            process.stdin.close()
        process.wait(60)
        listening.join(10)
        assert process.stdout is not None
        process.stdout.close()


def produce(producer: FakeProducer, processes: Sequence[JournalProcess], done: threading.Event) -> list[str]:
    """Sends each event to one process after the other until one has it, as an outbox does; the ids acknowledged."""
    acknowledged: list[str] = []
    while not done.is_set() or not acknowledged:
        events = producer.events(3, occurred_at_us=int(datetime.now(UTC).timestamp()) * 1_000_000)
        end = time.monotonic() + ALL_SECONDS
        turn = 0
        while not processes[turn % len(processes)].append(events):
            turn += 1
            assert time.monotonic() < end, "no process took the events"
        acknowledged += [event.act.event_id for event in events]
    return acknowledged


def leader_of(processes: Sequence[JournalProcess]) -> JournalProcess:
    """The process that leads, which must be one within a few seconds."""
    end = time.monotonic() + ALL_SECONDS
    pause = threading.Event()
    while time.monotonic() < end:
        leading = [one for one in processes if one.leads.is_set() and one.process.poll() is None]
        if leading:
            assert len(leading) == 1
            return leading[0]
        pause.wait(0.05)
    raise AssertionError("no process leads")


@promise("journal:another-process-takes-over")
@pytest.mark.postgresql
@pytest.mark.parametrize("guard", ["folder", "second database"])
def test_killed_leaders_are_followed_by_others_and_no_event_is_lost(
    tmp_path: Path, postgresql_url: str, guard: str
) -> None:
    guard_url = "" if guard == "folder" else f"sqlite:///{tmp_path / 'guard.sqlite3'}"
    folders = [tmp_path / ("shared" if guard == "folder" else f"machine-{number}") for number in range(PROCESSES)]
    produced: list[list[str]] = [[] for _ in range(PRODUCERS)]
    done = threading.Event()
    with ExitStack() as stack:
        processes = [stack.enter_context(journal_process(folder, postgresql_url, guard_url)) for folder in folders]
        leader_of(processes)
        producers = [FakeProducer() for _ in range(PRODUCERS)]

        def work(number: int) -> None:
            produced[number] = produce(producers[number], processes, done)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(PRODUCERS)]
        for thread in threads:
            thread.start()
        for _ in range(KILLED):
            leader = leader_of(processes)
            threading.Event().wait(0.5)
            leader.process.send_signal(signal.SIGKILL)
            leader.process.wait(30)
        leader_of(processes)
        threading.Event().wait(0.5)
        done.set()
        for thread in threads:
            thread.join(ALL_SECONDS)
    assert all(produced)
    assert_whole(tmp_path, folders[0], (postgresql_url, guard_url), produced)


def assert_whole(tmp_path: Path, folder: Path, urls: tuple[str, str], produced: list[list[str]]) -> None:
    """Everything acknowledged is there once, in order, and the journal is intact."""
    url, guard_url = urls
    settings = settings_in(folder, url).model_copy(update={"key_directory": tmp_path / "keys", "guard_url": guard_url})
    database = open_database(url, threads=2)
    try:
        report = verify(settings, database)
        assert (report.problems, report.irregularities) == ((), ())
        assert report.size == sum(map(len, produced))
    finally:
        database.close()


@promise("journal:another-process-takes-over")
def test_one_process_of_two_leads_and_the_other_follows_it(database_url: str) -> None:
    first, second = (Leadership(open_lock(database_url, "leader")) for _ in range(2))
    for one in (first, second, first, second):
        one.look()
    assert (first.leads(), second.leads()) == (True, False)
    first.stop()
    second.look()
    assert (first.leads(), second.leads()) == (False, True)
    second.stop()


def test_a_lock_excludes_another_holder_in_the_same_process_and_other_names_do_not(database_url: str) -> None:
    one, same, other = (open_lock(database_url, name) for name in ("a", "a", "b"))
    assert one.take(wait=True)
    assert [one.take(wait=False), same.take(wait=False), other.take(wait=False)] == [False, False, True]
    assert [one.is_held(), same.is_held()] == [True, False]
    one.release()
    one.release()
    assert same.take(wait=True)
    for lock in (one, same, other):
        lock.close()
    assert not same.is_held()


@pytest.mark.postgresql
def test_a_leader_whose_session_is_cut_leads_no_more_and_takes_the_lock_again(postgresql_url: str) -> None:
    leadership = Leadership(open_lock(postgresql_url, "leader"))
    leadership.look()
    assert leadership.leads()
    database = open_database(postgresql_url, threads=2)
    cut = (
        "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
        " WHERE l.locktype = 'advisory' AND d.datname = current_database()"
    )
    assert database.read(lambda connection: connection.exec_driver_sql(cut).scalar())
    rival: SessionLock = open_lock(postgresql_url, "leader")
    assert rival.take(wait=True)
    leadership.look()
    assert not leadership.leads()
    rival.close()
    leadership.look()
    assert leadership.leads()
    leadership.stop()
    database.close()


def test_a_process_that_does_not_lead_says_so_and_refuses_so_that_producers_go_elsewhere(tmp_path: Path) -> None:
    leads = [False]
    with journal(tmp_path, f"sqlite:///{tmp_path / 'audit.sqlite3'}") as opened:
        follower = Sequencer(opened.core.sequencer._record, KeptAlarms(), leads=lambda: leads[0])
        follower.start()
        assert "another process of the journal writes" in (follower.problem() or "")
        with pytest.raises(JournalUnavailableError, match="send it there"):
            follower.append((FakeProducer().event(),), 1.0)
        leads[0] = True
        assert follower.problem() is None
        assert len(follower.append((FakeProducer().event(),), 5.0)) == 1
        follower.stop()
        assert isinstance(opened.core.sequencer._record([]), Written)


def test_pages_that_are_served_apart_write_beside_the_leader(tmp_path: Path, database_url: str) -> None:
    settings = settings_in(tmp_path, database_url)
    both, rpc, web = (leadership_of(settings, parts) for parts in (Parts.BOTH, Parts.RPC, Parts.WEB))
    for one in (both, rpc, web):
        one.look()
    assert [one.leads() for one in (both, rpc, web)] == [True, False, True]
    for one in (both, rpc, web):
        one.stop()
    assert not web.leads()

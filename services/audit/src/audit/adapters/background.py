"""The one thread that gives the journal its order, which process of several has it, and the destruction of old keys.

Requests wait in a bounded queue; the thread takes all that is there, at most 512 events, and records them as one
batch, so that while one batch reaches the disk the next one gathers. It never waits for more to come: under load
batches fill by themselves, and alone a request is not delayed. If the database lies it stops for good.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta

from audit.domain.refusals import (
    ClockNotBelievedError,
    EventIdReusedError,
    InvalidEventError,
    JournalBusyError,
    JournalDamagedError,
    JournalUnavailableError,
)
from audit.use_cases.ports import Alarms
from audit.use_cases.record_batch import JournalPlace, Request, Written
from servicekit.background import Repeating, Rhythm
from servicekit.clock import Clock
from servicekit.database import Database
from servicekit.database.jobs import DueOnce, Job
from servicekit.database.session_lock import SessionLock
from servicekit.errors import ServiceError
from servicekit.logging import get_logger

BATCH_EVENTS = 512
QUEUE_EVENTS = 8192
_STOP_SECONDS = 10.0
LEADER_LOCK = "journal-leader"
_LOOK_EVERY = timedelta(seconds=1)
_EXPIRE_EVERY, _BETWEEN_LOOKS = timedelta(hours=1), timedelta(minutes=1)
_LONGEST_EXPIRY = timedelta(minutes=10)
_MISTAKES_BEFORE_PROBLEM = 3
_NOT_LEADER = "another process of the journal writes: send it there; this one takes over when that one ends"

log = get_logger("audit")


@dataclass(frozen=True, slots=True)
class _Waiting:
    request: Request
    answer: "Future[tuple[JournalPlace, ...]]" = field(default_factory=Future)


class Sequencer:
    """Queue and thread in front of `RecordBatch`; a `Background` of the process. Safe from any thread."""

    name = "sequencer"

    def __init__(
        self,
        record: Callable[[Sequence[Request]], Written],
        alarms: Alarms,
        queue_events: int = QUEUE_EVENTS,
        leads: Callable[[], bool] = lambda: True,
    ) -> None:
        """`leads`: whether this process is the one of several that writes."""
        self._record = record
        self._alarms = alarms
        self._leads = leads
        self._capacity = queue_events
        self._queue: deque[_Waiting] = deque()
        self._queued = 0
        self._changed = threading.Condition()
        self._stopping = False
        self._damage: str | None = None
        self._clock_problem = ""
        self._mistakes_in_a_row = 0
        self.mistakes = 0
        """Requests refused since the start because recording them failed by a mistake."""
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    def start(self) -> None:
        """Begins to record."""
        self._thread.start()

    def stop(self) -> None:
        """Records what is queued, refuses what comes later."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(_STOP_SECONDS)

    def problem(self) -> str | None:
        """Why nothing is recorded, for health; None when all is well."""
        if self._damage is not None:
            return self._damage
        if self._clock_problem:
            return self._clock_problem
        if self._mistakes_in_a_row >= _MISTAKES_BEFORE_PROBLEM:
            return f"the last {self._mistakes_in_a_row} requests could not be recorded"
        if self._stopping or not self._thread.is_alive():
            return "the sequencer is not running"
        if not self._leads():
            return _NOT_LEADER
        return None

    @property
    def queued(self) -> int:
        """Events that wait to be recorded."""
        return self._queued

    def refuse_all(self, damage: str) -> None:
        """Records nothing more: the journal contradicts what was signed."""
        self._damage = damage

    def append(self, request: Request, timeout_seconds: float) -> tuple[JournalPlace, ...]:
        """Records a request and waits for its receipts.

        Raises:
            EventIdReusedError: an id is in the journal with other content; nothing of the request is written.
            JournalBusyError: the queue is full.
            JournalUnavailableError: no answer in time (it may still be written: send it again), stopping, or another
                process writes.
        """
        waiting = _Waiting(request)
        with self._changed:
            if self._stopping or self._damage is not None:
                raise JournalUnavailableError(self._damage or "the journal is stopping")
            if not self._leads():
                raise JournalUnavailableError(_NOT_LEADER)
            if self._queued and self._queued + len(request) > self._capacity:
                raise JournalBusyError
            self._queue.append(waiting)
            self._queued += len(request)
            self._changed.notify()
        try:
            return waiting.answer.result(timeout_seconds)
        except TimeoutError as error:
            raise JournalUnavailableError("the journal did not answer in time") from error

    def _run(self) -> None:
        try:
            while batch := self._take():
                self._record_and_answer(batch)
        finally:
            self._refuse_rest()

    def _take(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._stopping)
            room = BATCH_EVENTS
            while self._queue and (not batch or len(self._queue[0].request) <= room):
                waiting = self._queue.popleft()
                room -= len(waiting.request)
                batch.append(waiting)
            self._queued -= BATCH_EVENTS - room
        return batch

    def _record_and_answer(self, batch: list[_Waiting]) -> None:
        try:
            written = self._record([waiting.request for waiting in batch])
        except JournalDamagedError as error:
            self._damage = str(error)
            self._alarms.raised("JOURNAL_DAMAGED", {"problem": str(error)})
            self._fail(batch, error)
        except ClockNotBelievedError as error:
            self._tell_once(error.reason, str(error))
            self._fail(batch, error)
        except ServiceError as error:
            self._fail(batch, error)
        except Exception as error:  # noqa: BLE001 - the edge of the thread: whatever it is, the next batch is recorded
            self._mistaken(batch, error)
        else:
            self._clock_problem, self._mistakes_in_a_row = "", 0
            for alarm in written.alarms:
                self._alarms.raised(alarm.kind, {"service": alarm.service, "epoch": alarm.epoch})
            for waiting, answer in zip(batch, written.answers, strict=True):
                if isinstance(answer, EventIdReusedError):
                    waiting.answer.set_exception(answer)
                else:
                    waiting.answer.set_result(answer)

    def _mistaken(self, batch: list[_Waiting], error: Exception) -> None:
        """One poisoned request must not hold up those of others: each is recorded by itself, and the poisoned one is
        refused, so that its producer finds the event and sets it aside."""
        if len(batch) > 1:
            for waiting in batch:
                self._record_and_answer([waiting])
            return
        self.mistakes += 1
        self._alarms.raised("BATCH_NOT_RECORDED", {"error": type(error).__name__, "events": len(batch[0].request)})
        self._mistakes_in_a_row += 1
        if isinstance(error, OSError | MemoryError):
            self._fail(batch, JournalUnavailableError("the batch could not be recorded"))
        else:
            self._fail(batch, InvalidEventError("an event of these makes the journal fail"))

    def _tell_once(self, reason: str, problem: str) -> None:
        if self._clock_problem != problem:
            self._alarms.raised(reason, {"problem": problem})
        self._clock_problem = problem

    def _refuse_rest(self) -> None:
        with self._changed:
            self._stopping = True
            rest, self._queue = list(self._queue), deque()
        self._fail(rest, JournalUnavailableError("the journal is stopping"))

    @staticmethod
    def _fail(batch: list[_Waiting], error: ServiceError) -> None:
        for waiting in batch:
            if not waiting.answer.done():
                waiting.answer.set_exception(error)


def key_expiry(database: Database, clock: Clock, expire: Callable[[], object]) -> Repeating:
    """The repeating thread of an `ExpireKeys`: each hour in one copy, whether it leads or not, as a command would."""
    job = Job("key-expiry", every=_EXPIRE_EVERY, lease=_LONGEST_EXPIRY)
    return Repeating(job.name, DueOnce(database, clock, job, expire), Rhythm(_BETWEEN_LOOKS))


class Leadership:
    """A `Background` that takes the lock of the leader when it is free, and notices when it is lost.

    One process of several writes the journal. The lock of the row of the tree keeps indexes without gap or fork whoever
    writes; the leader is there so that requests gather in one place and signing has one author. The others say that
    they do not answer, which takes them out of the choice of gRPC clients and proxies, and refuse what comes all the
    same; producers keep such events and send them to the next address.
    """

    name = "leadership"

    def __init__(self, lock: SessionLock | None, every: timedelta = _LOOK_EVERY) -> None:
        """Without a lock it always leads."""
        self._lock = lock
        self._leads = lock is None
        self._task = Repeating(self.name, self.look, Rhythm(every), in_every_copy="it chooses the copy that writes")
        self.tasks = (self._task,)

    def leads(self) -> bool:
        """Whether this process writes, as it saw last: at most a second ago."""
        return self._leads

    def look(self) -> None:
        """Takes the lock when it is free; asks whether it is still held.

        Raises:
            DatabaseUnavailableError: the database does not answer; this process then leads no more.
        """
        if self._lock is None:
            return
        leads = False
        try:
            leads = self._lock.is_held() or self._lock.take(wait=False)
        finally:
            if leads != self._leads:
                log.info("leader" if leads else "not leader", service="audit")
            self._leads = leads

    def start(self) -> None:
        """See `Background.start`."""
        self._task.start()

    def stop(self) -> None:
        """See `Background.stop`: another process takes over at its next look."""
        self._task.stop()
        self._leads = False
        if self._lock is not None:
            self._lock.close()

    def problem(self) -> str | None:
        """See `Background.problem`: that another leads is said by what does not write for it."""
        return self._task.problem()

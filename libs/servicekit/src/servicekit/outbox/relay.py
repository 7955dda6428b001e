"""The thread that delivers the outbox to audit, and the front through which events enter it.

No cursor: what has no acknowledgement is sent, in the order of its chain, again and again until audit has it (audit
knows events by their id). One call carries what concurrent requests recorded meanwhile. On SQLite one process owns the
file and delivers everything; on PostgreSQL each process delivers its own epochs at once, and those of a process that
died once they are 10 s old.

What this process commits reaches the thread in memory. The table is read at the start, after any failure and every
second: it alone says what waits. Acknowledgements are noted in it together, at most 100 ms later, so that they do not
cost each call a second fsync; after a crash in between the same events are sent again, which changes nothing.

At the start, after each failure and every minute audit is asked what it lacks of what it once had (`gaps`), and told
what the events of this service are called (`telling`).
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from servicekit.audit_events import AuditEvent, AuditUnavailableError, OwnerOf
from servicekit.clock import Clock
from servicekit.database.contract import Database, TransactionEnd, gather, on_end
from servicekit.errors import ServiceError
from servicekit.event_words import Word
from servicekit.logging import get_logger
from servicekit.metrics import SET_ASIDE
from servicekit.outbox import store
from servicekit.outbox.chain import ChainedEvent, Chains
from servicekit.outbox.committed import CommittedEvents
from servicekit.outbox.delivery import NOBODY_WAITS, BacklogLimits, Ticket, Tickets
from servicekit.outbox.gaps import Gaps
from servicekit.outbox.settings import DEFAULT_SETTINGS, OutboxSettings
from servicekit.outbox.sink import AuditSink, EventsRefusedError
from servicekit.outbox.telling import Telling
from servicekit.queues import Queue
from servicekit.references import new_reference

log = get_logger("outbox")
OUTBOX = "audit outbox"
_FAILURES_BEFORE_PROBLEM = 3


class OutboxRelay:
    """A `Background` of the process: started after the fork, stopped before the database is closed."""

    name = "outbox-relay"

    def __init__(  # noqa: PLR0913 - a constructor
        self,
        database: Database,
        service: str,
        sink: AuditSink,
        clock: Clock,
        settings: OutboxSettings = DEFAULT_SETTINGS,
        *,
        wait_ms: int | None = None,
        owner_of: Callable[[OwnerOf], str] | None = None,
        words: Sequence[Word] = (),
    ) -> None:
        """`service` is the producer's name in the journal: the service of its certificate.

        `owner_of` looks up the owners of events that name a person instead; without it such an event is a mistake.
        `words`: what its events are called, told to audit.
        `wait_ms` is how long an act waits for audit's acknowledgement, when it is not what `settings` say.
        """
        if wait_ms is not None:
            settings = replace(settings, acknowledgement_wait=timedelta(milliseconds=wait_ms))
        self._database = database
        self._sink = sink
        self._clock = clock
        self._settings = settings
        self._chains = Chains(service)
        self._tickets = Tickets()
        self._limits = BacklogLimits(database, clock, settings)
        self._owner_of = owner_of
        self._committed = CommittedEvents()
        self._acknowledged: list[str] = []  # audit has them, the table does not say so yet
        self._acknowledged_at_seconds = 0.0  # when the first of them was
        self._read_table = True
        self._table_read_at_seconds = clock.boottime()
        self._gaps = Gaps(database, sink, clock, settings, self._deliver)
        self._telling = Telling(sink, words, clock, settings)
        self._wake = threading.Event()
        self._hurry = threading.Event()  # somebody waits for an acknowledgement
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._failure: str | None = None
        self._failures = 0
        self._is_mistake = False  # the last failure was none of audit or of the database
        self._everything = True  # the first pass also sends what a process before this one left behind
        self._asked = False
        self._busy_since_seconds: float | None = None
        self._late = 0  # strict acts that were refused as audit was slow
        self._late_before = 0  # those of them before audit was last asked and quick

    def start(self) -> None:
        """Starts delivering, oldest first."""
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._hurry.set()
        self._wake.set()
        self._thread.start()

    def stop(self) -> None:
        """Sends what waits, once, if audit answers; what is left is sent after the next start."""
        self._stopping.set()
        self._hurry.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def problem(self) -> str | None:
        """A sentence when the next strict act would be refused; None when all is well.

        Said at the first failure: audit or the outbox does not answer, hangs, is too slow or full, is not delivered.
        """
        if self._thread is None or not (self._thread.is_alive() or self._stopping.is_set()):
            return "the audit outbox is not being delivered"
        since, failure = self._busy_since_seconds, self._failure
        if since is not None and self._clock.boottime() - since > self._settings.stuck.total_seconds():
            return "the audit outbox is not being delivered: audit or the database hangs"
        try:
            self._limits.require_room()
            seconds = self._limits.oldest_seconds()
        except AuditUnavailableError as error:
            return str(error)
        except ServiceError as error:
            return f"the audit outbox cannot be read: {error}"
        if seconds > self._settings.buffered_age.total_seconds():
            return f"the oldest audit event waits since {seconds:.0f} s ({failure or 'audit is slow'})"
        if failure is not None and (self._failures >= _FAILURES_BEFORE_PROBLEM or not self._is_mistake):
            return f"the audit outbox is not being delivered ({failure})"
        return "audit answers later than an act waits for it" if self._late > self._late_before else None

    def queue(self) -> Queue:
        """What waits in the outbox and what is set aside, until an operator has had it sent again."""
        return Queue(OUTBOX, self._limits.waiting, "not in the journal: see the command `outbox`", known_for_s=0)

    def require_room(self) -> None:
        """See `Delivery.require_room`.

        Raises:
            AuditUnavailableError: too many events wait, or the disk is nearly full.
        """
        self._limits.require_room()

    def stage(self, connection: Connection, events: Sequence[AuditEvent]) -> Ticket:
        """Writes `events` in the transaction of `connection`, just before it is committed and together with those of
        the works it is committed with; the relay wakes when it is.

        Raises:
            InvalidAuditEventError: the owner that was looked up is none.
            sqlalchemy.exc.IntegrityError: from `Database.write`: an event with the same id is recorded already.
        """
        if self._owner_of is not None:
            events = [
                one.owned_by(self._owner_of(one.owner)) if isinstance(one.owner, OwnerOf) else one for one in events
            ]
        ticket = Ticket(events) if any(event.policy == "strict" for event in events) else NOBODY_WAITS
        gather(connection, self._put, (events, ticket))
        return ticket

    def _put(self, connection: Connection, staged: Sequence[tuple[Sequence[AuditEvent], Ticket]]) -> None:
        chained: list[ChainedEvent] = []
        waiting = [ticket for _, ticket in staged if ticket.strict]

        def ended(end: TransactionEnd) -> None:
            if end is TransactionEnd.ROLLED_BACK:
                for ticket in waiting:
                    self._tickets.forget(ticket)
                return
            if end is TransactionEnd.COMMITTED:
                self._committed.add(chained)
            else:
                self._read_table = True
            if waiting:
                self._hurry.set()
            self._wake.set()

        on_end(connection, ended)  # before the chain's own: its next transaction must not come first
        chained += self._chains.append(connection, [event for events, _ in staged for event in events])
        store.insert(connection, chained, self._clock.now())
        for ticket in waiting:
            self._tickets.expect(ticket)

    def confirm(self, ticket: Ticket) -> None:
        """Waits for audit up to `acknowledgement_wait`, for a strict act only: a buffered one is on disk and goes on
        while nothing waits for too long, whether audit answers now or in a moment.

        Raises:
            AuditUnavailableError: the act is strict and not acknowledged, or an event waits for too long.
        """
        if not ticket.strict:
            self._limits.require_recent()
        elif not ticket.wait(self._settings.acknowledgement_wait.total_seconds()):
            self._tickets.forget(ticket)
            self._late += 1
            raise AuditUnavailableError("audit did not acknowledge the act in time")

    def _run(self) -> None:
        while not self._stopping.is_set():
            quiet = False
            if self._failure is None:
                quiet = not self._wake.wait(self._pause_seconds())
                if not quiet:
                    self._hurry.wait(self._settings.gathering.total_seconds())
            else:
                self._stopping.wait(self._backoff_seconds())
            self._wake.clear()
            self._hurry.clear()
            self._attempt(mark=quiet)
        if self._failure is None:
            self._attempt(mark=True)

    def _attempt(self, *, mark: bool) -> None:
        self._busy_since_seconds = self._clock.boottime()
        try:
            self._deliver_all(mark=mark)
        except ServiceError as error:
            self._is_mistake = False
            self._failed(str(error), error.reason)
        except Exception as error:  # noqa: BLE001 - the edge of the thread: nothing may end it unseen
            self._is_mistake = True
            self._failed(f"a mistake in the program: {type(error).__name__}", type(error).__name__)
        finally:
            self._busy_since_seconds = None

    def _deliver_all(self, *, mark: bool) -> None:
        """Everything that waits.

        Raises:
            ServiceError: audit or the database does not answer.
        """
        sent = False
        while batch := self._next_batch():
            self._deliver(batch)
            sent = True
            self._failure, self._failures = None, 0
            if not (self._read_table or self._hurry.is_set() or self._stopping.is_set()):
                break  # what came meanwhile gathers, too
        if not sent and (mark or self._failure is not None or not self._asked):
            self._ask()
        self._failure, self._failures = None, 0
        self._telling.step()
        more_is_missing = self._gaps.step()
        if more_is_missing or self._committed.any():
            self._wake.set()
        if mark or self._marking_is_due():
            self._mark()

    def _ask(self) -> None:
        """While nothing is sent, and before a failure is over: could an act be recorded and acknowledged now?

        Raises:
            ServiceError: it could not.
        """
        self._database.write(store.try_to_write)
        began, late = self._clock.boottime(), self._late
        self._sink.ask()
        self._asked = True
        self._answered(self._clock.boottime() - began, late)

    def _answered(self, seconds: float, late: int) -> None:
        if seconds < self._settings.acknowledgement_wait.total_seconds():
            self._late_before = late

    def _failed(self, problem: str, reason: str) -> None:
        self._read_table = True
        self._gaps.ask_soon()
        self._telling.soon()
        if self._failure != problem:
            log.warning("audit outbox not delivered", reason=reason, problem=problem, reference=new_reference())
        self._failure = problem
        self._failures += 1

    def _pause_seconds(self) -> float:
        wait = self._settings.mark_wait if self._acknowledged else self._settings.idle_wait
        return min(wait, self._settings.asking).total_seconds()

    def _backoff_seconds(self) -> float:
        grown = self._settings.first_backoff.total_seconds() * 2.0 ** min(self._failures - 1, 10)
        return min(grown, self._settings.longest_backoff.total_seconds())

    def _deliver(self, batch: Sequence[store.PendingEvent]) -> None:
        """Sends one batch.

        Raises:
            ServiceError: audit or the database does not answer, or audit left events out.
        """
        readable = [one for one in batch if store.is_readable(one)]
        for one in batch:
            if one not in readable:
                self._set_aside(one, "the row cannot be read")
        if readable:
            self._send(readable)

    def _send(self, batch: Sequence[store.PendingEvent]) -> None:
        """Sends a batch; one that audit refuses is halved until the event is found, which is set aside."""
        try:
            self._append(batch)
        except EventsRefusedError as refusal:
            middle = len(batch) // 2
            if not middle:
                self._set_aside(batch[0], str(refusal))
                return
            self._send(batch[:middle])
            self._send(batch[middle:])

    def _set_aside(self, one: store.PendingEvent, reason: str) -> None:
        """Whoever waits for the event is refused: nothing acknowledges it.

        Raises:
            AuditUnavailableError: so many are set aside already that it cannot be the events.
        """
        now, most = self._clock.now(), self._settings.most_set_aside

        def work(connection: Connection) -> bool:
            if store.count_set_aside(connection) >= most:
                return False
            store.set_aside(connection, one.event_id, reason, now)
            return True

        if not self._database.write(work):
            raise AuditUnavailableError(f"audit refuses events ({reason}) and {most} are set aside already")
        SET_ASIDE.labels(OUTBOX).inc()
        log.error("alarm", kind="EVENT_SET_ASIDE", event_id=one.event_id, reason=reason, reference=new_reference())

    def _append(self, batch: Sequence[store.PendingEvent]) -> None:
        began, late = self._clock.boottime(), self._late
        receipts = {receipt.event_id for receipt in self._sink.append([one.event for one in batch])}
        self._answered(self._clock.boottime() - began, late)
        stored = [one.event_id for one in batch if one.event_id in receipts]
        self._tickets.acknowledge(stored)
        if stored:
            if not self._acknowledged:
                self._acknowledged_at_seconds = self._clock.boottime()
            self._acknowledged += stored
        if len(stored) < len(batch):
            raise AuditUnavailableError(f"audit acknowledged {len(stored)} of {len(batch)} events")
        if self._marking_is_due():
            self._mark()

    def _marking_is_due(self) -> bool:
        if len(self._acknowledged) >= self._settings.mark_events:
            return True
        waited = self._clock.boottime() - self._acknowledged_at_seconds
        return bool(self._acknowledged) and waited >= self._settings.mark_wait.total_seconds()

    def _mark(self) -> None:
        """Notes in the table what audit has.

        Raises:
            ServiceError: the database does not answer; it is noted later.
        """
        known, now = self._acknowledged, self._clock.now()
        if known:
            self._database.write(lambda connection: store.acknowledge(connection, known, now))
            self._acknowledged = []

    def _next_batch(self) -> list[store.PendingEvent]:
        limit, byte_limit = self._settings.batch_events, self._settings.batch_bytes
        now_seconds = self._clock.boottime()
        if self._read_table or now_seconds - self._table_read_at_seconds >= self._settings.idle_wait.total_seconds():
            self._mark()
            self._read_table = False
            self._table_read_at_seconds = now_seconds
            self._committed.clear()  # the table holds them already
            share = self._share()
            waiting = self._database.read(lambda connection: store.pending(connection, limit, share), snapshot=False)
            self._committed.forget({one.event_id for one in waiting})
            if waiting:
                batch = store.at_most(waiting, byte_limit)
                # What is committed from here on comes through memory as well: the table has more only when it is full.
                self._read_table = len(waiting) == limit or len(batch) < len(waiting)
                return batch
            self._everything = False
        return self._committed.take(limit, byte_limit)

    def _share(self) -> store.Share | None:
        if self._everything or self._database.dialect == "sqlite":
            return None
        return store.Share(self._chains.epochs(), self._clock.now() - self._settings.orphan_age)

"""The one repeating thread of every service: mails, logout notices, account commands, checkpoints, sweeping.

Everything that goes wrong is caught at its edge, logged under an incident reference without personal data, and told by
`problem` when the thread is dead or its last rounds failed; the next round comes all the same. What may not stop the
others in a queue is handled by `each_apart`: one poisoned item is set aside, the rest goes on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from servicekit.errors import DependencyUnavailableError, ServiceError
from servicekit.logging import get_logger
from servicekit.metrics import SET_ASIDE, TASK_ROUNDS
from servicekit.references import new_reference

_STOP_LIMIT_S = 10.0
_ROUNDS_BEFORE_PROBLEM = 3
_SHORTEST_PAUSE = timedelta(milliseconds=1)  # a clock that jumps must not make a task spin

log = get_logger("servicekit.background")

T = TypeVar("T")


class LastingFailureError(Exception):
    """Raised by a task that must not be tried again: the thread ends and `problem` says the sentence until restart."""


@dataclass(frozen=True)
class Rhythm:
    """When rounds come."""

    every: timedelta
    """Pause after a round; a task that returns a `timedelta` shortens it once."""
    first_after: timedelta = timedelta(0)
    at_end: bool = False
    """One more round when the process stops."""


@dataclass
class Watched:
    """What is known of a repeating thread."""

    name: str
    rounds: int = 0
    failures_in_a_row: int = 0
    failures: int = 0
    reason: str = field(default="")
    ended_at: float = field(default_factory=time.monotonic)
    """When the last round did, on the monotonic clock; before the first, when the thread was made."""


class Repeating:
    """A `Background` of the process: runs `task` again and again, and at once when woken."""

    def __init__(
        self,
        name: str,
        task: Callable[[], object],
        rhythm: Rhythm,
        *,
        on_failure: Callable[[str, str], None] | None = None,
        in_every_copy: str = "",
    ) -> None:
        """`on_failure(reason, reference)` is told each new kind of failure once (an alarm).

        `in_every_copy`: why each copy of the service may run the task; any other task of a service is a
        `servicekit.database.jobs.DueOnce`, which one copy does at a time (tests/whole/test_claims.py).
        """
        self.name = name
        self.in_every_copy = in_every_copy
        self.watched = Watched(name)
        self._task = task
        self._rhythm = rhythm
        self._on_failure = on_failure
        self._told = ""
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._round = threading.Condition()
        self._lasting: str | None = None
        self._thread: threading.Thread | None = None

    @property
    def task(self) -> Callable[[], object]:
        """What it runs."""
        return self._task

    def start(self) -> None:
        """Begin; the first round is at once, or after `first_after`."""
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the round under way, which has ten seconds; then the last round, if one is asked for."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(_STOP_LIMIT_S)
            if self._thread.is_alive():
                log.error("a background task did not end in time", task=self.name)
                return
        if self._rhythm.at_end and self._lasting is None:
            self._once()

    def wake(self) -> None:
        """Something is due now."""
        self._wake.set()

    def wait_until(self, is_done: Callable[[], bool], longest: timedelta) -> bool:
        """Wake the thread and wait until `is_done` holds after a round; False when it took too long."""
        with self._round:
            self.wake()
            return self._round.wait_for(is_done, longest.total_seconds())

    def problem(self) -> str | None:
        """One sentence when the thread is dead, was told to end, or its last three rounds failed; else None."""
        if self._lasting is not None:
            return self._lasting
        if self._thread is None or not (self._thread.is_alive() or self._stopping.is_set()):
            return f"{self.name} is not running"
        seen = self.watched
        if seen.failures_in_a_row >= _ROUNDS_BEFORE_PROBLEM:
            return f"{self.name} failed {seen.failures_in_a_row} times in a row ({seen.reason})"
        return None

    def _run(self) -> None:
        self._stopping.wait(self._rhythm.first_after.total_seconds())
        while not self._stopping.is_set() and self._lasting is None:
            self._wake.clear()
            pause = self._once()
            with self._round:
                self._round.notify_all()
            self._wake.wait(pause.total_seconds())

    def _once(self) -> timedelta:
        every, seen = self._rhythm.every, self.watched
        seen.rounds += 1
        try:
            asked = self._task()
        except LastingFailureError as error:
            self._lasting = str(error)
            self._failed("LASTING_FAILURE", error)
        except ServiceError as error:
            self._failed(error.reason, error)
        except Exception as error:  # noqa: BLE001 - the outermost edge of a thread: nothing may end it unseen
            self._failed(type(error).__name__, error)
        else:
            TASK_ROUNDS.labels(self.name, "done").inc()
            if seen.failures_in_a_row:
                log.info("a background task works again", task=self.name)
            seen.failures_in_a_row, seen.reason, self._told = 0, "", ""
            if isinstance(asked, timedelta):
                return max(_SHORTEST_PAUSE, min(asked, every))
        finally:
            seen.ended_at = time.monotonic()
        return every

    def _failed(self, reason: str, error: Exception) -> None:
        seen, reference = self.watched, new_reference()
        is_new, self._told = self._told != reason, reason
        TASK_ROUNDS.labels(self.name, "failed").inc()
        seen.failures += 1
        seen.failures_in_a_row += 1
        seen.reason = reason
        if is_new:
            log.error(
                "a background task failed", task=self.name, reason=reason, reference=reference, where=place_of(error)
            )
            self._raise_alarm(reason, reference)

    def _raise_alarm(self, reason: str, reference: str) -> None:
        """An alarm often needs what has just failed (a full disk, audit): that must not end the thread either."""
        if self._on_failure is None:
            return
        try:
            self._on_failure(reason, reference)
        except Exception as error:  # noqa: BLE001 - still the outermost edge of the thread
            log.error(  # noqa: TRY400 - a traceback could hold what the alarm says
                "an alarm could not be raised", task=self.name, reason=type(error).__name__, reference=reference
            )
            self._told = ""  # tried again with the next failure


def each_apart(
    items: Iterable[T], handle: Callable[[T], None], set_aside: Callable[[T, str, str], None], *, queue: str
) -> int:
    """Handle each item; one whose handling fails by a mistake of the program or of its content is set aside.

    A `ServiceError` is the queue's own affair (a neighbour that does not answer) and is raised on. `set_aside` gets
    the item, the name of the failure and the reference under which the log has it. Returns how many were set aside.
    An item that cannot even be set aside holds up none of the others: its failure is raised once they are handled.

    Raises:
        ServiceError: from `handle` or `set_aside`.
        Exception: the first that `set_aside` failed by.
    """
    apart = 0
    stuck: Exception | None = None
    for item in items:
        try:
            handle(item)
        except ServiceError:
            raise
        except Exception as error:  # noqa: BLE001 - one poisoned item must not stop a queue
            reference = new_reference()
            reason = type(error).__name__
            log.error(  # noqa: TRY400 - a traceback could hold what the item says
                "an item is set aside", queue=queue, reason=reason, reference=reference, where=place_of(error)
            )
            try:
                set_aside(item, reason, reference)
            except ServiceError:
                raise
            except Exception as failure:  # noqa: BLE001 - the items behind it come first
                stuck = stuck or failure
            else:
                apart += 1
                SET_ASIDE.labels(queue).inc()
    if stuck is not None:
        raise stuck
    return apart


def each_in_turn(items: Iterable[T], handle: Callable[[T], object]) -> Iterator[Exception]:
    """Handle each item, and give what could not be handled: a mistake met with one holds up none of the others.

    For what is not set aside but stays to be done: whoever asks raises one of them when all are handled.

    Raises:
        DependencyUnavailableError: from `handle`; what is behind would only meet it too.
    """
    for item in items:
        try:
            handle(item)
        except DependencyUnavailableError:
            raise
        except Exception as mistake:  # noqa: BLE001 - one item must not hold up the others
            yield mistake


def place_of(error: BaseException) -> str:
    """Files and lines of the failure, innermost last: enough to find it, and nothing that was in the data."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/src/')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(places[-6:])

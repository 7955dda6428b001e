"""The repeating thread: whatever its task raises, the next round comes and health tells; poison stops no queue."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from servicekit.background import LastingFailureError, Repeating, Rhythm, each_apart
from servicekit.errors import DependencyUnavailableError
from tests.promises import promise

SHORT = timedelta(milliseconds=5)
LONG = timedelta(hours=1)
ENOUGH = timedelta(seconds=20)


class NeighbourError(DependencyUnavailableError):
    reason = "NEIGHBOUR_AWAY"


class Task:
    """Fails `times` times with `error`, then works; says when it has."""

    def __init__(self, error: BaseException, times: int) -> None:
        self.error, self.left, self.done = error, times, threading.Event()

    def __call__(self) -> None:
        if self.left:
            self.left -= 1
            raise self.error
        self.done.set()


class Reached:
    """Whether a thread has failed so many times."""

    def __init__(self, thread: Repeating, failures: int) -> None:
        self.thread, self.failures = thread, failures

    def __call__(self) -> bool:
        return self.thread.watched.failures >= self.failures


@pytest.fixture
def started() -> object:
    running: list[Repeating] = []

    def start(task: Callable[[], object], rhythm: Rhythm, **options: object) -> Repeating:
        thread = Repeating("probe", task, rhythm, **options)  # type: ignore[arg-type]
        running.append(thread)
        thread.start()
        return thread

    yield start
    for thread in running:
        thread.stop()


@promise("product:no-thread-ends-unseen")
@pytest.mark.parametrize(
    "error", [ValueError("x"), AttributeError(), KeyError("k"), OSError(28, "full"), NeighbourError("y")]
)
def test_a_round_that_fails_is_followed_by_the_next(started: Callable[..., Repeating], error: Exception) -> None:
    task = Task(error, times=4)
    thread = started(task, Rhythm(SHORT))
    assert task.done.wait(20)
    assert thread.wait_until(lambda: thread.watched.failures_in_a_row == 0, ENOUGH)
    assert thread.problem() is None
    assert thread.watched.failures == 4


def test_three_failures_in_a_row_are_a_problem_and_one_is_not(started: Callable[..., Repeating]) -> None:
    told: list[str] = []
    task = Task(ValueError("x"), times=10**9)
    thread = started(task, Rhythm(LONG), on_failure=lambda reason, _: told.append(reason))
    assert thread.wait_until(Reached(thread, 1), ENOUGH)
    assert thread.problem() is None
    for round_number in (2, 3):
        assert thread.wait_until(Reached(thread, round_number), ENOUGH)
    assert re.fullmatch(r"probe failed [3-9] times in a row \(ValueError\)", thread.problem() or "")
    assert told == ["ValueError"], "an alarm is raised once for each kind of failure"


def test_a_failure_that_lasts_ends_the_thread_and_stays_said(started: Callable[..., Repeating]) -> None:
    thread = started(Task(LastingFailureError("the journal is damaged"), times=1), Rhythm(SHORT))
    assert thread.wait_until(lambda: thread.problem() is not None, ENOUGH)
    assert thread.problem() == "the journal is damaged"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_was_never_started_or_ended_by_itself_is_a_problem() -> None:
    assert Repeating("probe", lambda: None, Rhythm(LONG)).problem() == "probe is not running"
    thread = Repeating("probe", Task(SystemExit(), times=1), Rhythm(LONG))
    thread.start()
    thread._thread.join(20)  # type: ignore[union-attr]
    assert thread.problem() == "probe is not running"
    thread.stop()


def test_waking_runs_a_round_at_once_and_a_task_may_ask_for_an_earlier_one(started: Callable[..., Repeating]) -> None:
    rounds: list[int] = []
    thread = started(lambda: rounds.append(1), Rhythm(LONG))
    assert thread.wait_until(lambda: len(rounds) >= 2, ENOUGH) or thread.wait_until(lambda: len(rounds) >= 2, ENOUGH)
    soon = Task(ValueError(), times=0)

    def hurried() -> timedelta:
        soon()
        return SHORT

    quick = started(hurried, Rhythm(LONG))
    assert soon.done.wait(20)
    assert quick.wait_until(lambda: quick.watched.rounds > 2, ENOUGH)


def test_the_last_round_comes_when_the_process_stops() -> None:
    rounds: list[int] = []
    thread = Repeating("probe", lambda: rounds.append(1), Rhythm(LONG, first_after=LONG, at_end=True))
    thread.start()
    thread.wake()
    thread.stop()
    assert rounds == [1]


@promise("product:poison-is-set-aside")
def test_a_poisoned_item_is_set_aside_and_the_others_are_handled() -> None:
    handled: list[int] = []
    aside: list[tuple[int, str]] = []

    def handle(item: int) -> None:
        if item % 3 == 0:
            raise ValueError("poison")
        handled.append(item)

    count = each_apart(range(7), handle, lambda item, reason, _: aside.append((item, reason)), queue="probe")
    assert (count, handled) == (3, [1, 2, 4, 5])
    assert aside == [(0, "ValueError"), (3, "ValueError"), (6, "ValueError")]


def test_a_neighbour_that_does_not_answer_is_no_poison() -> None:
    def handle(_: int) -> None:
        raise NeighbourError("away")

    with pytest.raises(NeighbourError):
        each_apart([1], handle, lambda *_: pytest.fail("nothing is set aside"), queue="probe")


def test_an_item_that_cannot_even_be_set_aside_holds_up_none_of_the_others() -> None:
    handled: list[int] = []

    def handle(item: int) -> None:
        if item == 1:
            raise ValueError("poison")
        handled.append(item)

    def set_aside(*_: object) -> None:
        raise KeyError("its row cannot be written either")

    with pytest.raises(KeyError):
        each_apart([1, 2, 3], handle, set_aside, queue="probe")
    assert handled == [2, 3]


@pytest.mark.parametrize("error", [NeighbourError("audit"), OSError(28, "full"), KeyError("k")])
def test_an_alarm_that_fails_ends_no_thread_and_is_tried_again(
    started: Callable[..., Repeating], error: Exception
) -> None:
    told: list[str] = []

    def alarm(reason: str, _reference: str) -> None:
        told.append(reason)
        if len(told) == 1:
            raise error

    task = Task(ValueError("x"), times=3)
    thread = started(task, Rhythm(SHORT), on_failure=alarm)
    assert task.done.wait(20)
    assert thread.wait_until(lambda: thread.watched.failures_in_a_row == 0, ENOUGH)
    assert told == ["ValueError", "ValueError"]
    assert thread.problem() is None


def test_a_task_that_asks_for_a_round_in_the_past_does_not_spin(started: Callable[..., Repeating]) -> None:
    thread = started(lambda: timedelta(days=-400), Rhythm(LONG))
    begun = thread.watched.rounds
    threading.Event().wait(0.2)
    assert 0 < thread.watched.rounds - begun < 250

"""The thread that gives the order, and the watch over missing numbers."""

import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest

from audit.adapters.background import BATCH_EVENTS, Sequencer
from audit.domain.event import SubmittedEvent
from audit.domain.refusals import (
    EventIdReusedError,
    InvalidEventError,
    JournalBusyError,
    JournalDamagedError,
    JournalUnavailableError,
)
from audit.use_cases.record_batch import JournalPlace, Request, Written
from audit.use_cases.watch_producers import WatchProducers
from servicekit.errors import DependencyUnavailableError
from tests.audit.builders import FakeProducer, with_other_content
from tests.audit.fakes import KeptAlarms
from tests.audit.use_cases.conftest import Stage
from tests.promises import promise

PATIENCE_SECONDS = 10.0


class Gate:
    """A record that waits until the test lets it go, and remembers its batches."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()
        self.batches: list[int] = []
        self.failure: Exception | None = None

    def __call__(self, requests: Sequence[Request]) -> Written:
        self.entered.set()
        assert self.open.wait(PATIENCE_SECONDS)
        self.batches.append(sum(len(request) for request in requests))
        if self.failure is not None:
            raise self.failure
        answers = tuple(tuple(JournalPlace("", "", 0, b"") for _ in request) for request in requests)
        return Written(answers, 0, (), ())


def in_background(sequencer: Sequencer, request: tuple[SubmittedEvent, ...]) -> threading.Thread:
    """A caller of its own."""
    thread = threading.Thread(target=lambda: sequencer.append(request, PATIENCE_SECONDS), daemon=True)
    thread.start()
    return thread


def test_what_gathers_while_a_batch_is_written_becomes_the_next_batches_of_at_most_512() -> None:
    gate = Gate()
    sequencer = Sequencer(gate, KeptAlarms())
    sequencer.start()
    first = in_background(sequencer, FakeProducer().events(1))
    assert gate.entered.wait(PATIENCE_SECONDS)
    callers = [in_background(sequencer, FakeProducer().events(200)) for _ in range(3)]
    _until(lambda: len(sequencer._queue) == 3)
    gate.open.set()
    for caller in (first, *callers):
        caller.join(PATIENCE_SECONDS)
    assert gate.batches == [1, 400, 200]
    assert max(gate.batches) <= BATCH_EVENTS
    sequencer.stop()


def test_a_full_queue_refuses_at_once_and_a_slow_journal_after_the_callers_time() -> None:
    gate = Gate()
    sequencer = Sequencer(gate, KeptAlarms(), queue_events=10)
    sequencer.start()
    in_background(sequencer, FakeProducer().events(1))
    assert gate.entered.wait(PATIENCE_SECONDS)
    with pytest.raises(JournalUnavailableError, match="in time"):
        sequencer.append(FakeProducer().events(10), 0.01)
    with pytest.raises(JournalBusyError) as busy:
        sequencer.append(FakeProducer().events(1), 0.01)
    assert busy.value.retry_after > timedelta()
    gate.open.set()
    sequencer.stop()
    assert gate.batches == [1, 10]


def test_after_stopping_nothing_is_accepted() -> None:
    sequencer = Sequencer(Gate(), KeptAlarms())
    assert sequencer.problem() is not None
    sequencer.start()
    assert sequencer.problem() is None
    sequencer.stop()
    with pytest.raises(JournalUnavailableError):
        sequencer.append(FakeProducer().events(1), 1.0)


@pytest.mark.parametrize(
    ("failure", "answer", "stays_down"),
    [
        (DependencyUnavailableError("x", reason="DATABASE_UNAVAILABLE"), DependencyUnavailableError, False),
        (OSError("no space"), DependencyUnavailableError, False),
        (ValueError("a mistake"), InvalidEventError, False),
        (AssertionError("another"), InvalidEventError, False),
        (JournalDamagedError("read back differently"), DependencyUnavailableError, True),
    ],
)
def test_a_failed_batch_is_answered_and_only_damage_stops_the_journal(
    failure: Exception, answer: type[Exception], *, stays_down: bool
) -> None:
    gate, alarms = Gate(), KeptAlarms()
    gate.open.set()
    gate.failure = failure
    sequencer = Sequencer(gate, alarms)
    sequencer.start()
    with pytest.raises(answer):
        sequencer.append(FakeProducer().events(1), PATIENCE_SECONDS)
    gate.failure = None
    if stays_down:
        assert sequencer.problem() == "read back differently"
        assert alarms.kinds == ["JOURNAL_DAMAGED"]
        with pytest.raises(JournalUnavailableError):
            sequencer.append(FakeProducer().events(1), PATIENCE_SECONDS)
    else:
        assert len(sequencer.append(FakeProducer().events(1), PATIENCE_SECONDS)) == 1
    sequencer.stop()


def test_a_reused_id_fails_its_own_request_only(stage: Stage) -> None:
    sequencer = Sequencer(stage.record, stage.alarms)
    sequencer.start()
    event = FakeProducer().event()
    sequencer.append((event,), PATIENCE_SECONDS)
    with pytest.raises(EventIdReusedError):
        sequencer.append((with_other_content(event),), PATIENCE_SECONDS)
    assert len(sequencer.append(FakeProducer().events(2), PATIENCE_SECONDS)) == 2
    assert stage.alarms.kinds == ["EVENT_ID_REUSED"]
    sequencer.stop()


@promise("auditor:missing-events-are-told")
def test_missing_numbers_become_an_alarm_once_after_thirty_seconds_and_end_when_they_arrive(stage: Stage) -> None:
    watch = WatchProducers(stage.store, stage.journal, stage.alarms, stage.clock)
    cdap = FakeProducer()
    late = cdap.events(2)
    stage.append(cdap.event())
    assert watch() == ()
    stage.clock.forward(seconds=31)
    missing = watch()
    assert [(one.service, one.hole.first, one.hole.end) for one in missing] == [("cdap", 0, 2)]
    assert watch() == missing
    assert stage.alarms.kinds == ["NUMBERS_MISSING"]
    assert stage.types() == ["cdap.dossier.consulted", "audit.alarm.raised"]
    stage.append(*late)
    assert watch() == ()


def _until(holds: object) -> None:
    pause = threading.Event()
    for _ in range(1000):
        if holds():  # type: ignore[operator]
            return
        pause.wait(0.01)
    raise AssertionError("never happened")

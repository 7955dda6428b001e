"""Keys go after their own term, never before, and not by a clock that jumped."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from audit.domain.entry import parse_entry
from audit.domain.refusals import ClockNotBelievedError, DestructionSuspendedError, InvalidEventError
from audit.domain.search import SearchQuestion
from audit.use_cases.confirm_clock import CONFIRMED_TYPE, ConfirmClock
from audit.use_cases.expire_keys import DESTROYED_TYPE, ExpireKeys, destruction_problem
from tests.audit.builders import DIRECTRICE, FakeProducer
from tests.audit.use_cases.conftest import AUDITOR, Stage
from tests.promises import promise

SIGN_IN: dict[str, Any] = {"type": "auth.session.opened", "subject": None, "payload": {}, "owner": "921"}
CONNECTION, ACCESS = "2026-11.connection", "2026-11.access"
YEARS = timedelta(days=5 * 365)


class Month:
    """November 2026 with events of both classes; retention has looked at the clock."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.producer = FakeProducer()
        stage.append(*FakeProducer("auth").events(2, **SIGN_IN))
        stage.append(*self.producer.events(2))
        assert stage.expire() == (), "the first look only notes the time"
        assert set(stage.keys.known) == {CONNECTION, ACCESS}

    def at(self, moment: datetime) -> None:
        """Time passes until then, and a producer works."""
        self.stage.clock.at = moment
        self.works()

    def works(self) -> None:
        self.stage.append(self.producer.event(occurred_at_us=int(self.stage.clock.at.timestamp()) * 1_000_000))


@pytest.fixture
def month(stage: Stage) -> Month:
    return Month(stage)


def found(stage: Stage, **asked: str) -> list[str]:
    search_id = stage.search(AUDITOR, SearchQuestion(case_number="CTRL-1", **asked))  # type: ignore[arg-type]
    return [event.event_id for event in stage.results(AUDITOR, search_id, None).events]


@promise("journal:what-is-said-of-people-has-a-term")
def test_the_keys_of_each_class_go_at_the_end_of_their_own_term(stage: Stage, month: Month) -> None:
    for early in (datetime(2027, 11, 30, 23, 59, tzinfo=UTC), datetime(2027, 12, 1, 23, 59, 59, tzinfo=UTC)):
        month.at(early)
        assert stage.expire() == ()
        assert CONNECTION in stage.keys.known
    month.at(datetime(2027, 12, 2, tzinfo=UTC))
    assert stage.expire() == (CONNECTION,)
    assert CONNECTION not in stage.keys.known
    rows = stage.store.repositories.entries.between(0, stage.size)
    assert [row.sealed is None for row in rows[:4]] == [True, True, False, False]
    assert rows[-1].keys.type == DESTROYED_TYPE
    assert stage.expire() == ()
    assert found(stage, actor_id=DIRECTRICE)[-2:] == [row.event_id for row in (rows[3], rows[2])]
    search_id = stage.search(AUDITOR, SearchQuestion(case_number="CTRL-1", type="auth.session.opened"))
    events = stage.results(AUDITOR, search_id, None).events
    assert [event.erased is not None and event.erased.by for event in events] == [None, None]
    assert all(event.erased is not None and event.opened is None for event in events)
    assert all(parse_entry(row.data).event_id == row.event_id for row in rows)
    month.at(datetime(2029, 12, 1, 23, 59, tzinfo=UTC))
    assert ACCESS not in stage.expire()
    month.at(datetime(2029, 12, 2, tzinfo=UTC))
    assert ACCESS in stage.expire()


def test_a_key_that_was_left_over_is_destroyed_by_the_next_run_without_another_event(
    stage: Stage, month: Month
) -> None:
    month.at(datetime(2028, 1, 1, tzinfo=UTC))
    key = stage.keys.known[CONNECTION]
    stage.expire()
    stage.keys.known[CONNECTION] = key
    size = stage.size
    assert stage.expire() == ()
    assert stage.size == size
    assert CONNECTION not in stage.keys.known


def test_of_two_that_destroy_at_once_one_says_so(stage: Stage, month: Month) -> None:
    month.at(datetime(2028, 1, 1, tzinfo=UTC))
    other = ExpireKeys(stage.record, stage.keys, stage.clock, "one start")
    real, late = stage.store.write, list[bool]()

    def other_first(work: Any) -> Any:
        if getattr(work, "__qualname__", "").startswith("RecordBatch") and not late:
            late.append(True)
            assert other() == (CONNECTION,)
        return real(work)

    stage.store.write = other_first  # type: ignore[method-assign]
    assert stage.expire() == ()
    assert stage.types().count(DESTROYED_TYPE) == 1


@promise("journal:a-clock-that-jumped-destroys-nothing")
@pytest.mark.parametrize("producers_jumped_too", [False, True])
@pytest.mark.parametrize("jump", [YEARS, -timedelta(days=30), timedelta(minutes=6)])
def test_a_jump_suspends_destruction_until_a_person_has_confirmed_the_time(
    stage: Stage, month: Month, jump: timedelta, producers_jumped_too: bool
) -> None:
    month.at(datetime(2028, 1, 1, tzinfo=UTC))
    stage.clock.set(seconds=jump.total_seconds())
    if producers_jumped_too and jump > timedelta():
        month.works()  # the journal believes them: their clocks say the same
    for _ in range(3):
        with pytest.raises(DestructionSuspendedError, match="CLOCK_JUMPED"):
            stage.expire()
        assert {CONNECTION, ACCESS} <= set(stage.keys.known)
    assert "CLOCK_JUMPED" in str(destruction_problem(stage.store))
    stage.clock.set(seconds=-jump.total_seconds())
    with pytest.raises(DestructionSuspendedError, match="confirm-clock"):
        stage.expire()
    assert {CONNECTION, ACCESS} <= set(stage.keys.known), "it came back: a person must see it all the same"


@promise("journal:a-clock-that-jumped-destroys-nothing")
def test_once_confirmed_the_keys_go_and_the_journal_says_who_confirmed(stage: Stage, month: Month) -> None:
    month.at(datetime(2028, 1, 1, tzinfo=UTC))
    stage.clock.set(hours=1)
    with pytest.raises(DestructionSuspendedError):
        stage.expire()
    for by, why in (("", "why"), ("A. Responsable", " "), ("A\n", "why")):
        with pytest.raises(InvalidEventError):
            stage.confirm(by, why)
    said = stage.confirm("A. Responsable", "time server set wrongly, now right")
    assert said is not None
    assert destruction_problem(stage.store) is None
    assert stage.types()[-1] == CONFIRMED_TYPE
    month.works()
    assert stage.expire() == (CONNECTION,)
    assert stage.confirm("A. Responsable", "again") is None
    auditor = replace(AUDITOR, owner="national")
    event = stage.read_event(auditor, stage.search(auditor, SearchQuestion(case_number="CTRL-1")), said)
    assert event.found.opened is not None
    assert event.found.opened.payload["confirmed_by"] == "A. Responsable"
    assert event.found.opened.payload["problem"] == "CLOCK_JUMPED"


def test_a_time_before_the_newest_entry_cannot_be_confirmed(stage: Stage, month: Month) -> None:
    month.at(datetime(2028, 1, 1, tzinfo=UTC))
    stage.clock.set(days=-30)
    with pytest.raises(DestructionSuspendedError):
        stage.expire()
    with pytest.raises(ClockNotBelievedError, match="later than the clock"):
        stage.confirm("A. Responsable", "it is right")


@promise("journal:a-clock-that-jumped-destroys-nothing")
@pytest.mark.parametrize(
    ("passed", "reason"),
    [
        (timedelta(hours=23), None),
        (timedelta(days=400), "CLOCK_UNWATCHED"),
        (timedelta(hours=25), "CLOCK_UNWATCHED"),
        (-timedelta(hours=1), "CLOCK_BEHIND"),
    ],
)
def test_after_a_restart_of_the_machine_what_cannot_be_known_needs_a_person(
    stage: Stage, month: Month, passed: timedelta, reason: str | None
) -> None:
    month.at(datetime(2027, 11, 30, 12, tzinfo=UTC))
    assert stage.expire() == ()
    stage.clock.set(seconds=passed.total_seconds())
    expire = ExpireKeys(stage.record, stage.keys, stage.clock, "another start")
    if reason is None:
        assert expire() == ()
    else:
        with pytest.raises(DestructionSuspendedError, match=reason):
            expire()
    assert CONNECTION in stage.keys.known, "a jump that is not seen is shorter than a day, and so too short"


def test_a_machine_that_slept_for_a_month_is_believed(stage: Stage, month: Month) -> None:
    month.at(datetime(2027, 11, 1, tzinfo=UTC))
    assert stage.expire() == ()
    month.at(datetime(2027, 12, 3, tzinfo=UTC))
    assert stage.expire() == (CONNECTION,), "its ticks went on"


def test_another_machine_confirms_with_its_own_ticks(stage: Stage, month: Month) -> None:
    month.at(datetime(2027, 11, 1, tzinfo=UTC))
    stage.clock.set(days=40)
    expire, confirm = (
        ExpireKeys(stage.record, stage.keys, stage.clock, "another start"),
        ConfirmClock(stage.record, "another start"),
    )
    with pytest.raises(DestructionSuspendedError):
        expire()
    confirm("A. Responsable", "the service was off for a month")
    month.works()
    assert expire() == (CONNECTION,)

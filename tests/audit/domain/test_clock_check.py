"""The clock of the journal: believed within minutes, refused beyond, right again as soon as it is."""

import pytest

from audit.domain.clock_check import Believed, Reading, believed_time
from audit.domain.refusals import ClockNotBelievedError
from tests.promises import promise

SECOND, MINUTE, DAY = 1_000_000, 60_000_000, 86_400_000_000
NOON = 1_795_694_400 * SECOND
START = Reading(NOON, 1000 * SECOND)
YEAR_2031 = 4 * 365 * DAY


def at(passed: int, *, set_by: int = 0) -> Reading:
    return Reading(NOON + passed + set_by, START.ticks_us + passed)


@promise("audit:clock-is-not-believed-blindly")
@pytest.mark.parametrize(
    ("reading", "last", "told", "stamped"),
    [
        (at(0), 0, (), NOON),
        (at(SECOND), NOON, (NOON,), NOON + SECOND),
        (at(SECOND, set_by=-2 * MINUTE), NOON, (), NOON),
        (at(SECOND, set_by=2 * MINUTE), NOON, (), NOON + 2 * MINUTE + SECOND),
        (at(8 * 3600 * SECOND), NOON, (), NOON + 8 * 3600 * SECOND),
        (at(9 * DAY), NOON, (NOON + 9 * DAY,), NOON + 9 * DAY),
        (at(9 * DAY), NOON, (NOON, NOON + 9 * DAY - SECOND), NOON + 9 * DAY),
        (at(9 * DAY), 0, (NOON,), NOON + 9 * DAY),
        (at(60 * SECOND, set_by=3600 * SECOND), NOON, (NOON + 3660 * SECOND,), NOON + 3660 * SECOND),
        (at(0, set_by=-4 * MINUTE), NOON, (), NOON),
        (at(0), NOON, (NOON - 40 * DAY,), NOON),
    ],
)
def test_a_clock_that_nothing_contradicts_is_believed(
    reading: Reading, last: int, told: tuple[int, ...], stamped: int
) -> None:
    assert believed_time(START, reading, last, told).received_at_us == stamped


@promise("audit:clock-is-not-believed-blindly")
@pytest.mark.parametrize(
    ("anchor", "reading", "last", "told", "reason"),
    [
        (START, at(SECOND, set_by=YEAR_2031), NOON, (NOON,), "CLOCK_JUMPED"),
        (START, at(SECOND, set_by=40 * DAY), NOON, (NOON + SECOND,), "CLOCK_JUMPED"),
        (START, at(SECOND, set_by=6 * MINUTE), NOON, (), "CLOCK_JUMPED"),
        (START, at(SECOND, set_by=-6 * MINUTE), NOON, (), "CLOCK_BEHIND"),
        (START, at(SECOND, set_by=-6 * MINUTE), NOON - DAY, (), "CLOCK_JUMPED"),
        (START, at(SECOND), NOON + YEAR_2031, (NOON,), "CLOCK_BEHIND"),
        (at(0, set_by=YEAR_2031), at(SECOND, set_by=YEAR_2031), NOON, (NOON,), "CLOCK_AHEAD"),
        (at(0, set_by=40 * DAY), at(SECOND, set_by=40 * DAY), NOON, (), "CLOCK_AHEAD"),
    ],
)
def test_a_clock_that_something_contradicts_stamps_nothing(
    anchor: Reading, reading: Reading, last: int, told: tuple[int, ...], reason: str
) -> None:
    with pytest.raises(ClockNotBelievedError) as refusal:
        believed_time(anchor, reading, last, told)
    assert refusal.value.reason == reason


def test_a_clock_that_was_set_right_becomes_the_new_measure() -> None:
    reading = at(SECOND, set_by=3600 * SECOND)
    assert believed_time(START, reading, NOON, (reading.now_us,)) == Believed(reading.now_us, reading)

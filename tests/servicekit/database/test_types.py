"""Column types that hold the same thing on both engines."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.database.types import from_microseconds, to_microseconds

_zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_moments = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=_zones,
)


@given(_moments)
def test_a_moment_comes_back_exactly_and_in_utc(moment: datetime) -> None:
    found = from_microseconds(to_microseconds(moment))

    assert found == moment
    assert found.tzinfo is UTC


@given(_moments, _moments)
def test_stored_moments_sort_like_moments(first: datetime, second: datetime) -> None:
    assert (first < second) == (to_microseconds(first) < to_microseconds(second))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        to_microseconds(datetime(2026, 11, 23))  # noqa: DTZ001 - the mistake

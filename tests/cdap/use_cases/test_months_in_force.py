"""What health and metrics say of the months that Cafs have in force."""

from datetime import UTC, datetime

import pytest

from cdap.use_cases.months_in_force import MonthsInForce
from tests.cdap.builders import in_another_caf, the_document
from tests.cdap.fakes import Desk
from tests.promises import promise


@promise("cdap:old-month-is-said")
@pytest.mark.parametrize(
    ("today", "old"),
    [
        (datetime(2026, 11, 30, tzinfo=UTC), False),
        (datetime(2027, 1, 31, 22, 0, tzinfo=UTC), False),
        (datetime(2027, 1, 31, 23, 30, tzinfo=UTC), True),  # in France February has begun
        (datetime(2027, 6, 1, tzinfo=UTC), True),
    ],
)
def test_a_month_that_a_missed_import_explains_is_said(today: datetime, *, old: bool) -> None:
    desk = Desk([the_document()])
    desk.clock.set(today)
    said = MonthsInForce(desk.work, desk.clock).old()
    assert (said is not None) == old
    assert not old or "921 (2026-11)" in (said or "")


def test_many_old_months_are_counted_and_not_all_named() -> None:
    desk = Desk([in_another_caf(f"{caf}1", "0000001") for caf in range(10, 18)])
    desk.clock.set(datetime(2027, 6, 1, tzinfo=UTC))
    assert "and 3 more" in (MonthsInForce(desk.work, desk.clock).old() or "")


def test_the_figures_are_by_caf_and_read_again_after_a_minute() -> None:
    desk = Desk([the_document(), in_another_caf("751", "0000001"), in_another_caf("751", "0000002")])
    desk.clock.set(datetime(2026, 12, 31, tzinfo=UTC))
    months = MonthsInForce(desk.work, desk.clock)
    assert months.counts() == {"751": 2, "921": 1}
    assert months.ages() == {"751": 1, "921": 1}
    assert desk.work.write(lambda repos: repos.months.of("751")) is not None
    desk.shelves.months.clear()
    assert months.counts() != {}
    desk.clock.set(datetime(2026, 12, 31, 0, 1, tzinfo=UTC))
    assert months.counts() == {}


def test_a_store_without_a_month_has_nothing_to_say() -> None:
    desk = Desk([])
    assert MonthsInForce(desk.work, desk.clock).old() is None

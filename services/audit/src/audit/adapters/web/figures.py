"""The picture of events per day: geometry only, drawn by the template as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from audit.use_cases.journal_state import DayCount

WIDTH, HEIGHT, _GAP = 560, 160, 6
ABOVE, BELOW = 18, 20
"""Room for the figures above the bars, and for the days under them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One day of the picture, in the units of its view box."""

    x: int
    y: int
    width: int
    height: int
    counted_on: date
    count: int


def bars(days: Sequence[DayCount]) -> list[Bar]:
    """One bar per day; the largest fills the height, an empty day has none."""
    largest = max((day.count for day in days), default=0) or 1
    step = WIDTH // max(len(days), 1)
    drawn = []
    for number, day in enumerate(days):
        height = max(round(HEIGHT * day.count / largest), 1 if day.count else 0)
        drawn.append(
            Bar(
                x=number * step,
                y=HEIGHT - height,
                width=step - _GAP,
                height=height,
                counted_on=day.counted_on,
                count=day.count,
            )
        )
    return drawn

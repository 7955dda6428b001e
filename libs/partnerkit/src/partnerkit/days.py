"""Days of the French calendar, and the bounds of those that people type: nothing here can overflow."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
EARLIEST = date(1900, 1, 1)
LATEST = date(2100, 12, 31)
"""The first and the last day that a convention, a right or a question may name: further ones are typing mistakes."""


def french_day(moment: datetime) -> date:
    """The day in metropolitan France at an aware moment."""
    return moment.astimezone(PARIS).date()


def is_plausible(day: date) -> bool:
    """Whether a typed or imported day is inside the bounds: 0026, 9999 and 1026 are not."""
    return EARLIEST <= day <= LATEST


def shifted(day: date, days: int) -> date:
    """`day` moved by so many days, and held inside the calendar instead of overflowing at its ends."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def french_midnight(day: date) -> datetime:
    """The moment, in UTC, at which a day begins in metropolitan France; the calendar's first moment for its ends."""
    try:
        return datetime.combine(day, time(), PARIS).astimezone(UTC)
    except OverflowError:
        return datetime.combine(day, time(), UTC)

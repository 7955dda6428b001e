"""Days of the French calendar, and the bounds of those that people type: nothing here can overflow."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from servicekit.errors import InvalidInputError

PARIS = ZoneInfo("Europe/Paris")
EARLIEST = date(1900, 1, 1)
LATEST = date(2100, 12, 31)
"""The first and the last day that a convention, a right or a question may name: further ones are typing mistakes."""

_ISO = re.compile(r"(?P<year>[0-9]{1,6})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")
_TYPED = re.compile(r"(?P<day>[0-9]{1,2})\s*[/.\- ]\s*(?P<month>[0-9]{1,2})\s*[/.\- ]\s*(?P<year>[0-9]{1,6})")


class InvalidDayError(InvalidInputError):
    """What was typed or imported is no day that anything can begin or end on; `reason` says why."""


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


def typed_day(text: str) -> date:
    """A day as browsers send it or as people type it: 2026-11-23, 23/11/2026, 23.11.2026, "23 11 2026".

    Raises:
        InvalidDayError: DATE_MALFORMED (there is no such day) or DATE_YEAR (not four digits, or outside the bounds).
    """
    form = _ISO.fullmatch(text.strip()) or _TYPED.fullmatch(text.strip())
    if form is None:
        raise InvalidDayError("not a day", reason="DATE_MALFORMED")
    return _checked(form["year"], form["month"], form["day"])


def iso_day(text: object) -> date:
    """A day of a file: 2026-11-23 and nothing else, inside the bounds.

    Raises:
        InvalidDayError: DATE_MALFORMED or DATE_YEAR.
    """
    form = _ISO.fullmatch(text) if isinstance(text, str) else None
    if form is None or len(form["month"]) + len(form["day"]) != 4:
        raise InvalidDayError("a day YYYY-MM-DD was expected", reason="DATE_MALFORMED")
    return _checked(form["year"], form["month"], form["day"])


def _checked(year: str, month: str, day: str) -> date:
    if len(year) != 4 or not EARLIEST.year <= int(year) <= LATEST.year:
        raise InvalidDayError(f"year {year}", reason="DATE_YEAR", details={"year": year})
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise InvalidDayError("no such day", reason="DATE_MALFORMED") from error

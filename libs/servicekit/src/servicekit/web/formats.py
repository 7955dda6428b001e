"""Dates, amounts and durations as people write them. Filters `longdate`, `longdatetime`, `euros`, `figure`.

Times are those of the clock by which the reader works (`read_by`), Paris unless a service says otherwise; another
clock is named beside each time.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask, current_app, has_request_context
from flask_babel import get_locale

from servicekit.typography import typeset

PARIS = ZoneInfo("Europe/Paris")
_NO_BREAK = "\u00a0"


def _language() -> str:
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "fr"


READER_CLOCK = "reader_clock"


class ReaderClock(Protocol):
    """A time zone, and what people call it by language; no name where nobody asks."""

    @property
    def zone(self) -> ZoneInfo: ...
    @property
    def names(self) -> Mapping[str, str]: ...


def read_by(app: Flask, clock: Callable[[], ReaderClock]) -> None:
    """The pages of `app` show times by the clock of whoever reads: `clock` is asked when a time is written."""
    app.extensions[READER_CLOCK] = clock


def _clock() -> ReaderClock | None:
    asked = current_app.extensions.get(READER_CLOCK) if has_request_context() else None
    return asked() if asked is not None else None


def reader_zone() -> ZoneInfo:
    """The zone of whoever reads this request's page."""
    clock = _clock()
    return clock.zone if clock is not None else PARIS


def _named(time: str) -> str:
    clock = _clock()
    name = clock.names.get(_language(), "") if clock is not None else ""
    return f"{time} ({name})" if name else time


def local_day(moment: date | datetime) -> date:
    """The day of an aware datetime where its reader is; a date is given back."""
    return moment.astimezone(reader_zone()).date() if isinstance(moment, datetime) else moment


def longdate(moment: date | datetime | None, *, weekday: bool = True) -> str:
    """lundi 23 novembre 2026, by the clock of the reader. Nothing for None."""
    if moment is None:
        return ""
    day, language = local_day(moment), _language()
    number = "'1er'" if day.day == 1 and language == "fr" else "d"
    return format_date(day, f"EEEE {number} MMMM y" if weekday else f"{number} MMMM y", locale=language)


def longdatetime(moment: datetime | None) -> str:
    """lundi 23 novembre 2026 à 14 h 03, by the clock of the reader. Nothing for None.

    Raises:
        ValueError: the datetime has no time zone.
    """
    if moment is None:
        return ""
    if moment.tzinfo is None:
        raise ValueError("a datetime without time zone cannot be shown")
    local = moment.astimezone(reader_zone())
    if _language() == "en":
        return _named(f"{longdate(moment)} at {local:%H:%M}")
    return _named(f"{longdate(moment)} à {local.hour}{_NO_BREAK}h{_NO_BREAK}{local:%M}")


def shortdatetime(moment: datetime | None) -> str:
    """23/11/2026 à 14 h 03, for tables that hold many moments; by the clock of the reader. Nothing for None.

    Raises:
        ValueError: the datetime has no time zone.
    """
    if moment is None:
        return ""
    if moment.tzinfo is None:
        raise ValueError("a datetime without time zone cannot be shown")
    local = moment.astimezone(reader_zone())
    if _language() == "en":
        return _named(f"{local:%d/%m/%Y at %H:%M}")
    return _named(f"{local:%d/%m/%Y} à {local.hour}{_NO_BREAK}h{_NO_BREAK}{local:%M}")


def euros(amount: Decimal | float | None, *, cents: bool = True) -> str:
    """1 234,50 €. Nothing for None."""
    if amount is None:
        return ""
    pattern = "#,##0.00" if cents else "#,##0"
    if _language() == "en":
        return f"€{format_decimal(amount, pattern, locale='en_GB')}"
    return f"{format_decimal(amount, pattern, locale='fr_FR')}{_NO_BREAK}€"


def figure(number: Decimal | float | None) -> str:
    """1 234 or 0,75: with the separators of the language. Nothing for None."""
    if number is None:
        return ""
    return format_decimal(number, locale="en_GB" if _language() == "en" else "fr_FR")


FILTERS = {
    "typeset": typeset,
    "longdate": longdate,
    "longdatetime": longdatetime,
    "shortdatetime": shortdatetime,
    "euros": euros,
    "figure": figure,
}

"""Dates, amounts and durations as people write them. Filters `longdate`, `longdatetime`, `euros`, `figure`."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from flask_babel import get_locale

from servicekit.typography import typeset

PARIS = ZoneInfo("Europe/Paris")
_NO_BREAK = "\u00a0"


def _language() -> str:
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "fr"


def local_day(moment: date | datetime) -> date:
    """The day in metropolitan France of an aware datetime; a date is given back."""
    return moment.astimezone(PARIS).date() if isinstance(moment, datetime) else moment


def longdate(moment: date | datetime | None, *, weekday: bool = True) -> str:
    """lundi 23 novembre 2026, in the zone Europe/Paris. Nothing for None."""
    if moment is None:
        return ""
    day, language = local_day(moment), _language()
    number = "'1er'" if day.day == 1 and language == "fr" else "d"
    return format_date(day, f"EEEE {number} MMMM y" if weekday else f"{number} MMMM y", locale=language)


def longdatetime(moment: datetime | None) -> str:
    """lundi 23 novembre 2026 à 14 h 03, in the zone Europe/Paris. Nothing for None.

    Raises:
        ValueError: the datetime has no time zone.
    """
    if moment is None:
        return ""
    if moment.tzinfo is None:
        raise ValueError("a datetime without time zone cannot be shown")
    local = moment.astimezone(PARIS)
    if _language() == "en":
        return f"{longdate(moment)} at {local:%H:%M}"
    return f"{longdate(moment)} à {local.hour}{_NO_BREAK}h{_NO_BREAK}{local:%M}"


def shortdatetime(moment: datetime | None) -> str:
    """23/11/2026 à 14 h 03, for tables that hold many moments; in the zone Europe/Paris. Nothing for None.

    Raises:
        ValueError: the datetime has no time zone.
    """
    if moment is None:
        return ""
    if moment.tzinfo is None:
        raise ValueError("a datetime without time zone cannot be shown")
    local = moment.astimezone(PARIS)
    if _language() == "en":
        return f"{local:%d/%m/%Y at %H:%M}"
    return f"{local:%d/%m/%Y} à {local.hour}{_NO_BREAK}h{_NO_BREAK}{local:%M}"


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

"""Figures of a dossier as people write them: cents, months, dates and ages in text."""

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from flask_babel import get_locale

from servicekit.web.formats import euros, longdate


def cents(amount: int | None) -> str:
    """15180 -> 151,80 €. Nothing for None."""
    return "" if amount is None else euros(Decimal(amount) / 100)


def whole_euros(amount: int | None) -> str:
    """1080000 -> 10 800 €. Nothing for None."""
    return "" if amount is None else euros(Decimal(amount) / 100, cents=amount % 100 != 0)


def day(text: str | None) -> str:
    """2026-11-05 -> 5 novembre 2026."""
    return "" if not text else longdate(date.fromisoformat(text), weekday=False)


def month(text: str) -> str:
    """2026-11 -> novembre 2026."""
    locale = get_locale()
    language = "en" if locale is not None and locale.language == "en" else "fr"
    return format_date(date.fromisoformat(f"{text}-01"), "MMMM y", locale=language)


def months_back(until: str, count: int) -> list[str]:
    """The months from `until` backwards: ["2026-11", "2026-10", …]."""
    year, number = int(until[:4]), int(until[5:7])
    last = year * 12 + number - 1
    return [f"{(last - back) // 12:04d}-{(last - back) % 12 + 1:02d}" for back in range(count)]


FILTERS = {"cents": cents, "whole_euros": whole_euros, "day": day, "month": month}

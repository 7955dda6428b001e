"""Figures of a dossier as people write them: cents, months, dates and ages in text."""

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

from cdap.domain.birth_places import department_of, is_abroad
from cdap.domain.partial_date import parse_partial_date
from servicekit.web.formats import euros, longdate


def cents(amount: int | None) -> str:
    """15180 -> 151,80 €. Nothing for None."""
    return "" if amount is None else euros(Decimal(amount) / 100)


def whole_euros(amount: int | None) -> str:
    """1080000 -> 10 800 €. Nothing for None."""
    return "" if amount is None else euros(Decimal(amount) / 100, cents=amount % 100 != 0)


def day(text: str | None) -> str:
    """2026-11-05 -> 5 novembre 2026; 2026-11-00 -> novembre 2026, jour inconnu; 2026-00-00 -> 2026, jour et mois…"""
    if not text:
        return ""
    known = parse_partial_date(text)
    if known.year is None:
        return str(_("date inconnue"))
    if known.month is None:
        return str(_("%(year)s, jour et mois inconnus", year=known.year))
    if known.day is None:
        return str(_("%(month)s, jour inconnu", month=month(f"{known.year}-{known.month:02d}")))
    return longdate(date(known.year, known.month, known.day), weekday=False)


def month(text: str) -> str:
    """2026-11 -> novembre 2026."""
    locale = get_locale()
    language = "en" if locale is not None and locale.language == "en" else "fr"
    return format_date(date.fromisoformat(f"{text}-01"), "MMMM y", locale=language)


def short_month(text: str) -> str:
    """2026-11 -> nov. 2026, for the scale of a picture."""
    locale = get_locale()
    language = "en" if locale is not None and locale.language == "en" else "fr"
    return format_date(date.fromisoformat(f"{text}-01"), "MMM y", locale=language)


def birth_place(cog: str | None) -> str:
    """92050 -> Hauts-de-Seine (commune de code Insee 92050); nothing for None."""
    if not cog:
        return ""
    if is_abroad(cog):
        return str(_("à l'étranger (pays de code Insee %(code)s)", code=cog))
    department = department_of(cog)
    if department is None:
        return str(_("lieu de code Insee %(code)s", code=cog))
    return str(_("%(department)s (commune de code Insee %(code)s)", department=department, code=cog))


def months_back(until: str, count: int) -> list[str]:
    """The months from `until` backwards: ["2026-11", "2026-10", …]."""
    year, number = int(until[:4]), int(until[5:7])
    last = year * 12 + number - 1
    return [f"{(last - back) // 12:04d}-{(last - back) % 12 + 1:02d}" for back in range(count)]


FILTERS = {
    "cents": cents,
    "whole_euros": whole_euros,
    "day": day,
    "month": month,
    "short_month": short_month,
    "birth_place": birth_place,
}

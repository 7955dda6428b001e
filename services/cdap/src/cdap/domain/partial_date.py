"""A date of which the day, the month or everything may be unknown, as civil registers and the State's files write it.

"2020-05-09" is full, "2020-05-00" (or "2020-05") has no day, "2020-00-00" (or "2020") a year alone, "0000-00-00"
nothing.
Every date of a dossier is read here: no record is refused, and no page fails, for a birthday that nobody knows.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from partnerkit.days import EARLIEST, LATEST

_FORM = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
UNKNOWN_TEXT = "0000-00-00"


class NotADateError(ValueError):
    """The text is no date; `reason` is NOT_A_DATE, or DATE_IMPLAUSIBLE when its year is not of this world."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PartialDate:
    """Year, month and day; what is unknown is None, and nothing is known below what is unknown."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def is_full(self) -> bool:
        """Whether the day is known."""
        return self.day is not None

    @property
    def earliest(self) -> date | None:
        """The first day it can be; None when the year is unknown."""
        return None if self.year is None else date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date | None:
        """The last day it can be; None when the year is unknown."""
        if self.year is None:
            return None
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    def is_surely_after(self, day: date) -> bool:
        """Whether every day it can be is later than `day`."""
        return self.earliest is not None and self.earliest > day

    def youngest_age_on(self, today: date) -> int | None:
        """Full years if it is the last birthday possible; negative before the birth. None when the year is unknown."""
        return None if self.latest is None else _age(self.latest, today)

    def oldest_age_on(self, today: date) -> int | None:
        """Full years if it is the first birthday possible; negative before the birth. None when the year is unknown."""
        return None if self.earliest is None else _age(self.earliest, today)


def parse_partial_date(text: str) -> PartialDate:
    """Read a date of a dossier.

    Raises:
        NotADateError: NOT_A_DATE, or DATE_IMPLAUSIBLE for a year before 1900 or after 2100.
    """
    form = _FORM.fullmatch(text)
    if form is None or not text.isascii():
        raise NotADateError("NOT_A_DATE")
    year, month, day = (int(part or 0) or None for part in form.groups())
    if (year is None and (month or day)) or (month is None and day):
        raise NotADateError("NOT_A_DATE")
    if year is None:
        return PartialDate()
    if not EARLIEST.year <= year <= LATEST.year:
        raise NotADateError("DATE_IMPLAUSIBLE")
    if month is not None and (month > 12 or (day is not None and day > monthrange(year, month)[1])):
        raise NotADateError("NOT_A_DATE")
    return PartialDate(year, month, day)


def _age(birth_on: date, today: date) -> int:
    return today.year - birth_on.year - ((today.month, today.day) < (birth_on.month, birth_on.day))

"""The day of the French calendar: the dates of conventions, contracts and habilitations are French civil dates."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def french_day(moment: datetime) -> date:
    """Return the day in France at an aware moment."""
    return moment.astimezone(PARIS).date()

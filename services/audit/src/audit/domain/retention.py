"""How long what an event says of people can be read, by the class of its type.

Consultations, rights and administration: 36 months, by analogy with CRPA R.114-9-7 (exchanges between administrations
are kept 36 months). Signing in, tokens, mails and other technical traces: 12 months (CNIL, recommendation on logging of
2021: six to twelve months). What became of the journal itself (an erasure, a restored copy): as long as the journal,
since it says that a gap is lawful. The type comes with its class (`servicekit.event_words`); one that says nothing is
kept 36 months. docs/operate.md has the table of the classes.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

_MONTHS_IN_YEAR = 12


class Retention(StrEnum):
    """The classes. Their names stand in entries and in the names of key files."""

    CONNECTION = "connection"
    ACCESS = "access"
    EVIDENCE = "evidence"


MONTHS_KEPT: dict[Retention, int | None] = {
    Retention.CONNECTION: 12,
    Retention.ACCESS: 36,
    Retention.EVIDENCE: None,
}


MARGIN = timedelta(days=1)
"""From the end of a term to the destruction of its key: a jump of the clock that nobody can see (see `clock_check`)
must not destroy a key too early."""


def ends_at(month: str, retention: Retention) -> datetime | None:
    """When the term of a month ("2026-11") and class is over: its last event is then as old as the class allows. None
    for what is kept as long as the journal."""
    kept = MONTHS_KEPT[retention]
    if kept is None:
        return None
    months = int(month[:4]) * _MONTHS_IN_YEAR + int(month[5:]) + kept  # that of the month after, counted from 0
    return datetime(months // _MONTHS_IN_YEAR, months % _MONTHS_IN_YEAR + 1, 1, tzinfo=UTC)


def destroyed_from(month: str, retention: Retention) -> datetime | None:
    """When the key may be destroyed; None: never."""
    end = ends_at(month, retention)
    return None if end is None else end + MARGIN

"""How long what an event says of people can be read, by the class of its type.

Consultations, rights and administration: 36 months, by analogy with CRPA R.114-9-7 (exchanges between administrations
are kept 36 months). Signing in, tokens, mails and other technical traces: 12 months (CNIL, recommendation on logging of
2021: six to twelve months). What became of the journal itself (an erasure, a restored copy): as long as the journal,
since it says that a gap is lawful. The type comes with its class (`servicekit.event_words`); one that says nothing is
kept 36 months.
"""

from datetime import UTC, datetime
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


def ends_at(month: str, retention: Retention) -> datetime | None:
    """When the key of a month ("2026-11") and class is due to be destroyed: the last event of the month is then as old
    as the class allows. None for what is kept as long as the journal."""
    kept = MONTHS_KEPT[retention]
    if kept is None:
        return None
    months = int(month[:4]) * _MONTHS_IN_YEAR + int(month[5:]) + kept  # that of the month after, counted from 0
    return datetime(months // _MONTHS_IN_YEAR, months % _MONTHS_IN_YEAR + 1, 1, tzinfo=UTC)

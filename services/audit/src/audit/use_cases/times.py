"""Times as the journal writes them: whole microseconds since 1970-01-01 UTC."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment_at: datetime) -> int:
    """Microseconds since 1970-01-01 UTC of an aware datetime."""
    return (moment_at - _EPOCH) // _MICROSECOND


def moment(microseconds_since_1970: int) -> datetime:
    """The aware UTC datetime of microseconds since 1970-01-01 UTC."""
    return _EPOCH + timedelta(microseconds=microseconds_since_1970)

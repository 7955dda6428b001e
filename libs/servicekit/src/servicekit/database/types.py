"""Column types that hold the same thing on SQLite and on PostgreSQL.

Times are 64-bit integers of microseconds: no time zone to lose, no float to round, and the same order on both.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_microseconds(value: datetime) -> int:
    """Microseconds since 1970-01-01 UTC.

    Raises:
        ValueError: `value` is not aware.
    """
    if value.tzinfo is None:
        raise ValueError("a datetime without a time zone cannot be stored")
    return (value - _EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    """The aware UTC datetime `value` microseconds after 1970-01-01 UTC."""
    return _EPOCH + timedelta(0, 0, value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored as BIGINT microseconds since 1970-01-01 UTC, read back in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else from_microseconds(value)


class Json(TypeDecorator[Any]):
    """A JSON value, stored as canonical text (sorted keys, no spaces): equal values are equal texts."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


def sequence_type() -> TypeEngine[int]:
    """Type of an automatically numbered primary key: BIGINT, which SQLite only numbers when it is called INTEGER."""
    return BigInteger().with_variant(Integer(), "sqlite")

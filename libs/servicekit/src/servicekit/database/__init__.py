"""A service's own database: SQLite embedded, PostgreSQL at scale, one contract.

`contract.Database` says what both promise; `opening.open_database` chooses by the URL; `sqlite` (with `trial`) and
`postgresql` keep the promise; `migrations` changes and checks the schema; `types` holds column types that mean the same
on both.
"""

from servicekit.database.contract import Database, TransactionEnd, on_end
from servicekit.database.errors import (
    DatabaseContentionError,
    DatabaseStartError,
    DatabaseUnavailableError,
    SchemaVersionError,
    UnsafeDatabaseError,
)
from servicekit.database.migrations import check_schema, migrate
from servicekit.database.opening import open_database
from servicekit.database.types import Json, UtcDateTime, sequence_type

__all__ = [
    "Database",
    "DatabaseContentionError",
    "DatabaseStartError",
    "DatabaseUnavailableError",
    "Json",
    "SchemaVersionError",
    "TransactionEnd",
    "UnsafeDatabaseError",
    "UtcDateTime",
    "check_schema",
    "migrate",
    "on_end",
    "open_database",
    "sequence_type",
]

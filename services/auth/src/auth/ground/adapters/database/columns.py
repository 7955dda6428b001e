"""What the tables of auth are made of. Secrets are hashes; times are microseconds (`servicekit.database.types`)."""

import sqlalchemy as sa

from servicekit.database import UtcDateTime

metadata = sa.MetaData()


def name_of(name: str, *, primary_key: bool = False, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), primary_key=primary_key, nullable=nullable)


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def words(name: str) -> sa.Column[str]:
    """Empty when nothing was said, also in rows that an older version of the service writes."""
    return sa.Column(name, sa.Text(), nullable=False, server_default="")

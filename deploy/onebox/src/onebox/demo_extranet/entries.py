"""The list a demo extranet keeps, in its own database, one per organisation."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Column, Date, Integer, MetaData, String, Table, insert, select

from servicekit.database import Database
from servicekit.database.jobs import job_table
from servicekit.identifiers import new_id

metadata = MetaData()
job = job_table(metadata)

entry = Table(
    "entry",
    metadata,
    Column("entry_id", String(36), primary_key=True),
    Column("organisation_id", String(64), nullable=False, index=True),
    Column("subject", String(200), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("happens_on", Date, nullable=False),
)


@dataclass(frozen=True)
class DeclaredLine:
    """One line of the list."""

    subject: str
    quantity: int
    happens_on: date


class SqlLines:
    """The entries of every organisation; each sees its own."""

    def __init__(self, database: Database) -> None:
        """The tables are those of `migrations`."""
        self._database = database

    def of(self, organisation_id: str) -> list[DeclaredLine]:
        """The last hundred, newest day first."""
        statement = (
            select(entry.c.subject, entry.c.quantity, entry.c.happens_on)
            .where(entry.c.organisation_id == organisation_id)
            .order_by(entry.c.happens_on.desc(), entry.c.entry_id.desc())
            .limit(100)
        )
        rows = self._database.read(lambda connection: connection.execute(statement).all())
        return [DeclaredLine(*row) for row in rows]

    def add(self, organisation_id: str, new: DeclaredLine) -> None:
        """Keeps one more."""
        values = {
            "entry_id": new_id(),
            "organisation_id": organisation_id,
            "subject": new.subject,
            "quantity": new.quantity,
            "happens_on": new.happens_on,
        }
        self._database.write(lambda connection: connection.execute(insert(entry).values(values)).rowcount)

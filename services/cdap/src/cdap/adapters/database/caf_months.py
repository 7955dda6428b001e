"""What each Caf has: `CafMonths` on SQL."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, insert, select, text, update

from cdap.adapters.database.tables import caf_month
from cdap.domain.dossier_schema import CAF_CODE
from cdap.use_cases.import_ports import CafMonth

_NAMES = tuple(field.name for field in fields(CafMonth))


class SqlCafMonths:
    """See `cdap.use_cases.import_ports.CafMonths`."""

    def __init__(self, connection: Connection) -> None:
        """Reads and writes in the transaction of `connection`."""
        self._connection = connection

    def every(self) -> Sequence[CafMonth]:
        """One query."""
        return [_month(row) for row in self._connection.execute(select(caf_month).order_by(caf_month.c.caf))]

    def of(self, caf: str) -> CafMonth | None:
        """One row."""
        row = self._connection.execute(select(caf_month).where(caf_month.c.caf == caf)).first()
        return None if row is None else _month(row)

    def fill(self, caf: CafMonth) -> None:
        """The first time, the Caf gets its row, and on PostgreSQL its partition."""
        names = ("filling", "filling_name", "filling_month")
        if self._change(caf, {name: getattr(caf, name) for name in names}):
            return
        self._connection.execute(insert(caf_month).values({name: getattr(caf, name) for name in _NAMES}))
        if self._connection.dialect.name == "postgresql":
            self._make_partition(caf.caf)

    def put_in_force(self, filled: CafMonth) -> None:
        """The whole row at once."""
        self._change(filled, {name: getattr(filled, name) for name in _NAMES})

    def tidied(self, caf: CafMonth) -> None:
        """Unless another month was put in force since."""
        self._connection.execute(
            update(caf_month).where(caf_month.c.caf == caf.caf, caf_month.c.number == caf.number).values(is_tidy=True)
        )

    def release(self, caf: CafMonth) -> None:
        """Unless another file has begun since."""
        self._connection.execute(
            update(caf_month)
            .where(caf_month.c.caf == caf.caf, caf_month.c.filling == caf.filling)
            .values(filling="", filling_name="", filling_month="")
        )

    def _change(self, caf: CafMonth, values: dict[str, Any]) -> bool:
        return bool(
            self._connection.execute(update(caf_month).where(caf_month.c.caf == caf.caf).values(values)).rowcount
        )

    def _make_partition(self, caf: str) -> None:
        """Attached, not made as a partition: so readers of the other Cafs do not wait."""
        if not CAF_CODE.fullmatch(caf):
            raise ValueError("not the code of a Caf")
        name = f"dossier_{caf.lower()}"
        self._connection.execute(text(f"CREATE TABLE IF NOT EXISTS {name} (LIKE dossier INCLUDING ALL)"))
        self._connection.execute(text(f"ALTER TABLE dossier ATTACH PARTITION {name} FOR VALUES IN ('{caf}')"))


def _month(row: Any) -> CafMonth:
    return CafMonth(**{name: getattr(row, name) for name in _NAMES})

"""What became of the acts of programs, in a table."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, insert, select

from habpps.adapters.database import tables
from habpps.adapters.database.within import Within
from habpps.use_cases.receipt_ports import ActReceipt

_receipt = tables.receipt.c


class SqlReceipts(Within):
    """Implements receipts.Receipts."""

    def find(self, client_id: str, organisation_id: str, caf: str, key: str) -> ActReceipt | None:
        """Return the one of a side under this key."""
        wanted = self._pair(tables.receipt, organisation_id) & (_receipt.caf == caf)
        wanted &= (_receipt.client_id == client_id) & (_receipt.key == key)
        row = self._connection.execute(select(tables.receipt).where(wanted)).one_or_none()
        return None if row is None else ActReceipt(**row._mapping)  # noqa: SLF001 - the documented way to a mapping

    def add(self, receipt: ActReceipt, forget_before: datetime) -> None:
        """Append, and forget those of the program that are older."""
        self._reach.check(receipt.organisation_id, receipt.caf)
        old = self._seen(tables.receipt) & (_receipt.client_id == receipt.client_id)
        self._connection.execute(delete(tables.receipt).where(old & (_receipt.done_at < forget_before)))
        self._connection.execute(insert(tables.receipt).values(asdict(receipt)))

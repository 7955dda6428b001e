"""Accounts in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select, update

from auth.adapters.database.tables import account as t
from auth.domain.accounts import Account, ProvisionalPassword
from servicekit.database.prepared import PreparedStatement
from servicekit.database.types import from_microseconds

ACCOUNT_COLUMNS = list(t.columns)
_NAMES = [column.name for column in ACCOUNT_COLUMNS]
_FIND = PreparedStatement(select(t).where(t.c.account_id == bindparam("wanted")))


class SqlAccounts:
    """Implements `ports.Accounts`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def find(self, account_id: str) -> Account | None:
        """By identifier."""
        row = _FIND.first(self._connection, {"wanted": account_id})
        return account_of_row(row) if row is not None else None

    def find_by_username(self, username: str) -> Account | None:
        """By what the person types, normalised."""
        return self._one(select(t).where(t.c.username == username))

    def several(self, account_ids: Sequence[str]) -> Sequence[Account]:
        """Those that exist."""
        rows = self._connection.execute(select(t).where(t.c.account_id.in_(list(account_ids))))
        return [_account(dict(row)) for row in rows.mappings()]

    def username_exists(self, username: str) -> bool:
        """Whether it is taken."""
        return self._connection.execute(select(t.c.account_id).where(t.c.username == username)).first() is not None

    def add(self, account: Account) -> None:
        """A new row."""
        self._connection.execute(t.insert().values(**_row(account)))

    def save(self, account: Account) -> None:
        """Replaces the row."""
        self._connection.execute(update(t).where(t.c.account_id == account.account_id).values(**_row(account)))

    def use_provisional(self, account_id: str, password_hash: str, used_at: datetime) -> bool:
        """See the port: one conditional UPDATE."""
        same = (t.c.account_id == account_id) & (t.c.provisional_hash == password_hash)
        found = self._connection.execute(
            update(t).where(same & t.c.provisional_used_at.is_(None)).values(provisional_used_at=used_at)
        )
        return found.rowcount == 1

    def _one(self, query: Select[Any]) -> Account | None:
        row = self._connection.execute(query).mappings().first()
        return _account(dict(row)) if row is not None else None


def _row(account: Account) -> dict[str, object]:
    pending = account.provisional
    return {
        "account_id": account.account_id,
        "username": account.username,
        "given_name": account.given_name,
        "family_name": account.family_name,
        "email": account.email,
        "created_at": account.created_at,
        "password_hash": account.password_hash,
        "provisional_hash": pending.password_hash if pending else None,
        "provisional_expires_at": pending.expires_at if pending else None,
        "provisional_used_at": pending.used_at if pending else None,
        "locked_at": account.locked_at,
        "locked_reason": account.locked_reason,
        "last_login_at": account.last_login_at,
        "password_changed_at": account.password_changed_at,
        "phone_number": account.phone_number,
        "postal_address": account.postal_address,
    }


def account_of_row(row: Sequence[Any]) -> Account:
    """What the driver gives of `ACCOUNT_COLUMNS`."""
    values = dict(zip(_NAMES, row, strict=True))
    for name, value in values.items():
        if name.endswith("_at") and value is not None:
            values[name] = from_microseconds(value)
    return _account(values)


def _account(row: Mapping[str, Any]) -> Account:
    values = dict(row)
    hashed = values.pop("provisional_hash")
    expires_at, used_at = values.pop("provisional_expires_at"), values.pop("provisional_used_at")
    return Account(**values, provisional=ProvisionalPassword(hashed, expires_at, used_at) if hashed else None)

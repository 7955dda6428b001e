"""Accounts in SQL. The password is a row of its own, one of the credentials of the account; here both are one value."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, literal_column, select, update

from auth.ground.adapters.database.person_tables import credential
from auth.ground.adapters.database.tables import account as t
from auth.people.domain.accounts import Account, ProvisionalPassword
from auth.people.domain.credentials import CredentialKind
from servicekit.database.prepared import PreparedStatement
from servicekit.database.types import UtcDateTime, from_microseconds
from servicekit.identifiers import new_id

c = credential.c
LIVING_PASSWORD = (c.kind == literal_column(f"'{CredentialKind.PASSWORD.value}'")) & c.revoked_at.is_(None)
_OWN = [field.name for field in fields(Account)]
_PROVISIONAL_AT = _OWN.index("provisional")
_PARTS = [f"provisional_{part}" for part in ("hash", "expires_at", "used_at")]
_OF_PASSWORD = {"password_hash": c.content, "password_changed_at": c.created_at}
_NAMES = [*_OWN[:_PROVISIONAL_AT], *_OWN[_PROVISIONAL_AT + 1 :], *_PARTS]
_COLUMNS = [_OF_PASSWORD[name] if name in _OF_PASSWORD else t.c[name] for name in _NAMES]


_WITH_PASSWORD = t.outerjoin(credential, (c.account_id == t.c.account_id) & LIVING_PASSWORD)
_ACCOUNTS = select(*_COLUMNS).select_from(_WITH_PASSWORD)
_TIMES = [index for index, column in enumerate(_COLUMNS) if isinstance(column.type, UtcDateTime)]
_FIND = PreparedStatement(_ACCOUNTS.where(t.c.account_id == bindparam("wanted")))


class SqlAccounts:
    """The shelf `accounts`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def find(self, account_id: str) -> Account | None:
        """By identifier."""
        row = _FIND.first(self._connection, {"wanted": account_id})
        return _of_row(row) if row is not None else None

    def find_by_username(self, username: str) -> Account | None:
        """By what the person types, normalised."""
        return self._one(_ACCOUNTS.where(t.c.username == username))

    def several(self, account_ids: Sequence[str]) -> Sequence[Account]:
        """Those that exist."""
        rows = self._connection.execute(_ACCOUNTS.where(t.c.account_id.in_(list(account_ids))))
        return [_of_values(row) for row in rows]

    def with_email(self, email: str) -> Sequence[Account]:
        """Those of a mail address, as `checked_email` writes it."""
        rows = self._connection.execute(_ACCOUNTS.where(t.c.email == email).order_by(t.c.account_id))
        return [_of_values(row) for row in rows]

    def username_exists(self, username: str) -> bool:
        """Whether it is taken."""
        return self._connection.execute(select(t.c.account_id).where(t.c.username == username)).first() is not None

    def add(self, account: Account) -> None:
        """A new row, and one for its password."""
        self._connection.execute(t.insert().values(**_row(account)))
        self._add_password(account)

    def save(self, account: Account) -> None:
        """Replaces the row. Another password is another credential: the one before is revoked, and its hash erased."""
        self._connection.execute(update(t).where(t.c.account_id == account.account_id).values(**_row(account)))
        living = (
            (c.account_id == account.account_id) & (c.kind == CredentialKind.PASSWORD.value) & c.revoked_at.is_(None)
        )
        before = self._connection.execute(select(c.created_at).where(living)).first()
        same = update(credential).where(living)
        if before is not None and account.password_hash is not None and _since(account) == before.created_at:
            self._connection.execute(same.values(content=account.password_hash, last_used_at=account.last_login_at))
            return
        if before is not None:
            self._connection.execute(same.values(content="", revoked_at=_since(account)))
        self._add_password(account)

    def _add_password(self, account: Account) -> None:
        if account.password_hash is None:
            return
        row = {
            "credential_id": new_id(),
            "account_id": account.account_id,
            "kind": CredentialKind.PASSWORD.value,
            "content": account.password_hash,
            "created_at": _since(account),
            "last_used_at": account.last_login_at,
        }
        self._connection.execute(credential.insert().values(**row))

    def remember_language(self, account_id: str, language: str) -> None:
        """See the port."""
        self._connection.execute(update(t).where(t.c.account_id == account_id).values(language=language))

    def use_provisional(self, account_id: str, password_hash: str, used_at: datetime) -> bool:
        """See the port: one conditional UPDATE."""
        same = (t.c.account_id == account_id) & (t.c.provisional_hash == password_hash)
        found = self._connection.execute(
            update(t).where(same & t.c.provisional_used_at.is_(None)).values(provisional_used_at=used_at)
        )
        return found.rowcount == 1

    def _one(self, query: Select[Any]) -> Account | None:
        row = self._connection.execute(query).first()
        return _of_values(row) if row is not None else None


def _row(account: Account) -> dict[str, object]:
    pending = account.provisional
    return {
        "account_id": account.account_id,
        "username": account.username,
        "given_name": account.given_name,
        "family_name": account.family_name,
        "email": account.email,
        "created_at": account.created_at,
        "provisional_hash": pending.password_hash if pending else None,
        "provisional_expires_at": pending.expires_at if pending else None,
        "provisional_used_at": pending.used_at if pending else None,
        "locked_at": account.locked_at,
        "locked_reason": account.locked_reason,
        "last_login_at": account.last_login_at,
        "locked_by": account.locked_by,
        "language": account.language,
    }


def _since(account: Account) -> datetime:
    """Since when its password is the one it is."""
    return account.password_changed_at or account.created_at


def _of_row(row: Sequence[Any]) -> Account:
    """What the driver gives of `_COLUMNS`."""
    values = list(row)
    for index in _TIMES:
        if values[index] is not None:
            values[index] = from_microseconds(values[index])
    return _of_values(values)


def _of_values(values: Sequence[Any]) -> Account:
    *own, hashed, expires_at, used_at = values
    own.insert(_PROVISIONAL_AT, ProvisionalPassword(hashed, expires_at, used_at) if hashed else None)
    return Account(**dict(zip(_OWN, own, strict=True)))

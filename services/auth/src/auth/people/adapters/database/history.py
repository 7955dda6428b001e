"""What is kept of a person beside the account: acceptances, credentials, sign-ins, browsers, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from auth.ground.adapters.database.person_tables import acceptance, credential, known_device
from auth.ground.adapters.database.person_tables import sign_in as t
from auth.people.domain.credentials import SECOND_FACTORS, Credential, CredentialKind, KeptSecret
from auth.people.domain.engagement import Acceptance
from auth.people.domain.sign_ins import PastSignIn, SignInOutcome

_OWN = (t.c.account_id, t.c.at, t.c.outcome, t.c.address, t.c.device)


class SqlAcceptances:
    """The shelf `acceptances`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def find(self, account_id: str, document: str, version: str) -> Acceptance | None:
        """See the port."""
        same = (acceptance.c.account_id == account_id, acceptance.c.document == document)
        query = select(acceptance).where(*same, acceptance.c.version == version)
        row = self._connection.execute(query).mappings().first()
        return Acceptance(**row) if row is not None else None

    def add(self, given: Acceptance) -> bool:
        """See the port: one statement."""
        return _add_once(self._connection, acceptance, asdict(given))


class SqlCredentials:
    """The shelf `credentials`. Passwords are written by `SqlAccounts`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def of(self, account_id: str) -> Sequence[Credential]:
        """See the port."""
        c = credential.c
        known = [kind.value for kind in CredentialKind]
        query = select(c.credential_id, c.account_id, c.kind, c.created_at, c.name, c.last_used_at)
        query = query.where(c.account_id == account_id, c.revoked_at.is_(None), c.kind.in_(known))
        rows = self._connection.execute(query.order_by(c.created_at, c.credential_id)).mappings()
        return [Credential(**{**row, "kind": CredentialKind(row["kind"])}) for row in rows]

    def with_second_factor(self, account_ids: Sequence[str]) -> Collection[str]:
        """See the port."""
        c = credential.c
        second = (c.revoked_at.is_(None), c.kind.in_(kind.value for kind in SECOND_FACTORS))
        query = select(c.account_id).distinct().where(c.account_id.in_(list(account_ids)), *second)
        return frozenset(self._connection.execute(query).scalars())

    def secrets(self, account_id: str, kinds: Collection[CredentialKind]) -> Sequence[KeptSecret]:
        """See the port."""
        c = credential.c
        query = select(c.credential_id, c.kind, c.content, c.counter)
        query = query.where(c.account_id == account_id, c.revoked_at.is_(None), c.kind.in_(one.value for one in kinds))
        rows = self._connection.execute(query.order_by(c.created_at, c.credential_id)).mappings()
        return [KeptSecret(**{**row, "kind": CredentialKind(row["kind"])}) for row in rows]

    def use(self, credential_id: str, counter: int, content: str, at: datetime) -> bool:
        """See the port: one conditional UPDATE."""
        c = credential.c
        fresh = (c.credential_id == credential_id, c.revoked_at.is_(None), c.counter < counter)
        taken = update(credential).where(*fresh).values(counter=counter, content=content, last_used_at=at)
        return self._connection.execute(taken).rowcount == 1

    def add(self, new: Credential, content: str, counter: int = 0) -> None:
        """See the port."""
        row = {**asdict(new), "kind": new.kind.value, "content": content, "counter": counter}
        self._connection.execute(insert(credential).values(**row))

    def revoke(self, credential_id: str, at: datetime) -> bool:
        """See the port: one conditional UPDATE."""
        c = credential.c
        living = update(credential).where(c.credential_id == credential_id, c.revoked_at.is_(None))
        return self._connection.execute(living.values(content="", revoked_at=at)).rowcount == 1


class SqlSignIns:
    """The shelf `sign_ins`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def add(self, entry: PastSignIn) -> None:
        """See the port."""
        self._connection.execute(insert(t).values(**{**asdict(entry), "outcome": entry.outcome.value}))

    def of(self, account_id: str, limit: int, offset: int = 0) -> Sequence[PastSignIn]:
        """See the port."""
        query = select(*_OWN).where(t.c.account_id == account_id).order_by(t.c.at.desc(), t.c.number.desc())
        return [_entry(*row) for row in self._connection.execute(query.limit(limit).offset(offset))]

    def count(self, account_id: str) -> int:
        """See the port."""
        return self._connection.execute(select(func.count()).where(t.c.account_id == account_id)).scalar_one()

    def count_since(self, account_id: str, outcome: SignInOutcome, since: datetime) -> int:
        """See the port."""
        query = select(func.count()).where(t.c.account_id == account_id, t.c.outcome == outcome.value, t.c.at >= since)
        return self._connection.execute(query).scalar_one()

    def last_success(self, account_id: str) -> PastSignIn | None:
        """See the port."""
        query = select(*_OWN).where(t.c.account_id == account_id, t.c.outcome == SignInOutcome.SIGNED_IN.value)
        row = self._connection.execute(query.order_by(t.c.at.desc(), t.c.number.desc()).limit(1)).first()
        return _entry(*row) if row is not None else None

    def forget_before(self, moment: datetime) -> None:
        """See the port."""
        self._connection.execute(delete(t).where(t.c.at < moment))


class SqlKnownDevices:
    """The shelf `known_devices`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def see(self, account_id: str, device_hash: str, at: datetime) -> bool:
        """See the port."""
        k = known_device.c
        seen = update(known_device).where(k.account_id == account_id, k.device_hash == device_hash)
        if self._connection.execute(seen.values(last_seen_at=at)).rowcount == 1:
            return True
        values = {"account_id": account_id, "device_hash": device_hash, "first_seen_at": at, "last_seen_at": at}
        _add_once(self._connection, known_device, values)
        return False

    def forget_of(self, account_id: str) -> None:
        """See the port."""
        self._connection.execute(delete(known_device).where(known_device.c.account_id == account_id))

    def forget_before(self, moment: datetime) -> None:
        """See the port."""
        self._connection.execute(delete(known_device).where(known_device.c.last_seen_at < moment))


def _add_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """One statement; False when the row was there."""
    key = next(iter(table.primary_key.columns))
    if connection.dialect.name == "postgresql":
        added = connection.execute(postgresql_insert(table).values(**values).on_conflict_do_nothing().returning(key))
    else:
        added = connection.execute(sqlite_insert(table).values(**values).on_conflict_do_nothing().returning(key))
    return added.first() is not None


def _entry(account_id: str, at: datetime, outcome: str, address: str, device: str) -> PastSignIn:
    return PastSignIn(account_id, at, SignInOutcome(outcome), address, device)

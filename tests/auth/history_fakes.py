"""In-memory twins of the stores of what is remembered of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from auth.people.domain.accounts import Account
from auth.people.domain.credentials import Credential, CredentialKind
from auth.people.domain.engagement import Acceptance
from auth.people.domain.links import Link
from auth.people.domain.sign_ins import PastSignIn, SignInOutcome


class InMemoryLinks:
    def __init__(self) -> None:
        self.rows: dict[str, Link] = {}

    def add(self, sent: Link) -> None:
        self.rows[sent.token_hash] = sent

    def find(self, token_hash: str) -> Link | None:
        return self.rows.get(token_hash)

    def forget_before(self, moment: datetime) -> None:
        self.rows = {key: row for key, row in self.rows.items() if row.expires_at >= moment}


class InMemoryAcceptances:
    def __init__(self) -> None:
        self.rows: dict[tuple[str, str, str], Acceptance] = {}

    def find(self, account_id: str, document: str, version: str) -> Acceptance | None:
        return self.rows.get((account_id, document, version))

    def add(self, given: Acceptance) -> bool:
        key = (given.account_id, given.document, given.version)
        is_new = key not in self.rows
        self.rows.setdefault(key, given)
        return is_new


class InMemoryCredentials:
    """The password of each account, as `accounts` has it."""

    def __init__(self, rows: Mapping[str, Account]) -> None:
        self.rows = rows

    def of(self, account_id: str) -> Sequence[Credential]:
        account = self.rows.get(account_id)
        if account is None or account.password_hash is None or account.password_changed_at is None:
            return []
        credential = Credential(
            credential_id=f"password of {account_id}",
            account_id=account_id,
            kind=CredentialKind.PASSWORD,
            created_at=account.password_changed_at,
            last_used_at=account.last_login_at,
        )
        return [credential]


class InMemorySignIns:
    def __init__(self) -> None:
        self.rows: list[PastSignIn] = []

    def add(self, entry: PastSignIn) -> None:
        self.rows.append(entry)

    def of(self, account_id: str, limit: int, offset: int = 0) -> Sequence[PastSignIn]:
        own = [row for row in reversed(self.rows) if row.account_id == account_id]
        return sorted(own, key=lambda row: row.at, reverse=True)[offset : offset + limit]

    def count(self, account_id: str) -> int:
        return sum(row.account_id == account_id for row in self.rows)

    def last_success(self, account_id: str) -> PastSignIn | None:
        own = self.of(account_id, len(self.rows))
        return next((row for row in own if row.outcome is SignInOutcome.SIGNED_IN), None)

    def forget_before(self, moment: datetime) -> None:
        self.rows[:] = [row for row in self.rows if row.at >= moment]


class InMemoryKnownDevices:
    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], datetime] = {}

    def see(self, account_id: str, device_hash: str, at: datetime) -> bool:
        known = (account_id, device_hash) in self.rows
        self.rows[account_id, device_hash] = at
        return known

    def forget_of(self, account_id: str) -> None:
        for key in [key for key in self.rows if key[0] == account_id]:
            del self.rows[key]

    def forget_before(self, moment: datetime) -> None:
        for key in [key for key, at in self.rows.items() if at < moment]:
            del self.rows[key]

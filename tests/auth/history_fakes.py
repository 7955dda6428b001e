"""In-memory twins of the stores of what is remembered of people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from auth.people.domain.accounts import Account
from auth.people.domain.credentials import Credential, CredentialKind, KeptSecret, has_second_factor
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
    """The password of each account, as `accounts` has it, and what else it signs in with."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self.accounts = accounts
        self.rows: dict[str, tuple[Credential, KeptSecret]] = {}

    def of(self, account_id: str) -> Sequence[Credential]:
        held = [one for one, _ in self.rows.values() if one.account_id == account_id]
        return sorted([*self._password(account_id), *held], key=lambda one: (one.created_at, one.credential_id))

    def with_second_factor(self, account_ids: Sequence[str]) -> Collection[str]:
        return {one for one in account_ids if has_second_factor(self.of(one))}

    def secrets(self, account_id: str, kinds: Collection[CredentialKind]) -> Sequence[KeptSecret]:
        return [kept for one, kept in self.rows.values() if one.account_id == account_id and kept.kind in kinds]

    def use(self, credential_id: str, counter: int, content: str, at: datetime) -> bool:
        one, kept = self.rows.get(credential_id, (None, None))
        if one is None or kept is None or kept.counter >= counter:
            return False
        self.rows[credential_id] = (
            replace(one, last_used_at=at),
            replace(kept, counter=counter, content=content),
        )
        return True

    def add(self, credential: Credential, content: str, counter: int = 0) -> None:
        kept = KeptSecret(
            credential_id=credential.credential_id, kind=credential.kind, content=content, counter=counter
        )
        assert credential.credential_id not in self.rows
        self.rows[credential.credential_id] = (credential, kept)

    def revoke(self, credential_id: str, at: datetime) -> bool:
        return self.rows.pop(credential_id, None) is not None

    def _password(self, account_id: str) -> Sequence[Credential]:
        account = self.accounts.get(account_id)
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

    def count_since(self, account_id: str, outcome: SignInOutcome, since: datetime) -> int:
        own = self.of(account_id, len(self.rows))
        return sum(row.outcome is outcome and row.at >= since for row in own)

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

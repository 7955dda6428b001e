"""What people accepted, their sign-ins and their browsers, cut by what is done with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from auth.people.domain.engagement import Acceptance
from auth.people.domain.sign_ins import PastSignIn, SignInOutcome


class ReadAcceptances(Protocol):
    """Which version of which document a person accepted."""

    def find(self, account_id: str, document: str, version: str) -> Acceptance | None: ...


class GivenAcceptances(Protocol):
    """What people accept now."""

    def add(self, given: Acceptance) -> bool:
        """False when this version was accepted before: the first moment stays."""


class AllAcceptances(ReadAcceptances, GivenAcceptances, Protocol):
    """What people accepted, and accept now."""


class SignInsWritten(Protocol):
    """The history of each account, while it is written."""

    def add(self, entry: PastSignIn) -> None: ...
    def last_success(self, account_id: str) -> PastSignIn | None: ...


class CountedSignIns(Protocol):
    """The history of each account, while failures are written."""

    def add(self, entry: PastSignIn) -> None: ...
    def count_since(self, account_id: str, outcome: SignInOutcome, since: datetime) -> int:
        """How many ended so, from that moment on."""


class SignInsRead(Protocol):
    """The history of each account, as the person reads it."""

    def of(self, account_id: str, limit: int, offset: int = 0) -> Sequence[PastSignIn]:
        """The newest first."""

    def count(self, account_id: str) -> int: ...


class SeenDevices(Protocol):
    """Browsers in which an account signed in, by the hash of the secret in their cookie."""

    def see(self, account_id: str, device_hash: str, at: datetime) -> bool:
        """Notes it; False when it was not known."""


class DisownedDevices(Protocol):
    """Browsers of an account that nobody trusts any more."""

    def forget_of(self, account_id: str) -> None: ...

"""What the people need from the world beside the store, asked outside of any transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from auth.people.domain.logout import LogoutAnswer
from auth.people.domain.mails import Letter, Message
from rights.snapshot import Snapshot


class EachApart(Protocol):
    """Handles each item; one that fails by a mistake of the program or by its content is set aside, the rest go on."""

    def __call__(
        self,
        items: Iterable[str],
        handle: Callable[[str], None],
        set_aside: Callable[[str, str, str], None],
        *,
        queue: str,
    ) -> int:
        """`set_aside` gets the item, the name of the failure and the reference in the log; gives how many were.

        Raises:
            ServiceError: from `handle` or `set_aside`: the affair of the queue, not of the item.
        """


class Passwords(Protocol):
    """Hashing of passwords. Costly on purpose."""

    def hash(self, password: str) -> str:
        """Raises PasswordChecksOverloadedError when every core is busy for too long."""

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Against a dummy when there is no hash, so that both cost the same.

        Raises:
            PasswordChecksOverloadedError: every core is busy for too long.
        """

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than those of today."""


class OneTimeCodes(Protocol):
    """Codes that an application makes every half minute (RFC 6238). What is kept of them is sealed for one account."""

    def new(self, account_id: str) -> str:
        """A new secret, sealed."""

    def opened(self, sealed: str, account_id: str) -> str | None:
        """The secret in base32, as a person types it into the application; None when it was not sealed here, or for
        another account."""

    def counter_of(self, sealed: str, account_id: str, code: str, at: datetime) -> int | None:
        """The number of the half minute whose code this is, one before or after included; None: none of them, or the
        secret cannot be opened."""

    def resealed(self, sealed: str, account_id: str) -> str:
        """The same secret, sealed with the newest key."""


class RightsReplica(Protocol):
    """The replica of the rights that habpps feeds."""

    def current(self) -> tuple[Snapshot | None, timedelta]:
        """The snapshot, and how long ago it was known to be the newest."""


class Mailer(Protocol):
    """Sends one mail.

    Raises:
        DependencyUnavailableError: it did not leave; worth another attempt.
        MailRefusedError: it never will.
    """

    def send(self, message: Message) -> None: ...


class LogoutCalls(Protocol):
    """Posts a logout token to a client."""

    def post(self, address: str, logout_token: str, *, of_the_house: bool) -> LogoutAnswer:
        """`of_the_house`: the operator vouches for the address, which may be in a private network."""


MailTexts: TypeAlias = Callable[[Letter], Message]
"""Writes the mail."""

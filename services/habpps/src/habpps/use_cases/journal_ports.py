"""What an organisation reads of its history, and the one port that looks and writes beyond every reach."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from habpps.domain.invitations import Invitation
from habpps.domain.people import Administrator, User
from habpps.use_cases.people_ports import Listing


@dataclass(frozen=True, kw_only=True)
class ActRecord:
    """A line of the journal of an organisation and a Caf: who did what, when and why. `act`: type of the event."""

    id: str
    occurred_at: datetime
    organisation_id: str
    caf: str
    author_account_id: str
    author_name: str
    act: str
    label: str
    reason: str
    details: Mapping[str, str] = field(default_factory=dict)

    def check_unsigned(self) -> None:
        """Keep the names of administrators inside their organisation.

        Raises:
            ValueError: the record names who did it.
        """
        if self.author_account_id or self.author_name:
            raise ValueError("another organisation does not read who did it")


class Journal(Protocol):
    """The journal of acts that an organisation and a Caf can read."""

    def add(self, *records: ActRecord) -> None:
        """Append."""
        ...

    def of(self, organisation_id: str, listing: Listing) -> tuple[tuple[ActRecord, ...], int]:
        """Return a page, newest first, and how many there are."""
        ...

    def latest(self, organisation_id: str, act: str, label: str = "") -> ActRecord | None:
        """Return the last act of this type, about this thing when one is named, or None."""
        ...


class Everywhere(Protocol):
    """What an account is in every organisation and with every Caf.

    It is made without a reach, so nobody can ask it within one: there "nobody else knows this person" would be said of
    everybody, and one administrator alone could bring the account of others into another mailbox.
    """

    def users(self, *account_ids: str) -> tuple[User, ...]:
        """Return the memberships of accounts, whatever their state; those of one account by name."""
        ...

    def administrators(self, *account_ids: str) -> tuple[Administrator, ...]:
        """Return the roles of accounts, whatever their state; those of one account in the order of creation."""
        ...

    def invitations(self, account_id: str) -> tuple[Invitation, ...]:
        """Return those sent to the mailbox of an account, oldest first."""
        ...

    def tell(self, *records: ActRecord) -> None:
        """Append to the journal of another organisation or Caf what was done elsewhere to one of its people.

        Raises:
            ValueError: a record names who did it.
        """
        ...

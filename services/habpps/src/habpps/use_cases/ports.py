"""Everything habpps needs from the world; the repositories of people are in `people_ports`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from habpps.domain.account_command import AccountCommand
from habpps.domain.organisation import Convention, Organisation
from habpps.domain.publication import PublishedFact
from habpps.domain.reach import Reach
from habpps.domain.service_contract import Extranet, Purpose, ServiceContract
from habpps.domain.territory import Territory
from habpps.use_cases.journal_ports import ActRecord as ActRecord
from habpps.use_cases.journal_ports import Everywhere, Journal
from habpps.use_cases.people_ports import (
    AddressChanges,
    Administrators,
    Groups,
    Habilitations,
    Invitations,
    Listing,
    People,
    Users,
)
from habpps.use_cases.receipt_ports import Receipts
from habpps.use_cases.request_ports import Requests, ReviewRules
from partnerkit.cafs import Caf
from rights.facts import READER_VERSION


@dataclass(frozen=True)
class FeedState:
    """Where the published rights stand. `digest`: 32 bytes."""

    revision: int
    epoch: int
    digest: bytes


@dataclass(frozen=True)
class FeedChange:
    """One committed revision. `epoch`: in which it was made."""

    revision: int
    facts: tuple[PublishedFact, ...]
    digest: bytes
    epoch: int


@dataclass(frozen=True)
class ReplicaProgress:
    """How far a replica has come. `advanced_at`: when it reached its revision. `reader_version`: what it can read."""

    replica: str
    revision: int
    epoch: int
    seen_at: datetime
    advanced_at: datetime
    reader_version: int = READER_VERSION


@dataclass(frozen=True, kw_only=True)
class CommandSubject:
    """Whom a command is about, whatever the rest of its row says."""

    organisation_id: str
    caf: str
    account_id: str
    kind: str


class Organisations(Protocol):
    """Organisations, partners and Cafs. A partner is within the reach of a Caf that has a convention with it."""

    def get(self, organisation_id: str) -> Organisation | None:
        """Return one, by the name that its newest convention within reach gives it.

        Raises:
            UnknownThingError: it is not within reach.
        """
        ...

    def with_siret(self, siret: str) -> Organisation | None:
        """Return the one with this SIRET, whether within reach or not: nothing of it may be told."""
        ...

    def partners(self, listing: Listing) -> tuple[tuple[Organisation, ...], int]:
        """Return a page of the partners of the Caf by name, and how many there are.

        `text`: name or SIRET; `state`: of the newest convention.
        """
        ...

    def save(self, *organisations: Organisation) -> None:
        """Add or replace."""
        ...


class Conventions(Protocol):
    """Conventions; an organisation has one at a time with each Caf."""

    def of(self, organisation_id: str) -> Convention | None:
        """Return the newest of an organisation with the Caf."""
        ...

    def notice_over(self, today: date) -> tuple[tuple[str, str], ...]:
        """Return the organisations, each with the Caf, whose denounced convention has passed its last day."""
        ...

    def names_of(self, organisation_id: str) -> tuple[str, ...]:
        """Return how the conventions with every Caf that are not over name an organisation, oldest first."""
        ...

    def with_reference(self, reference: str) -> Convention | None:
        """Return the one of the Caf with this reference."""
        ...

    def save(self, *conventions: Convention) -> None:
        """Add or replace."""
        ...


class ServiceContracts(Protocol):
    """Service contracts."""

    def get(self, contract_id: str) -> ServiceContract | None:
        """Return one."""
        ...

    def of(self, organisation_id: str) -> tuple[ServiceContract, ...]:
        """Return those of an organisation, in the order of creation."""
        ...

    def for_extranet(self, code: str) -> tuple[ServiceContract, ...]:
        """Return those of every organisation within reach that open an extranet and are not ended, oldest first."""
        ...

    def over(self, today: date) -> tuple[tuple[str, str], ...]:
        """Return those that are not ended although their last day has passed, each with its Caf."""
        ...

    def save(self, *contracts: ServiceContract) -> None:
        """Add or replace."""
        ...


class Territories(Protocol):
    """Extensions of service contracts to other Cafs."""

    def get(self, territory_id: str) -> Territory | None:
        """Return one."""
        ...

    def of(self, organisation_id: str) -> tuple[Territory, ...]:
        """Return those of an organisation's contracts, in the order of creation."""
        ...

    def save(self, *territories: Territory) -> None:
        """Add or replace."""
        ...


class Extranets(Protocol):
    """The registry of extranets: the national ones and those of the Cafs within reach; there are no others."""

    def get(self, code: str) -> Extranet | None:
        """Return one."""
        ...

    def all(self) -> tuple[Extranet, ...]:
        """Return all, by label."""
        ...

    def save(self, *extranets: Extranet) -> None:
        """Add or replace."""
        ...


class Publications(Protocol):
    """The published facts and their chain of revisions."""

    def lock(self) -> FeedState:
        """Take the row lock that keeps the revision gap-free, and return the state."""
        ...

    def values_of(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Return the published values of facts by key; what is not published is left out."""
        ...

    def append(self, change: FeedChange, committed_at: datetime) -> None:
        """Write the revision and its facts."""
        ...

    def bump_epoch(self, at_least: int) -> FeedState:
        """Start a new epoch: every replica takes a new snapshot.

        `at_least` is the time in seconds: a restored backup may have forgotten an epoch that replicas already know.
        """
        ...


class AccountCommands(Protocol):
    """Commands waiting for the account service, and past ones."""

    def save(self, *commands: AccountCommand) -> None:
        """Add or replace."""
        ...

    def get(self, command_id: str) -> AccountCommand | None:
        """Return one.

        Raises:
            ValueError: its row cannot be read as a command.
        """
        ...

    def known(self, command_ids: Sequence[str]) -> frozenset[str]:
        """Return which of these there are within reach."""
        ...

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Return the ids of those due: the oldest unfinished of each account whose creation was not refused.

        Notices come last and keep no other command of their account waiting; they wait for its creation."""
        ...

    def set_aside(self, command_id: str, problem: str, reference: str) -> None:
        """Refuse a command without reading its row."""
        ...

    def subject_of(self, command_id: str) -> CommandSubject:
        """Return whom a command is about."""
        ...

    def refused_of(self, organisation_id: str) -> tuple[AccountCommand, ...]:
        """Return those set aside of an organisation, oldest first, without notices; their content is empty."""
        ...

    def next_due_at(self) -> datetime | None:
        """Return when the next unfinished command is due."""
        ...

    def latest_of(self, account_ids: Sequence[str], organisation_id: str) -> Mapping[str, AccountCommand]:
        """Return the newest command with mails (create, reset) per account; their content is not read."""
        ...


@dataclass(frozen=True, kw_only=True)
class Repositories:
    """The repositories of one transaction, as far as `reach` goes.

    What hangs on a convention belongs to an organisation and a Caf. `get` gives what is within reach, says of what is
    not that it is unknown, and None for what is not there; `of` and the like give what belongs to an organisation and
    the one Caf within reach; `save` takes only what is within reach. `people`, `address_changes` and `everywhere` are
    made without a reach: a person is one, whoever asks. Who else has to look further says so in a method of its own,
    which `tests/habpps/adapters/test_reach.py` lists.
    """

    reach: Reach
    narrowed: Callable[[Reach], "Repositories"]
    organisations: Organisations
    conventions: Conventions
    contracts: ServiceContracts
    territories: Territories
    groups: Groups
    people: People
    address_changes: AddressChanges
    everywhere: Everywhere
    invitations: Invitations
    users: Users
    habilitations: Habilitations
    administrators: Administrators
    extranets: Extranets
    publications: Publications
    commands: AccountCommands
    journal: Journal
    requests: Requests
    receipts: Receipts
    review_rules: ReviewRules

    def within(self, reach: Reach) -> "Repositories":
        """Return the same repositories with a narrower reach.

        Raises:
            OutOfReachError: it is not narrower.
        """
        return self.narrowed(self.reach.within(reach))


@dataclass(frozen=True)
class Catalogue:
    """Lists that come with the program."""

    cafs: Mapping[str, Caf]
    purposes: Mapping[str, Purpose]


@dataclass(frozen=True)
class AccountStatus:
    """What the account service says of an account."""

    username: str
    mails_sent: bool
    mail_problem: str = ""
    """Why the newest mail has not left: UPPER_SNAKE, or the name of a failure; empty while it is simply on its way."""
    account_mails: bool = False
    """Of an invitation: the two mails of a new account left for it."""


class Accounts(Protocol):
    """The account service: it keeps the secrets and sends the mails."""

    def push(self, command: AccountCommand) -> AccountStatus:
        """Carry out a command; safe to repeat.

        Raises:
            DependencyUnavailableError, TooManyRequestsError: try again later.
            ServiceError (any other kind): it will never be accepted; `reason` says why.
        """
        ...

    def last_sign_ins(self, account_ids: Sequence[str]) -> Mapping[str, datetime | None]:
        """Return when each account was last signed in with; None when never. Unknown ones are left out.

        Raises:
            DependencyUnavailableError: no answer within a moment.
        """
        ...

    def status(self, account_id: str) -> AccountStatus | None:
        """Return the state of an account, None when it is unknown.

        Raises:
            DependencyUnavailableError: no answer.
        """
        ...


class Signal(Protocol):
    """Wakes those who wait for something in this process. Other processes poll."""

    def announce(self) -> None:
        """Say that something happened."""
        ...

    def count(self) -> int:
        """Return how many announcements there have been: take it before looking, then wait for more."""
        ...

    def wait(self, after: int, timeout: float) -> int:
        """Wait until there are more announcements than `after`, at most `timeout` seconds; return the count."""
        ...


@dataclass(frozen=True)
class Signals:
    """`feed`: rights were committed; `commands`: an account command waits; `replicas`: a replica has come further."""

    feed: Signal
    commands: Signal
    replicas: Signal


class FeedReader(Protocol):
    """Reads the published facts, outside of any act."""

    def state(self) -> FeedState:
        """Return where the feed stands."""
        ...

    def snapshot(self) -> tuple[FeedState, tuple[PublishedFact, ...]]:
        """Return everything at one revision."""
        ...

    def changes_after(self, revision: int, limit: int) -> tuple[FeedChange, ...]:
        """Return at most `limit` revisions after this one, in order."""
        ...


class Replicas(Protocol):
    """Which replicas follow, and how far each has come."""

    def acknowledge(self, progress: ReplicaProgress) -> None:
        """Note the progress of a replica."""
        ...

    def seen_since(self, moment: datetime) -> tuple[ReplicaProgress, ...]:
        """Return the replicas that are alive, by name."""
        ...

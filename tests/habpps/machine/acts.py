"""The acts of the register as the machine carries them out on a store: only here stands how they are called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from habpps.adapters.database.feed import SqlFeedReader, SqlReplicas
from habpps.adapters.database.unit_of_work import sql_repositories
from habpps.domain.authorship import Author
from habpps.domain.people import Person
from habpps.domain.service_contract import ContractTerms
from habpps.domain.states import ContractEvent, ConventionEvent, HabilitationEvent, UserEvent
from habpps.use_cases.act_entry import Act
from habpps.use_cases.appoint_administrator import WithdrawAdministrator
from habpps.use_cases.assign_to_group import AssignToGroup
from habpps.use_cases.change_convention import ChangeConvention, SignConvention
from habpps.use_cases.change_habilitation import ChangeHabilitation
from habpps.use_cases.change_opening import ChangeOpening, OpenContractToGroup
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.change_user import LockUser, SetDeparture
from habpps.use_cases.create_user import AttachPerson
from habpps.use_cases.manage_groups import ChangeGroup, CloseGroup, CreateGroup
from habpps.use_cases.open_service_contract import OpenServiceContract
from habpps.use_cases.people_ports import Listing
from habpps.use_cases.ports import Repositories
from rights.decision import open_extranets
from rights.snapshot import Snapshot
from servicekit.audit_events import AuditEvent
from servicekit.database import Database
from servicekit.errors import ServiceError
from servicekit.outbox import RecordingUnitOfWork
from tests.habpps.builders import TODAY, Register921, request
from tests.habpps.direct_acts import AppointAdministrator, CreateUser
from tests.habpps.fakes import InMemoryFeed, in_memory_store
from tests.habpps.machine.papers import CAF
from tests.habpps.machine.things import Contract
from tests.servicekit.fakes import InMemoryUnitOfWork

T = TypeVar("T")
Repos = TypeVar("Repos")


class KeptEvents:
    """Audit that is always there: it keeps the events."""

    def __init__(self) -> None:
        self.events: list[AuditEvent] = []

    def require_room(self) -> None:
        """There is room."""

    def stage(self, _connection: object, events: Sequence[AuditEvent]) -> None:
        """With the transaction of the act; the machine never lets one fail after this."""
        self.events.extend(events)

    def confirm(self, _ticket: object) -> None:
        """It has them."""


class ReadInPlace(InMemoryUnitOfWork[Repos]):
    """The twin of the unit of work, without the copy that keeps readers from writing."""

    def read(self, work: Callable[[Repos], T], *, snapshot: bool = True) -> T:
        return work(self.repos)


EVERYBODY = tuple(Person("Lou", f"Roy{letter}", f"roy{letter.lower()}@n.example") for letter in "ABCDEF")
NUMBERS = {person.family_name: number for number, person in enumerate(EVERYBODY)}
PURPOSES = {"cdap": {"T1": "accompagnement_social", "T2": "calcul_participation_familiale_eaje"}}


@dataclass(frozen=True)
class Seen:
    """`shown`: without identifiers. `opened`: (person, extranet, profile). `history`: lines of the own journal."""

    shown: dict[str, Any]
    opened: set[tuple[int, str, str]]
    history: int
    revision: int
    digest: bytes
    events: int


@dataclass
class Store:
    """One register, and the identifiers of what the machine made in it."""

    all: Register921
    events: list[AuditEvent]
    organisation: str = ""
    authors: list[Author] = field(default_factory=list)
    contracts: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    _snapshot: Snapshot | None = None

    @classmethod
    def in_memory(cls) -> Store:
        """The twin that stories use."""
        store = in_memory_store()
        work: ReadInPlace[Repositories] = ReadInPlace(store)
        return cls(Register921(work, InMemoryFeed(store.publications)), work.events)  # type: ignore[arg-type]

    @classmethod
    def in_tables(cls, database: Database) -> Store:
        """What habpps runs on."""
        kept: Any = KeptEvents()
        work = RecordingUnitOfWork(database, sql_repositories, kept)
        return cls(Register921(work, SqlFeedReader(database), SqlReplicas(database)), kept.events)

    def begin(self, *, signed: bool) -> None:
        """The organisation of the machine, with its first administrator."""
        signatory = request().caf_signatory
        unsigned = type(signatory)(signatory.name, signatory.capacity, None)
        self.organisation = self.all.organisation(**({} if signed else {"caf_signatory": unsigned}))
        self.authors.append(self.all.partner(self.organisation, EVERYBODY[0]))

    def author(self, number: int) -> Author:
        """By the number of the model."""
        return self.all.caf if number == CAF else self.authors[number]

    def _do(self, author: int, act: Act[T]) -> T:
        return self.all.acts.perform(self.author(author), act).value

    def step_of_convention(self, author: int, event: str, reason: str, ends_on: date | None) -> None:
        if event == "sign":
            self._do(author, SignConvention(self.organisation, TODAY, TODAY))
        else:
            self._do(author, ChangeConvention(self.organisation, ConventionEvent(event), reason, ends_on))

    def open_contract(self, author: int, contract: Contract) -> None:
        purposes = PURPOSES.get(contract.extranet, {})
        terms = ContractTerms(
            extranet=contract.extranet,
            profiles=contract.profiles,
            purposes=tuple(purposes[one] for one in contract.profiles) if purposes else ("suivi_partenarial",),
            starts_on=TODAY,
            ends_on=None,
            maximum_users=contract.maximum,
        )
        self.contracts.append(self._do(author, OpenServiceContract(self.organisation, terms)))

    def step_of_contract(self, author: int, contract: int, event: str, reason: str) -> None:
        self._do(author, ChangeServiceContract(self.contracts[contract], ContractEvent(event), reason))

    def appoint(self, author: int, person: int, replaces: int | None) -> None:
        leaving = "" if replaces is None else self.authors[replaces].administrator_id
        made = self._do(author, AppointAdministrator(self.organisation, EVERYBODY[person], leaving))
        found = self.all.look(lambda store: store.administrators.get(made))
        name = EVERYBODY[person].display_name
        known = replace(self.authors[0], administrator_id=made, account_id=found.account_id, display_name=name)
        self.authors.append(known)

    def withdraw(self, author: int, leaving: int, reason: str) -> None:
        self._do(author, WithdrawAdministrator(self.authors[leaving].administrator_id, reason))

    def create_group(self, author: int, name: str, profile: str) -> None:
        self.groups.append(self._do(author, CreateGroup(name, profile)))

    def close_group(self, author: int, group: int, reason: str) -> None:
        self._do(author, CloseGroup(self.groups[group], reason))

    def create_user(self, author: int, person: int) -> None:
        self.users.append(self._do(author, CreateUser(EVERYBODY[person], "agent")))

    def attach(self, author: int, administrator: int) -> None:
        self.users.append(self._do(author, AttachPerson(self.authors[administrator].administrator_id, "agent")))

    def lock(self, author: int, user: int, event: str, reason: str) -> None:
        self._do(author, LockUser(self.users[user], UserEvent(event), reason))

    def depart(self, author: int, user: int, departs_on: date | None) -> None:
        self._do(author, SetDeparture(self.users[user], departs_on))

    def assign(self, author: int, user: int, group: int, *, confirmed: bool) -> None:
        self.places.append(self._do(author, AssignToGroup(self.users[user], self.groups[group], confirmed)))

    def step_of_place(self, author: int, place: int, event: str, reason: str) -> None:
        self._do(author, ChangeHabilitation(self.places[place], HabilitationEvent(event), reason))

    def change_opening(self, author: int, place: int, chosen: set[int], *, confirmed: bool) -> None:
        contracts = tuple(self.contracts[one] for one in sorted(chosen))
        self._do(author, ChangeOpening(self.places[place], contracts, confirmed))

    def open_to_group(self, author: int, group: int, contract: int) -> None:
        self._do(author, OpenContractToGroup(self.groups[group], self.contracts[contract]))

    def change_group(self, author: int, group: int, name: str, profile: str, *, confirmed: bool) -> None:
        self._do(author, ChangeGroup(self.groups[group], name, profile, confirmed))

    # What can be seen

    def refusal(self, act: Callable[[], None]) -> str:
        """Why an act is refused; empty when it is carried out."""
        try:
            act()
        except ServiceError as refused:
            return refused.reason
        return ""

    def look(self, today: date) -> Seen:
        """What the Caf reads of the organisation, and what auth and cdap would open."""
        page = self.all.acts.consult.users(self.all.caf, self.organisation, Listing(size=100))
        view, snapshot = page.view, self.snapshot()
        assert view.convention is not None
        shown = {
            "convention": view.convention.state.value,
            "contracts": sorted((one.extranet, one.state.value, one.profiles) for one in view.contracts),
            "groups": sorted((one.name, one.profile, one.is_open) for one in view.groups),
            "administrators": sorted(
                (one.person.family_name, one.is_active, one.id in view.able) for one in view.administrators
            ),
            "users": sorted(
                (
                    one.person.family_name,
                    one.state.value,
                    one.departs_on,
                    sorted((held.group.name, held.habilitation.state.value) for held in page.places.get(one.id, ())),
                )
                for one in page.users
            ),
        }
        accounts = {one.account_id: NUMBERS[one.person.family_name] for one in page.users}
        history = self.all.acts.consult.journal(self.all.caf, self.organisation, Listing())[2]
        opened = {
            (number, extranet, profile)
            for account, number in accounts.items()
            for extranet, profile in self._open_to(snapshot, account, today)
        }
        return Seen(shown, opened, history, snapshot.revision, snapshot.digest, len(self.events))

    def snapshot(self) -> Snapshot:
        """The published rights, whose digest is that of the facts."""
        state = self.all.feed.state()
        if self._snapshot is None or self._snapshot.revision != state.revision:
            state, facts = self.all.feed.snapshot()
            entries = [(one.key, one.value) for one in facts]
            self._snapshot = Snapshot.load(entries, revision=state.revision, epoch=state.epoch)
        assert self._snapshot.digest == state.digest
        return self._snapshot

    def _open_to(self, snapshot: Snapshot, account: str, today: date) -> Iterator[tuple[str, str]]:
        for opened in open_extranets(snapshot, account, self.organisation, today):
            for detail in opened.authorization_details:
                profiles: Any = detail.get("profiles", ())  # none of a role
                yield from ((opened.code, profile) for profile in profiles)

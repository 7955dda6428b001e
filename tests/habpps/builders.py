"""A register with the example of the mission: Caf 921, the commune of Nanterre, its administrator."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from habpps.adapters.files.catalogue import load_catalogue
from habpps.adapters.files.imports import read_extranets
from habpps.domain.authorship import OPERATOR, Author
from habpps.domain.organisation import Signatory
from habpps.domain.people import Person, Role
from habpps.domain.reach import Reach
from habpps.domain.service_contract import ContractTerms, Extranet
from habpps.use_cases.act_entry import Act, ActEntry, Done
from habpps.use_cases.act_kinds import ActKind, Acts
from habpps.use_cases.answer_people import AnswerPeople
from habpps.use_cases.assign_to_group import AssignToGroup
from habpps.use_cases.catalogue import UseCases, use_cases_on
from habpps.use_cases.create_organisation import CreateOrganisation
from habpps.use_cases.follow_propagation import FollowPropagation
from habpps.use_cases.import_document import read_document
from habpps.use_cases.import_extranets import ImportExtranets
from habpps.use_cases.import_organisations import CreateCafAgent, ImportOrganisations
from habpps.use_cases.manage_groups import CreateGroup
from habpps.use_cases.open_service_contract import OpenServiceContract
from habpps.use_cases.ports import FeedReader, Replicas, Repositories, Signals
from habpps.use_cases.push_account_commands import PushAccountCommands
from habpps.use_cases.register import Register
from servicekit.audit_events import RecordedWork
from servicekit.background import each_apart
from tests.habpps.account_fakes import FakeAccounts
from tests.habpps.direct_acts import ACTS_OF_TESTS, AppointAdministrator, CreateUser
from tests.habpps.fakes import (
    FixedClientSessions,
    InMemoryFeed,
    InMemoryReplicas,
    counting_signals,
    in_memory_store,
)
from tests.servicekit.fakes import FixedClock, InMemoryUnitOfWork

TODAY = date(2026, 11, 23)
SIRET = "21920050800014"
OTHER_SIRET = "21630215800011"
CATALOGUE = load_catalogue()
TERMS = ContractTerms(
    extranet="cdap",
    profiles=("T1", "T2"),
    purposes=("accompagnement_social", "calcul_participation_familiale_eaje"),
    starts_on=TODAY,
    ends_on=None,
    maximum_users=None,
)
DIRECTOR = Person("Camille", "Léger", "camille.leger@nanterre.example")
NAME_751 = "Nanterre, bailleur à Paris"
ADMINISTRATOR = Person("Dominique", "Martin", "dominique.martin@nanterre.example")


def request(**changes: Any) -> CreateOrganisation:
    made = CreateOrganisation(
        siret=SIRET,
        name="Commune de Nanterre",
        reference="CONV-2026-001",
        starts_on=TODAY,
        ends_on=None,
        partner_signatory=Signatory("Alix Durand", "maire", TODAY),
        caf_signatory=Signatory("Claude Petit", "directeur", TODAY),
    )
    return replace(made, **changes)


@dataclass(frozen=True)
class AnyAct(Act[object]):
    """An act of tests: it says nothing."""


@dataclass
class Register921:
    """The register, the acts on it, and the people of the example."""

    work: RecordedWork[Repositories]
    feed: FeedReader
    replicas: Replicas = field(default_factory=InMemoryReplicas)
    clock: FixedClock = field(default_factory=FixedClock)
    signals: Signals = field(default_factory=counting_signals)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    client_sessions: FixedClientSessions = field(default_factory=FixedClientSessions)

    def __post_init__(self) -> None:
        self.register = Register(self.work, self.signals, self.clock, CATALOGUE, ACTS_OF_TESTS)
        self.answers = AnswerPeople(self.register, self.work, self.clock)
        signal = self.signals.replicas
        propagation = FollowPropagation(self.replicas, self.feed, signal, self.clock, self.client_sessions)
        self.acts: UseCases = use_cases_on(self.register, CATALOGUE, self.clock, propagation, self.accounts)
        path = Path(str(files("habpps").joinpath("data/extranets.toml")))
        self.import_extranets(read_extranets(path), {})
        self.caf = self.agent("921")

    def create_agent(self, caf: str, role: Role, account_id: str, person: Person) -> Done[str]:
        """What `create-caf-agent` does."""
        return self.register.perform(OPERATOR, CreateCafAgent(caf, role, account_id, person))

    def import_extranets(self, extranets: Iterable[Extranet], urls: Mapping[str, str]) -> Done[int]:
        """What `import-extranets` does."""
        return self.register.perform(OPERATOR, ImportExtranets(tuple(extranets), urls))

    def import_organisations(self, content: Any) -> Done[int]:
        """What `import-organisations` does."""
        return self.register.perform(OPERATOR, ImportOrganisations(read_document(content)))

    def agent(self, caf: str, role: Role = Role.CAF_ADMINISTRATOR) -> Author:
        """An agent of a Caf."""
        account = f"account-caf-{caf}-{role.value}"
        done = self.create_agent(caf, role, account, Person("Sacha", "Bernard", f"sacha@caf{caf}.example"))
        found = self.work.read(lambda store: store.administrators.get(done.value))
        assert found is not None
        return Author(
            administrator_id=found.id,
            account_id=account,
            display_name=found.person.display_name,
            organisation_id=found.organisation_id,
            role=role,
            caf=caf,
        )

    def organisation(self, **changes: Any) -> str:
        """The commune, created from its convention."""
        return self.acts.perform(self.caf, request(**changes)).value

    def partner(self, organisation_id: str, person: Person = ADMINISTRATOR, agent: Author | None = None) -> Author:
        """The administrator of the commune; `agent` of the Caf that names them, 921 unless it is said."""
        agent = agent or self.caf
        done = self.acts.perform(agent, AppointAdministrator(organisation_id, person))
        found = self.work.read(lambda store: store.administrators.get(done.value))
        assert found is not None
        return Author(
            administrator_id=found.id,
            account_id=found.account_id,
            display_name=person.display_name,
            organisation_id=organisation_id,
            role=Role.PARTNER_ADMINISTRATOR,
            caf=agent.caf,
        )

    def ready(self) -> "Commune":
        """The commune with its contract, its administrator, a group T2 and the director in it."""
        organisation_id = self.organisation()
        contract_id = self.acts.perform(self.caf, OpenServiceContract(organisation_id, TERMS)).value
        partner = self.partner(organisation_id)
        group_id = self.acts.perform(partner, CreateGroup("Crèches", "T2")).value
        user_id = self.acts.perform(partner, CreateUser(DIRECTOR, "directrice de crèche")).value
        habilitation_id = self.acts.perform(partner, AssignToGroup(user_id, group_id)).value
        return Commune(organisation_id, contract_id, partner, group_id, user_id, habilitation_id)

    def landlord(self) -> dict[str, "Commune"]:
        """One organisation with conventions with Cafs 921 and 751: by Caf, what hangs on each."""
        made = {"921": self.ready()}
        agent = self.agent("751")
        organisation_id = self.acts.perform(agent, request(name=NAME_751, reference="PARIS-7")).value
        terms = OpenServiceContract(organisation_id, TERMS)
        contract_id = self.acts.perform(agent, terms).value
        partner = self.partner(organisation_id, Person("Lou", "Roy", "lou.roy@bailleur.example"), agent)
        group_id = self.acts.perform(partner, CreateGroup("Loyers de Paris", "T2")).value
        person = Person("Zoé", "Morel", "zoe.morel@bailleur.example")
        user_id = self.acts.perform(partner, CreateUser(person, "chargée de Paris")).value
        habilitation_id = self.acts.perform(partner, AssignToGroup(user_id, group_id)).value
        made["751"] = Commune(organisation_id, contract_id, partner, group_id, user_id, habilitation_id)
        return made

    def relay(self) -> None:
        """What the thread of account commands does: everything that waits is passed on."""
        push = PushAccountCommands(self.work, self.accounts, self.clock, each_apart)
        while self.look(lambda store: store.commands.due(self.clock.now(), 1)):
            push()

    def arrive(self, invitation_id: str) -> str:
        """The invited person uses the account that was made for it, or accepts with the one they have; gives it."""
        self.relay()
        invitation: Any = self.work.read(lambda store: store.invitations.get(invitation_id))
        account_id = str(invitation.way.account_id)
        if not self.answers.first_sign_in(account_id):
            self.answers.answer(invitation_id, account_id, accepted=True)
        self.accounts.in_use.add(account_id)
        return account_id

    def all_arrive(self, organisation_id: str) -> list[str]:
        """Everybody whom an organisation has invited; gives the accounts."""
        waiting = self.look(lambda store: store.invitations.waiting(organisation_id, self.clock.now()))
        return [self.arrive(one.id) for one in waiting]

    def try_out(self, author: Author, work: Callable[[ActEntry], object]) -> Done[object]:
        """An act that does `work`, of a registry of its own."""
        kind = ActKind(name="habpps.any.act", content=AnyAct, perform=lambda entry, _act: work(entry), by=tuple(Role))
        register = Register(self.work, self.signals, self.clock, CATALOGUE, Acts((kind,)))
        return register.perform(author, AnyAct())

    def look(self, work: Callable[[Repositories], Any]) -> Any:
        """Read the store."""
        return self.work.read(lambda store: work(store.within(Reach("921"))))


@dataclass(frozen=True)
class Commune:
    """Identifiers of what `Register921.ready` made."""

    id: str
    contract_id: str
    partner: Author
    group_id: str
    user_id: str
    habilitation_id: str


class MemoryRegister:
    """The register in memory, with what tests look at."""

    def __init__(self) -> None:
        self.everywhere = in_memory_store()
        self.store = self.everywhere.within(Reach("921"))
        self.work: InMemoryUnitOfWork[Repositories] = InMemoryUnitOfWork(self.everywhere)
        self.all = Register921(self.work, InMemoryFeed(self.store.publications))  # type: ignore[arg-type]

    @property
    def last(self) -> Any:
        """The newest audit event."""
        return self.work.events[-1]

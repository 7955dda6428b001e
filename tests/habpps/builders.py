"""A register with the example of the mission: Caf 921, the commune of Nanterre, its administrator."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from habpps.adapters.files.catalogue import load_catalogue
from habpps.adapters.files.imports import read_extranets
from habpps.domain.authorship import Author
from habpps.domain.organisation import Signatory
from habpps.domain.people import Person, Role
from habpps.domain.service_contract import ContractTerms
from habpps.use_cases.appoint_administrator import Appointment
from habpps.use_cases.assign_to_group import Assignment
from habpps.use_cases.catalogue import UseCases, use_cases_on
from habpps.use_cases.create_organisation import OrganisationRequest
from habpps.use_cases.create_user import UserRequest
from habpps.use_cases.follow_propagation import FollowPropagation
from habpps.use_cases.import_extranets import ImportExtranets
from habpps.use_cases.import_organisations import CreateCafAgent, ImportOrganisations
from habpps.use_cases.ports import FeedReader, Replicas, Repositories, Signals
from habpps.use_cases.register import Register
from servicekit.audit_events import RecordedWork
from tests.habpps.account_fakes import FakeAccounts
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
    territories=("921",),
    starts_on=TODAY,
    ends_on=None,
    maximum_users=None,
)
DIRECTOR = Person("Camille", "Léger", "camille.leger@nanterre.example")
ADMINISTRATOR = Person("Dominique", "Martin", "dominique.martin@nanterre.example")


def request(**changes: Any) -> OrganisationRequest:
    made = OrganisationRequest(
        siret=SIRET,
        name="Commune de Nanterre",
        reference="CONV-2026-001",
        starts_on=TODAY,
        ends_on=None,
        partner_signatory=Signatory("Alix Durand", "maire", TODAY),
        caf_signatory=Signatory("Claude Petit", "directeur", TODAY),
    )
    return replace(made, **changes)


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
        self.register = Register(self.work, self.signals, self.clock)
        signal = self.signals.replicas
        propagation = FollowPropagation(self.replicas, self.feed, signal, self.clock, self.client_sessions)
        self.acts: UseCases = use_cases_on(self.register, CATALOGUE, self.clock, propagation, self.accounts)
        self.create_agent = CreateCafAgent(self.register, CATALOGUE)
        self.import_extranets = ImportExtranets(self.register, CATALOGUE)
        self.import_organisations = ImportOrganisations(self.register, CATALOGUE)
        path = Path(str(files("habpps").joinpath("data/extranets.toml")))
        self.import_extranets(read_extranets(path), {})
        self.caf = self.agent("921")

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
        return self.acts.create_organisation(self.caf, request(**changes)).value

    def partner(self, organisation_id: str, person: Person = ADMINISTRATOR) -> Author:
        """The administrator of the commune."""
        done = self.acts.appoint_administrator(self.caf, organisation_id, Appointment(person))
        found = self.work.read(lambda store: store.administrators.get(done.value))
        assert found is not None
        return Author(
            administrator_id=found.id,
            account_id=found.account_id,
            display_name=person.display_name,
            organisation_id=organisation_id,
            role=Role.PARTNER_ADMINISTRATOR,
            caf="921",
        )

    def ready(self) -> "Commune":
        """The commune with its contract, its administrator, a group T2 and the director in it."""
        organisation_id = self.organisation()
        contract_id = self.acts.open_service_contract(self.caf, organisation_id, TERMS).value
        partner = self.partner(organisation_id)
        group_id = self.acts.create_group(partner, "Crèches", "T2").value
        user_id = self.acts.create_user(partner, UserRequest(DIRECTOR, "directrice de crèche")).value
        habilitation_id = self.acts.assign_to_group(partner, Assignment(user_id, group_id)).value
        return Commune(organisation_id, contract_id, partner, group_id, user_id, habilitation_id)

    def look(self, work: Callable[[Repositories], Any]) -> Any:
        """Read the store."""
        return self.work.read(work)


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
        self.store = in_memory_store()
        self.work: InMemoryUnitOfWork[Repositories] = InMemoryUnitOfWork(self.store)
        self.all = Register921(self.work, InMemoryFeed(self.store.publications))  # type: ignore[arg-type]

    @property
    def last(self) -> Any:
        """The newest audit event."""
        return self.work.events[-1]

"""What of the register is published: the one place where a domain object becomes a fact of `rights.facts`.

A draft convention opens nothing and is not published; e-mail addresses, job titles and signatories never are.
"""

from dataclasses import dataclass

from habpps.domain.address_change import AddressChange
from habpps.domain.habilitation import Group, Habilitation
from habpps.domain.invitations import Invitation
from habpps.domain.organisation import Convention, Organisation
from habpps.domain.people import AccountHolder, Administrator, User
from habpps.domain.service_contract import Extranet, Purpose, ServiceContract
from habpps.domain.states import ConventionState, HabilitationState
from habpps.domain.territory import Territory
from rights import facts

Entity = (
    Organisation
    | Convention
    | Extranet
    | Purpose
    | ServiceContract
    | Territory
    | Group
    | AccountHolder
    | Invitation
    | AddressChange
    | User
    | Habilitation
    | Administrator
)


@dataclass(frozen=True)
class PublishedFact:
    """A key and its canonical value; an empty value removes the fact."""

    key: str
    value: bytes


def published(entity: Entity) -> tuple[PublishedFact, ...]:
    """Return what is published of an entity now; nothing when it is not public (yet)."""
    return tuple(PublishedFact(fact.key, fact.to_value()) for fact in facts_of(entity))


def facts_of(entity: Entity) -> tuple[facts.Fact, ...]:
    """Return the facts that an entity makes.

    A group makes none: what it opens is in the places of its members. What is published of a person stands in the facts
    of each user and administrator.
    """
    if isinstance(entity, Habilitation):
        return _grants(entity)
    if isinstance(entity, Territory):
        return (_territory(entity),)
    if isinstance(entity, Group | AccountHolder | Invitation | AddressChange):
        return ()
    if isinstance(entity, Convention) and entity.state is ConventionState.DRAFT:
        return ()
    return (_fact(entity),)


def _fact(
    entity: Organisation | Convention | Extranet | Purpose | ServiceContract | User | Administrator,
) -> facts.Fact:
    if isinstance(entity, Convention):
        return _convention(entity)
    if isinstance(entity, ServiceContract):
        return _contract(entity)
    if isinstance(entity, (User, Administrator)):
        return _of_a_person(entity)
    if isinstance(entity, Organisation):
        return facts.Organisation(
            id=entity.id, siret=entity.siret, name=entity.name, caf=entity.caf, kind=entity.kind, state=entity.state
        )
    if isinstance(entity, Purpose):
        return facts.Purpose(entity.code, entity.label, entity.profiles)
    return facts.Extranet(
        code=entity.code,
        owner=entity.owner,
        label=entity.label,
        url=entity.url,
        profiles=entity.profiles,
        purposes=entity.purposes,
        enabled=entity.enabled,
        kind=entity.kind,
    )


def _of_a_person(entity: User | Administrator) -> facts.Fact:
    if isinstance(entity, User):
        name = entity.person.display_name
        return facts.User(
            id=entity.id,
            account_id=entity.account_id,
            organisation_id=entity.organisation_id,
            caf=entity.caf,
            display_name=name,
            state=entity.state.value,
        )
    return facts.Administrator(
        id=entity.id,
        account_id=entity.account_id,
        organisation_id=entity.organisation_id,
        caf=entity.caf,
        role=entity.role.value,
        state=entity.state,
        name=entity.person.display_name,
    )


def _grants(place: Habilitation) -> tuple[facts.Grant, ...]:
    """One for each service contract, named after the place and the contract; that of one that was left is withdrawn."""
    states = dict.fromkeys(place.left, HabilitationState.WITHDRAWN) | dict.fromkeys(place.contracts, place.state)
    return tuple(
        facts.Grant(
            id=f"{place.id}.{contract_id}",
            user_id=place.user_id,
            contract_id=contract_id,
            profile=place.profile,
            state=state.value,
            starts_on=place.starts_on,
            ends_on=place.ends_on,
        )
        for contract_id, state in states.items()
    )


def _territory(entity: Territory) -> facts.Territory:
    return facts.Territory(
        id=entity.id,
        contract_id=entity.contract_id,
        caf=entity.caf,
        state=entity.state,
        starts_on=entity.starts_on,
        ends_on=entity.ends_on,
    )


def _convention(entity: Convention) -> facts.Convention:
    return facts.Convention(
        id=entity.id,
        organisation_id=entity.organisation_id,
        caf=entity.caf,
        reference=entity.reference,
        state=entity.state.value,
        starts_on=entity.starts_on,
        ends_on=entity.ends_on,
    )


def _contract(entity: ServiceContract) -> facts.ServiceContract:
    return facts.ServiceContract(
        id=entity.id,
        organisation_id=entity.organisation_id,
        caf=entity.caf,
        convention_id=entity.convention_id,
        extranet=entity.extranet,
        profiles=entity.profiles,
        purposes=entity.purposes,
        state=entity.state.value,
        starts_on=entity.starts_on,
        ends_on=entity.ends_on,
    )

"""What of the register is published: the one place where a domain object becomes a fact of `rights.facts`.

A draft convention opens nothing and is not published; e-mail addresses, job titles and signatories never are.
"""

from dataclasses import dataclass

from habpps.domain.habilitation import Group, Habilitation
from habpps.domain.organisation import Convention, Organisation
from habpps.domain.people import AccountHolder, Administrator, User
from habpps.domain.service_contract import Extranet, Purpose, ServiceContract
from habpps.domain.states import ConventionState
from rights import facts

Entity = (
    Organisation
    | Convention
    | Extranet
    | Purpose
    | ServiceContract
    | Group
    | AccountHolder
    | User
    | Habilitation
    | Administrator
)


@dataclass(frozen=True)
class PublishedFact:
    """A key and its canonical value; an empty value removes the fact."""

    key: str
    value: bytes


def published(entity: Entity) -> PublishedFact | None:
    """Return what is published of an entity now, or None when it is not public (yet)."""
    fact = _fact(entity)
    return None if fact is None else PublishedFact(fact.key, fact.to_value())


def _fact(entity: Entity) -> facts.Fact | None:
    if isinstance(entity, AccountHolder):
        return None  # what is published of a person stands in the facts of each user and administrator
    if isinstance(entity, Convention):
        return _convention(entity)
    if isinstance(entity, ServiceContract):
        return _contract(entity)
    if isinstance(entity, (User, Habilitation, Administrator)):
        return _of_a_person(entity)
    if isinstance(entity, Group):
        return facts.Group(
            id=entity.id,
            organisation_id=entity.organisation_id,
            caf=entity.caf,
            name=entity.name,
            profile=entity.profile,
            state=entity.state,
        )
    if isinstance(entity, Organisation):
        return facts.Organisation(
            id=entity.id, siret=entity.siret, name=entity.name, caf=entity.caf, kind=entity.kind, state=entity.state
        )
    if isinstance(entity, Purpose):
        return facts.Purpose(entity.code, entity.label, entity.profiles)
    return facts.Extranet(
        code=entity.code,
        label=entity.label,
        url=entity.url,
        profiles=entity.profiles,
        purposes=entity.purposes,
        enabled=entity.enabled,
        kind=entity.kind,
    )


def _of_a_person(entity: User | Habilitation | Administrator) -> facts.Fact:
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
    if isinstance(entity, Habilitation):
        return facts.Habilitation(
            id=entity.id,
            user_id=entity.user_id,
            group_id=entity.group_id,
            state=entity.state.value,
            starts_on=entity.starts_on,
            ends_on=entity.ends_on,
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


def _convention(entity: Convention) -> facts.Convention | None:
    if entity.state is ConventionState.DRAFT:
        return None
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
        territories=entity.territories,
        state=entity.state.value,
        starts_on=entity.starts_on,
        ends_on=entity.ends_on,
    )

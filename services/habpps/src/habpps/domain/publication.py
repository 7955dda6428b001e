"""What of the register is published: the one place where a domain object becomes a fact of `rights.facts`.

A draft convention opens nothing and is not published; e-mail addresses, job titles and signatories never are.
"""

from dataclasses import dataclass

from habpps.domain.habilitation import Group, Habilitation
from habpps.domain.organisation import Convention, Organisation
from habpps.domain.people import Administrator, User
from habpps.domain.service_contract import Extranet, Purpose, ServiceContract
from habpps.domain.states import ConventionState
from rights import facts

Entity = Organisation | Convention | Extranet | Purpose | ServiceContract | Group | User | Habilitation | Administrator


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
    if isinstance(entity, Convention):
        return _convention(entity)
    if isinstance(entity, ServiceContract):
        return _contract(entity)
    if isinstance(entity, (User, Habilitation, Administrator)):
        return _of_a_person(entity)
    if isinstance(entity, Group):
        return facts.Group(entity.id, entity.organisation_id, entity.name, entity.profile, entity.state)
    if isinstance(entity, Organisation):
        return facts.Organisation(entity.id, entity.siret, entity.name, entity.caf, entity.kind, entity.state)
    if isinstance(entity, Purpose):
        return facts.Purpose(entity.code, entity.label, entity.profiles)
    return facts.Extranet(
        entity.code, entity.label, entity.url, entity.profiles, entity.purposes, entity.enabled, entity.kind
    )


def _of_a_person(entity: User | Habilitation | Administrator) -> facts.Fact:
    if isinstance(entity, User):
        name = entity.person.display_name
        return facts.User(entity.id, entity.account_id, entity.organisation_id, name, entity.state.value)
    if isinstance(entity, Habilitation):
        return facts.Habilitation(
            entity.id, entity.user_id, entity.group_id, entity.state.value, entity.starts_on, entity.ends_on
        )
    return facts.Administrator(entity.id, entity.account_id, entity.organisation_id, entity.role.value, entity.state)


def _convention(entity: Convention) -> facts.Convention | None:
    if entity.state is ConventionState.DRAFT:
        return None
    return facts.Convention(
        entity.id,
        entity.organisation_id,
        entity.caf,
        entity.reference,
        entity.state.value,
        entity.starts_on,
        entity.ends_on,
    )


def _contract(entity: ServiceContract) -> facts.ServiceContract:
    return facts.ServiceContract(
        entity.id,
        entity.organisation_id,
        entity.convention_id,
        entity.extranet,
        entity.profiles,
        entity.purposes,
        entity.territories,
        entity.state.value,
        entity.starts_on,
        entity.ends_on,
    )

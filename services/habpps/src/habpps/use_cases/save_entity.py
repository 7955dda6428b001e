"""Which repository an entity of the register goes to. Only `register.ActEntry.save` calls it."""

from habpps.domain.address_change import AddressChange
from habpps.domain.habilitation import Group, Habilitation
from habpps.domain.invitations import Invitation
from habpps.domain.organisation import Convention, Organisation
from habpps.domain.people import AccountHolder, Administrator, User
from habpps.domain.publication import Entity
from habpps.domain.service_contract import Extranet, Purpose, ServiceContract
from habpps.domain.territory import Territory
from habpps.use_cases.ports import Repositories


def save(store: Repositories, entity: Entity) -> None:
    """Add or replace."""
    match entity:
        case AccountHolder() | User() | Administrator() | Invitation() | AddressChange():
            _save_person(store, entity)
        case Organisation():
            store.organisations.save(entity)
        case Convention():
            store.conventions.save(entity)
        case Extranet():
            store.extranets.save(entity)
        case Purpose():
            pass  # comes with the program: published only
        case ServiceContract():
            store.contracts.save(entity)
        case Territory():
            store.territories.save(entity)
        case Group():
            store.groups.save(entity)
        case Habilitation():
            store.habilitations.save(entity)


def _save_person(store: Repositories, entity: Entity) -> None:
    match entity:
        case AccountHolder():
            store.people.save(entity)
        case Invitation():
            store.invitations.save(entity)
        case AddressChange():
            store.address_changes.save(entity)
        case User():
            store.users.save(entity)
        case Administrator():
            store.administrators.save(entity)

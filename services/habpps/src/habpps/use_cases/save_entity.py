"""Which repository an entity of the register goes to. Only `act_entry.ActEntry.save` calls it."""

from collections.abc import Callable, Iterable
from typing import Any

from habpps.domain.address_change import AddressChange
from habpps.domain.habilitation import Group, Habilitation
from habpps.domain.invitations import Invitation
from habpps.domain.organisation import Convention, Organisation
from habpps.domain.people import AccountHolder, Administrator, User
from habpps.domain.publication import Entity
from habpps.domain.service_contract import Extranet, Purpose, ServiceContract
from habpps.domain.territory import Territory
from habpps.use_cases.ports import Repositories


def save(store: Repositories, entities: Iterable[Entity]) -> None:
    """Add or replace, those of a kind at once, in the order in which the kinds come."""
    of_kind: dict[type[Entity], list[Entity]] = {}
    for one in entities:
        of_kind.setdefault(type(one), []).append(one)
    for kind, rows in of_kind.items():
        if kind is not Purpose:  # comes with the program: published only
            _keeper(store, kind)(*rows)


def _keeper(store: Repositories, kind: type[Entity]) -> Callable[..., Any]:
    keepers: dict[type[Entity], Callable[..., Any]] = {
        AccountHolder: store.people.save,
        AddressChange: store.address_changes.save,
        Administrator: store.administrators.save,
        Convention: store.conventions.save,
        Extranet: store.extranets.save,
        Group: store.groups.save,
        Habilitation: store.habilitations.save,
        Invitation: store.invitations.save,
        Organisation: store.organisations.save,
        ServiceContract: store.contracts.save,
        Territory: store.territories.save,
        User: store.users.save,
    }
    return keepers[kind]

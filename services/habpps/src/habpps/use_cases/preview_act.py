"""What an act that was carried out and is not published yet opens and closes: `Register.preview` keeps nothing of it.

Where an act changes what holds for everybody, nobody is looked at one by one: people who hold the same places in the
same way have the same rights, so one of them stands for all (`stand_ins`).
"""

from collections.abc import Collection, Iterable

from habpps.domain.address_change import AddressChange
from habpps.domain.effects import Concerned, Effects, effects_of
from habpps.domain.habilitation import Group, Habilitation
from habpps.domain.invitations import Invitation
from habpps.domain.organisation import Organisation
from habpps.domain.people import AccountHolder, Administrator, User
from habpps.domain.publication import Entity
from habpps.use_cases.act_entry import ActEntry
from habpps.use_cases.tell_people import rights_of

OF_ONE_PERSON = User | Habilitation | Administrator | AccountHolder | Invitation | AddressChange | Group
"""What changes the rights of those whom it names, or nobody's: a group opens nothing but by the places in it."""


def effects(entry: ActEntry) -> Effects:
    """Return what an act opens and closes in the organisations that it says something of, with the Caf meant."""
    found = Effects()
    here = (note for note in entry.notes if note.is_told_here)
    for organisation_id, caf in dict.fromkeys((note.organisation_id, note.caf) for note in here):
        near = entry.for_caf(caf) if entry.store.reach.caf is None and caf else entry
        organisation = near.store.organisations.get(organisation_id)
        if organisation is not None:
            found += _effects(near, organisation)
    return found


def _effects(entry: ActEntry, organisation: Organisation) -> Effects:
    store, changed = entry.store, entry.changed
    users = {one.id for one in changed if isinstance(one, User)}
    users |= {one.user_id for one in changed if isinstance(one, Habilitation)}
    everybody = any(not isinstance(one, OF_ONE_PERSON) for one in changed)
    administrators = store.administrators.of(organisation.id)
    alike = entry.stand_ins.chosen(store, organisation.id) if entry.stand_ins is not None else ()
    if everybody and not alike:
        apart = {*users, *(one.account_id for one in administrators)}
        alike = store.habilitations.alike(organisation.id, entry.today, apart)
    parts: list[Entity] = []
    people: dict[str, Concerned] = {}
    for kind in alike:
        if everybody or kind.user.id in users:
            parts.extend((kind.user, *kind.held))
            people[kind.user.account_id] = Concerned(kind.user.account_id, kind.names, kind.people)
    for place in store.habilitations.of_users(sorted(users - {kind.user.id for kind in alike})):
        parts.extend((place.user, place.habilitation))
        people[place.user.account_id] = _concerned(place.user)
    people.update(_administrators(administrators, changed, people, everybody=everybody))
    parts.extend((*administrators, *store.everywhere.users(*(one.account_id for one in administrators))))
    return effects_of(rights_of(store, organisation, parts, changed, entry.today), people.values())


def _administrators(
    administrators: Iterable[Administrator], changed: Iterable[Entity], known: Collection[str], *, everybody: bool
) -> dict[str, Concerned]:
    """Those whose role may open or close, beside the accounts that are known already."""
    accounts = {one.account_id for one in changed if isinstance(one, User | Administrator)}
    return {
        one.account_id: _concerned(one)
        for one in administrators
        if one.account_id not in known and (everybody or one.account_id in accounts)
    }


def _concerned(one: User | Administrator) -> Concerned:
    return Concerned(one.account_id, (one.person.display_name,))

"""What an act that was carried out and is not published yet opens and closes: `Register.preview` then rolls it back.

Where an act changes what holds for everybody, nobody is looked at one by one: people who hold the same places in the
same way have the same rights, so one of them stands for all (`people_ports.Likeness`).
"""

from collections.abc import Iterable, Sequence
from datetime import date

from habpps.domain.address_change import AddressChange
from habpps.domain.effects import Concerned, Effects, effects_of
from habpps.domain.habilitation import Group, Habilitation
from habpps.domain.invitations import Invitation
from habpps.domain.organisation import Organisation
from habpps.domain.people import AccountHolder, Administrator, User
from habpps.domain.publication import Entity
from habpps.use_cases.act_entry import ActEntry
from habpps.use_cases.ports import Repositories
from habpps.use_cases.tell_people import rights_of

OF_ONE_PERSON = User | Habilitation | Administrator | AccountHolder | Invitation | AddressChange | Group
"""What changes the rights of those whom it names, or nobody's: a group opens nothing but by the places in it."""


def effects(entry: ActEntry) -> Effects:
    """Return what an act opens and closes in the organisations that it says something of, with the Caf meant."""
    found = Effects()
    here = (note for note in entry.notes if note.is_told_here)
    for organisation_id, caf in dict.fromkeys((note.organisation_id, note.caf) for note in here):
        near = entry.for_caf(caf).store if entry.store.reach.caf is None and caf else entry.store
        organisation = near.organisations.get(organisation_id)
        if organisation is not None:
            found += _effects(near, organisation, entry.changed, entry.today)
    return found


def _effects(store: Repositories, organisation: Organisation, changed: Sequence[Entity], today: date) -> Effects:
    users = {one.id for one in changed if isinstance(one, User)}
    users |= {one.user_id for one in changed if isinstance(one, Habilitation)}
    everybody = any(not isinstance(one, OF_ONE_PERSON) for one in changed)
    parts: list[Entity] = []
    people: dict[str, Concerned] = {}
    if everybody and not users:
        for alike in store.habilitations.alike(organisation.id):
            parts.extend((alike.user, *alike.held))
            people[alike.user.account_id] = _concerned(alike.user, alike.people)
    else:
        places = store.habilitations.of(organisation.id) if everybody else store.habilitations.of_users(sorted(users))
        for place in places:
            parts.extend((place.user, place.habilitation))
            people[place.user.account_id] = _concerned(place.user)
    people.update(_administrators(store, organisation.id, changed, people, everybody=everybody))
    for administrator in store.administrators.of(organisation.id):
        parts.extend((administrator, *store.everywhere.users(administrator.account_id)))
    return effects_of(rights_of(store, organisation, parts, changed, today), people.values())


def _administrators(
    store: Repositories,
    organisation_id: str,
    changed: Iterable[Entity],
    known: dict[str, Concerned],
    *,
    everybody: bool,
) -> dict[str, Concerned]:
    """Administrators whose role may open or close, beside those who are known already."""
    accounts = {one.account_id for one in changed if isinstance(one, User | Administrator)}
    return {
        one.account_id: _concerned(one)
        for one in store.administrators.of(organisation_id)
        if one.account_id not in known and (everybody or one.account_id in accounts)
    }


def _concerned(one: User | Administrator, people: int = 1) -> Concerned:
    return Concerned(one.account_id, one.person.display_name, people)

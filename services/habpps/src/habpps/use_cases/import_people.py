"""Imports the people of one organisation: what is known is read once, and everybody is written at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from habpps.domain.habilitation import Group, Habilitation, Membership, check_assignment, check_seats, choose_contracts
from habpps.domain.organisation import Organisation
from habpps.domain.people import Person, User
from habpps.domain.refusals import ImportRefusedError, PersonDiffersError
from habpps.use_cases.act_entry import ActEntry
from habpps.use_cases.appoint_administrator import ask_accounts
from habpps.use_cases.assign_to_group import grant_note, new_place
from habpps.use_cases.create_user import ATTACHED, CREATED, NewUser, check_new_user, creation_note, new_user
from habpps.use_cases.import_document import ImportedOrganisation, ImportedPerson
from habpps.use_cases.manage_groups import CreateGroup, create_group
from servicekit.errors import ConflictError, InvalidInputError, NotFoundError


def write_people(entry: ActEntry, organisation: Organisation, one: ImportedOrganisation) -> None:
    """Write the groups, the users and their places that are missing.

    Raises:
        ImportRefusedError: by its path.
    """
    known = {group.name for group in entry.store.groups.of(organisation.id)}
    for group in one.groups:
        if group.name not in known:
            with at(group.path):
                create_group(entry, CreateGroup(group.name, group.profile), organisation.id)
    team = _Team(entry, organisation, one.users)
    for person in one.users:
        with at(person.path):
            user = team.user(person)
        for number, name in enumerate(person.groups):
            path = f"{person.path}.groups[{number}]"
            if name not in team.groups:
                raise ImportRefusedError({path: "no group of this name"})
            with at(path):
                team.place(user, team.groups[name])
    team.write()


class _Team:
    """The people of an organisation as the import finds and leaves them."""

    def __init__(self, entry: ActEntry, organisation: Organisation, people: Iterable[ImportedPerson]) -> None:
        store = entry.store
        self._entry, self._organisation = entry, organisation
        self._contracts = store.contracts.of(organisation.id)
        self.groups: dict[str, Group] = {group.name: group for group in store.groups.of(organisation.id)}
        self._administrators = store.administrators.of(organisation.id)
        holders = store.people.of_accounts([one.account_id for one in people if one.account_id])
        self._persons = {key: holder.person for key, holder in holders.items()}
        self._known: dict[str, User] = {key: user for user in store.users.of(organisation.id) for key in keys([user])}
        self._written: dict[str, list[User]] = defaultdict(list)
        self._places: dict[str, list[Membership]] = defaultdict(list)
        self._seated: dict[str, set[str]] = defaultdict(set)
        for place in store.habilitations.of(organisation.id):
            self._take(place)
        self._new_accounts: dict[str, Person] = {}
        self._new_places: list[Habilitation] = []

    def user(self, person: ImportedPerson) -> User:
        """Return who is known by the account or the address, or somebody new."""
        found = next((self._known[key] for key in keys([person]) if key in self._known), None)
        return found if found is not None else self._new_user(person)

    def _new_user(self, person: ImportedPerson) -> User:
        act, account_id = NewUser(person.person, person.job_title), person.account_id
        check_new_user(act, self._written[act.person.email], () if account_id else self._administrators)
        user = new_user(self._entry, self._organisation, act, account_id)
        if self._persons.setdefault(user.account_id, act.person) != act.person:
            raise PersonDiffersError(f"account {account_id} is another person's")
        self._written[act.person.email].append(user)
        if not account_id:
            self._new_accounts[user.account_id] = act.person
        self._entry.note(creation_note(user, ATTACHED if account_id else CREATED))
        return user

    def place(self, user: User, group: Group) -> None:
        """Put a user into a group with every contract that its profile can open, unless they are or were in it."""
        places, today = self._places[user.id], self._entry.today
        if any(one.group.id == group.id for one in places):
            return
        check_assignment(user, group, places, self._contracts, today)
        opened = choose_contracts(group.profile, self._contracts, None, today)
        check_seats(opened, today, lambda contract_id: len(self._seated[contract_id] - {user.id}))
        habilitation = new_place(user, group, opened, today)
        self._new_places.append(habilitation)
        self._take(Membership(habilitation, group, user))
        self._entry.note(grant_note(habilitation, user, group, opened, for_oneself=False))

    def _take(self, place: Membership) -> None:
        self._places[place.user.id].append(place)
        for contract_id in place.habilitation.contracts if place.habilitation.is_held else ():
            self._seated[contract_id].add(place.user.id)

    def write(self) -> None:
        """Write everybody."""
        self._entry.save(*(user for users in self._written.values() for user in users))
        self._entry.save(*self._new_places)
        ask_accounts(self._entry, self._organisation, self._new_accounts)


class _Named(Protocol):
    """Somebody of the file or of the register."""

    @property
    def person(self) -> Person: ...
    @property
    def account_id(self) -> str: ...


def keys(people: Iterable[_Named]) -> set[str]:
    """By what somebody is recognised: the account, which stays when the address is corrected, and the address."""
    return {key for one in people for key in (one.account_id, one.person.email) if key}


@contextmanager
def at(path: str) -> Iterator[None]:
    """Say where in the file something was refused."""
    try:
        yield
    except ImportRefusedError:
        raise
    except InvalidInputError as refused:
        raise ImportRefusedError({f"{path}.{field}": reason for field, reason in refused.fields.items()}) from refused
    except (ConflictError, NotFoundError) as refused:
        raise ImportRefusedError({path: refused.reason}) from refused

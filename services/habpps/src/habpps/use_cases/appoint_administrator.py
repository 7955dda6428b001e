"""The Caf administrator asks somebody to administer a partner, also instead of another, and withdraws one."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from habpps.domain.account_command import CommandKind
from habpps.domain.organisation import Organisation
from habpps.domain.people import Administrator, Person, Role, User, have_same_names, why_person_refused
from habpps.domain.refusals import (
    EmailTakenError,
    FormRefusedError,
    LastAdministratorError,
    UnknownThingError,
    UserNotActiveError,
)
from habpps.domain.versions import check_version
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.acting_administrators import may_act, those_who_can_sign_in
from habpps.use_cases.change_convention import check_reason
from habpps.use_cases.invite_person import new_invitation, send
from habpps.use_cases.ports import Repositories
from servicekit.identifiers import new_id, random_id

APPOINTED, WITHDRAWN = "habpps.administrator.appointed", "habpps.administrator.withdrawn"


@dataclass(frozen=True)
class InviteAdministrator(Act[str]):
    """Who is to administer a partner; gives an invitation, or at once the administrator where the organisation knows
    the address already: its people are seen by its Caf.

    `replaces`: identifier of the administrator who leaves when the other one begins, or empty. `seen`: version of the
    one who leaves, as a form showed them.
    """

    organisation_id: str
    person: Person
    replaces: str = ""
    seen: str | None = None


@dataclass(frozen=True)
class WithdrawAdministrator(Act[str]):
    """The end of a role; gives the identifier of the organisation. `seen`: its version, as a form showed it."""

    administrator_id: str
    reason: str
    seen: str | None = None


def invite_administrator(entry: ActEntry, act: InviteAdministrator) -> str:
    """Ask somebody to administer a partner, in addition to or instead of another.

    Raises:
        UnknownThingError: not their business.
        FormRefusedError: something typed is wrong.
        EmailTakenError: this address is an administrator of the organisation already.
        InvitedAlreadyError: an invitation to this address waits for an answer.
        ThingChangedError: the role of the one who leaves was changed since.
        UserNotActiveError: this person is locked in the organisation, or has left it.
    """
    organisation = entry.organisation(act.organisation_id)
    if act.replaces:
        _check_seen(entry, organisation, act.replaces, act.seen)
        _administrator(entry, organisation, act.replaces)
    if problems := why_person_refused(act.person):
        raise FormRefusedError(problems)
    if account_of(entry.store, organisation.id, act.person.email):
        administrator = appoint(entry, organisation, act.person)
        if act.replaces:
            withdraw_replaced(entry, organisation, act.replaces)
        return administrator.id
    made = new_invitation(entry, organisation, act.person)
    return send(entry, organisation, replace(made, as_administrator=True, replaces=act.replaces))


def withdraw_replaced(entry: ActEntry, organisation: Organisation, administrator_id: str) -> None:
    """End the role of whoever is replaced, unless it has ended meanwhile."""
    with suppress(UnknownThingError):
        _withdraw(entry, organisation, _administrator(entry, organisation, administrator_id), "REPLACED")


def withdraw_administrator(entry: ActEntry, act: WithdrawAdministrator) -> str:
    """Withdraw a partner administrator; the last one can only be replaced.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: the role was changed since.
        LastAdministratorError: there is no other who can sign in.
        FormRefusedError: the reason is missing.
    """
    found = entry.store.administrators.get(act.administrator_id)
    if found is None:
        raise UnknownThingError("administrator")
    organisation = entry.organisation(found.organisation_id)
    check_version(act.seen, found)
    leaving = _administrator(entry, organisation, found.id)
    others = [one for one in entry.store.administrators.of(organisation.id) if one.id != leaving.id]
    if not those_who_can_sign_in(entry.store, others, entry.today):
        raise LastAdministratorError(f"last administrator of {organisation.id} who can sign in")
    check_reason(act.reason)
    _withdraw(entry, organisation, leaving, act.reason)
    return organisation.id


def appoint(entry: ActEntry, organisation: Organisation, person: Person, account_id: str = "") -> Administrator:
    """Write the administrator. With `account_id` the account exists already and no mail is sent.

    Raises:
        FormRefusedError: something typed is wrong.
        EmailTakenError: administrator already.
        UserNotActiveError: locked or gone as a user of this organisation.
        PersonDiffersError: the account is another person's.
    """
    problems = why_person_refused(person)
    if problems:
        raise FormRefusedError(problems)
    for other in entry.store.administrators.of(organisation.id):
        if other.is_active and other.person.email == person.email:
            raise EmailTakenError("administrator already", details={"kind": "administrator", "id": other.id})
    known = account_id or account_of(entry.store, organisation.id, person.email)
    person = person if account_id else _as_known(entry.store, known, person)
    administrator = Administrator(
        id=new_id(),
        account_id=known or random_id(),
        organisation_id=organisation.id,
        caf=entry.caf,
        person=person,
        role=Role.PARTNER_ADMINISTRATOR,
    )
    if not may_act(entry.store, administrator, entry.today):
        raise UserNotActiveError("locked or gone as a user of this organisation")
    entry.save(administrator)
    if not known:
        ask_accounts(entry, organisation, {administrator.account_id: person})
    entry.note(
        Note(
            act=APPOINTED,
            subject=f"account:{administrator.account_id}",
            organisation_id=organisation.id,
            label=person.display_name,
            details={"existing_account": "yes" if known else "no"},
        )
    )
    return administrator


def _as_known(store: Repositories, account_id: str, person: Person) -> Person:
    """The person of the account, where only the spelling of the names was another one."""
    holder = store.people.get(account_id)
    return holder.person if holder is not None and have_same_names(holder.person, person) else person


def ask_accounts(entry: ActEntry, organisation: Organisation, people: Mapping[str, Person]) -> None:
    """Ask the account service for accounts, each with its two mails. `people`: by account."""
    contents = {key: account_content(entry, organisation, person) for key, person in people.items()}
    entry.command_each(CommandKind.CREATE, organisation.id, contents)


def account_content(entry: ActEntry, organisation: Organisation, person: Person) -> dict[str, str]:
    """Return what the account service needs to make an account."""
    return {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "organisation_name": organisation.name,
        "owner": entry.caf,
    }


def account_of(store: Repositories, organisation_id: str, email: str) -> str:
    """Return the account behind an address in this organisation, or nothing. Other organisations are not looked at."""
    users = {one.person.email: one.account_id for one in store.users.with_email(organisation_id, email)}
    administrators = {one.person.email: one.account_id for one in store.administrators.of(organisation_id)}
    return (users | administrators).get(email, "")


def person_of(store: Repositories, organisation_id: str, account_id: str) -> Person | None:
    """Return who has an account in this organisation, for its work with the Caf within reach."""
    pair = store.reach.within_pair(organisation_id)
    places: list[User | Administrator] = [*store.everywhere.users(account_id)]
    places.extend(store.everywhere.administrators(account_id))
    holder = store.people.get(account_id)
    return holder.person if any(pair.holds(one.organisation_id, one.caf) for one in places) and holder else None


def _check_seen(entry: ActEntry, organisation: Organisation, administrator_id: str, seen: str | None) -> None:
    found = entry.store.administrators.get(administrator_id)
    if found is not None and found.organisation_id == organisation.id:
        check_version(seen, found)


def _administrator(entry: ActEntry, organisation: Organisation, administrator_id: str) -> Administrator:
    found = entry.store.administrators.get(administrator_id)
    if found is None or found.organisation_id != organisation.id:
        raise UnknownThingError("administrator", true_reason="UNKNOWN" if found is None else "OTHER_ORGANISATION")
    if not found.is_active:
        raise UnknownThingError("administrator")
    return found


def _withdraw(entry: ActEntry, organisation: Organisation, leaving: Administrator, reason: str) -> None:
    entry.save(replace(leaving, state="withdrawn"))
    entry.command(CommandKind.END_SESSIONS, leaving.account_id, organisation.id, {"reason": "ROLE_WITHDRAWN"})
    entry.note(
        Note(
            act=WITHDRAWN,
            subject=f"account:{leaving.account_id}",
            organisation_id=organisation.id,
            label=leaving.person.display_name,
            reason=reason,
        )
    )

"""Names, function and address of a person are corrected: names and function at once, an address once it is proved.

A person belongs to several organisations: each administrator may correct what the person is, and the others read it in
their own history.
"""

from dataclasses import asdict, dataclass, replace

from habpps.domain.account_command import CommandKind, microseconds
from habpps.domain.address_change import LIFE, AddressChange, AddressChangeState
from habpps.domain.authorship import Author
from habpps.domain.organisation import Organisation
from habpps.domain.people import (
    LONGEST_JOB_TITLE,
    AccountHolder,
    Administrator,
    Person,
    Role,
    User,
    person_typed,
    why_person_refused,
)
from habpps.domain.reach import EVERYWHERE, Reach
from habpps.domain.refusals import (
    FormRefusedError,
    RoleNotAllowedError,
    SignInRequiredError,
    UnknownThingError,
)
from habpps.domain.versions import check_version
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.change_convention import line_refused
from habpps.use_cases.ports import Repositories
from servicekit.identifiers import new_id

CORRECTED, FUNCTION_CORRECTED = "habpps.person.corrected", "habpps.user.function_corrected"
ADDRESS_ASKED, ADDRESS_CONFIRMED, ADDRESS_WITHDRAWN = (
    "habpps.address.asked",
    "habpps.address.confirmed",
    "habpps.address.withdrawn",
)


@dataclass(frozen=True, kw_only=True)
class CorrectNames(Act[str]):
    """How a person is called; gives the account. `seen`: version of the person, as a form showed it."""

    organisation_id: str
    account_id: str
    given_name: str
    family_name: str
    seen: str | None = None


@dataclass(frozen=True)
class CorrectFunction(Act[str]):
    """What a user does in the organisation; gives the user. `seen`: their version, as a form showed it."""

    user_id: str
    job_title: str
    seen: str | None = None


@dataclass(frozen=True, kw_only=True)
class AskAddress(Act[str]):
    """Another address, to be proved by a link; gives the change. `seen`: version of the person."""

    organisation_id: str
    account_id: str
    email: str
    seen: str | None = None


@dataclass(frozen=True)
class WithdrawAddress(Act[str]):
    """The address that waits is taken back; gives the change. `seen`: its version, as a form showed it."""

    change_id: str
    seen: str | None = None


@dataclass(frozen=True)
class ConfirmAddress(Act[str]):
    """The link was followed and the address confirmed; gives the account."""

    change_id: str


def correct_names(entry: ActEntry, act: CorrectNames) -> str:
    """Correct the names of a person, in every organisation.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: the person was changed since.
        FormRefusedError: a name cannot be one, or nothing is different.
    """
    holder, organisation = _person(entry, act.organisation_id, act.account_id)
    check_version(act.seen, holder)
    after = person_typed(act.given_name, act.family_name, holder.person.email)
    _require(after)
    if after == holder.person:
        raise FormRefusedError({"family_name": "UNCHANGED"})
    entry.save(replace(holder, person=after))
    _tell_auth(entry, organisation.id, holder.account_id, after)
    _note_everywhere(entry, CORRECTED, organisation.id, holder, after.display_name)
    return holder.account_id


def correct_function(entry: ActEntry, act: CorrectFunction) -> str:
    """Correct the function of a user of the organisation.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: the user was changed since.
        FormRefusedError: it is missing or too long, or nothing is different.
    """
    user = entry.store.users.get(act.user_id)
    if user is None:
        raise UnknownThingError("user")
    entry.organisation(user.organisation_id)
    check_version(act.seen, user)
    problems = line_refused("job_title", act.job_title, LONGEST_JOB_TITLE)
    if act.job_title == user.job_title:
        problems = {"job_title": "UNCHANGED"}
    if problems:
        raise FormRefusedError(problems)
    entry.save(replace(user, job_title=act.job_title))
    details = {"job_title": act.job_title, "job_title_before": user.job_title}
    entry.note(_note(FUNCTION_CORRECTED, user.organisation_id, user.account_id, user.person.display_name, details))
    return user.id


def ask_address(entry: ActEntry, act: AskAddress) -> str:
    """Have a link sent to another address: until it is confirmed the present one holds.

    A link that the same organisation had sent for the same Caf ends. One of another organisation stays: whoever asked
    would see it end. The first that is confirmed ends them all.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: the person was changed since.
        FormRefusedError: it cannot be an address, or it is the present one.
    """
    holder, organisation = _person(entry, act.organisation_id, act.account_id)
    check_version(act.seen, holder)
    asked = person_typed(holder.person.given_name, holder.person.family_name, act.email)
    _require(asked)
    if asked.email == holder.person.email:
        raise FormRefusedError({"email": "UNCHANGED"})
    now = entry.clock.now()
    _end_others(entry, holder.account_id, entry.store.reach.within_pair(organisation.id))
    change = AddressChange(
        id=new_id(),
        account_id=holder.account_id,
        organisation_id=organisation.id,
        caf=entry.caf,
        email=asked.email,
        asked_by=entry.author.account_id,
        created_at=now,
        expires_at=now + LIFE,
    )
    entry.save(change)
    asks = address_content(change, organisation)
    entry.command(CommandKind.PROVE_ADDRESS, holder.account_id, organisation.id, asks)
    entry.note(_note(ADDRESS_ASKED, organisation.id, holder.account_id, holder.person.display_name, {}))
    return change.id


def address_content(change: AddressChange, organisation: Organisation) -> dict[str, str]:
    """Return what the account service needs to ask an address to prove itself."""
    return {
        "change_id": change.id,
        "email": change.email,
        "expires_at_us": microseconds(change.expires_at),
        "organisation_name": organisation.name,
    }


def withdraw_address(entry: ActEntry, act: WithdrawAddress) -> str:
    """Take back an address that waits to be proved.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: it was changed since.
        AddressChangeClosedError: it waits no longer.
    """
    change = entry.store.address_changes.get(act.change_id)
    if change is None:
        raise UnknownThingError("change of address")
    if not entry.store.reach.holds(change.organisation_id, change.caf):
        raise UnknownThingError("change of address", true_reason="OTHER_ORGANISATION")
    holder, organisation = _person(entry, change.organisation_id, change.account_id)
    check_version(act.seen, change)
    entry.save(change.closed(AddressChangeState.WITHDRAWN, entry.clock.now()))
    name = holder.person.display_name
    entry.note(_note(ADDRESS_WITHDRAWN, organisation.id, holder.account_id, name, {}))
    return change.id


def confirm_address(entry: ActEntry, act: ConfirmAddress) -> str:
    """Take over an address that was proved. The author is whoever has the mailbox, signed in or not.

    Raises:
        UnknownThingError: no such change.
        AddressChangeClosedError: it waits no longer.
        SignInRequiredError, RoleNotAllowedError: another organisation knows the person, and nobody, or somebody else,
            is signed in: one administrator alone must not bring an account of others into another mailbox.
    """
    change = entry.store.address_changes.get(act.change_id)
    holder = None if change is None else entry.store.people.get(change.account_id)
    if change is None or holder is None:
        raise UnknownThingError("change of address")
    if entry.author.account_id not in {"", holder.account_id}:
        raise RoleNotAllowedError("the link is another person's")
    if not entry.author.account_id and needs_sign_in(entry.store, change):
        raise SignInRequiredError("another organisation knows this person")
    now = entry.clock.now()
    entry.save(change.closed(AddressChangeState.CONFIRMED, now))
    _end_others(entry, holder.account_id, EVERYWHERE)
    after = replace(holder.person, email=change.email)
    entry.save(replace(holder, person=after, email_verified_at=now))
    _tell_auth(entry, change.organisation_id, holder.account_id, after)
    _note_everywhere(entry, ADDRESS_CONFIRMED, change.organisation_id, holder, after.display_name)
    return holder.account_id


def needs_sign_in(store: Repositories, change: AddressChange) -> bool:
    """Say whether anybody but those who asked knows the person: another organisation, or the same for another Caf."""
    return bool(places_of(store, change.account_id) - {(change.organisation_id, change.caf)})


def places_of(store: Repositories, account_id: str) -> set[tuple[str, str]]:
    """Return the organisations that know a person, each with the Caf, whatever the person's state there."""
    known: list[User | Administrator] = [*store.everywhere.users(account_id)]
    known.extend(store.everywhere.administrators(account_id))
    return {(one.organisation_id, one.caf) for one in known}


def reaches(store: Repositories, author: Author, organisation: Organisation, account_id: str) -> AccountHolder:
    """Return a person of an organisation whom the author may correct.

    A partner's administrator corrects the people of the organisation, the Caf those who administer it.

    Raises:
        UnknownThingError: nobody of this organisation, for its work with the Caf within reach.
        RoleNotAllowedError: a user, for the Caf.
    """
    pair = store.reach.within_pair(organisation.id)
    holder = store.people.get(account_id)
    if holder is None or (organisation.id, pair.one_caf()) not in places_of(store, account_id):
        raise UnknownThingError("person", true_reason="UNKNOWN" if holder is None else "OTHER_ORGANISATION")
    if author.role is Role.CAF_ADMINISTRATOR:
        roles = store.everywhere.administrators(account_id)
        if not any(pair.holds(one.organisation_id, one.caf) for one in roles):
            raise RoleNotAllowedError("the administrators of the partner correct its users")
    return holder


def _person(entry: ActEntry, organisation_id: str, account_id: str) -> tuple[AccountHolder, Organisation]:
    organisation = entry.organisation(organisation_id)
    return reaches(entry.store, entry.author, organisation, account_id), organisation


def _end_others(entry: ActEntry, account_id: str, reach: Reach) -> None:
    now = entry.clock.now()
    known = [one for one in entry.store.address_changes.of_account(account_id) if one.is_open(now)]
    mine = [one for one in known if reach.holds(one.organisation_id, one.caf)]
    entry.save(*(one.closed(AddressChangeState.WITHDRAWN, now) for one in mine))


def _require(person: Person) -> None:
    problems = why_person_refused(person)
    if problems:
        raise FormRefusedError(problems)


def _tell_auth(entry: ActEntry, organisation_id: str, account_id: str, after: Person) -> None:
    entry.command(CommandKind.UPDATE, account_id, organisation_id, asdict(after))


def _note_everywhere(entry: ActEntry, act: str, organisation_id: str, holder: AccountHolder, after: str) -> None:
    """One line here, and one without its author wherever else the person is known."""
    before = holder.person.display_name
    details = {"name_before": before} if before != after else {}
    here = _note(act, organisation_id, holder.account_id, after, details)
    entry.note(here)
    for there, caf in sorted(places_of(entry.store, holder.account_id) - {(organisation_id, entry.caf)}):
        entry.note_elsewhere(here, there, caf)


def _note(act: str, organisation_id: str, account_id: str, label: str, details: dict[str, str]) -> Note:
    subject = f"account:{account_id}"
    return Note(act=act, subject=subject, organisation_id=organisation_id, label=label, details=details)

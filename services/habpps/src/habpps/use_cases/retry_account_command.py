"""Tries once more what the account service refused, with the name and the address of today."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from habpps.domain.account_command import AccountCommand, CommandKind
from habpps.domain.organisation import Organisation
from habpps.domain.people import Person
from habpps.domain.refusals import NothingToRetryError, UnknownThingError
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.appoint_administrator import account_content, person_of
from habpps.use_cases.correct_person import address_content

RETRIED = "habpps.account_command.retried"
LOCKS = {CommandKind.LOCK: "LOCKED_BY_ADMINISTRATOR", CommandKind.END_SESSIONS: "LOCKED_IN_ORGANISATION"}


@dataclass(frozen=True)
class RetryAccountCommand(Act[int]):
    """What was set aside of an account goes back into the queue; gives how many commands."""

    organisation_id: str
    account_id: str


def retry_account_command(entry: ActEntry, act: RetryAccountCommand) -> int:
    """Put the commands of an account that were set aside back into the queue, at their places.

    Raises:
        UnknownThingError: not their business.
        NothingToRetryError: none was set aside.
    """
    organisation = entry.organisation(act.organisation_id)
    person = person_of(entry.store, organisation.id, act.account_id)
    if person is None:
        known = entry.store.people.get(act.account_id) is not None
        raise UnknownThingError("account", true_reason="OTHER_ORGANISATION" if known else "UNKNOWN")
    refused = [one for one in entry.store.commands.refused_of(organisation.id) if one.account_id == act.account_id]
    if not refused:
        raise NothingToRetryError("no command was set aside")
    entry.command_again([(one, _content(entry, one, organisation, person)) for one in refused])
    entry.note(
        Note(
            act=RETRIED,
            subject=f"account:{act.account_id}",
            organisation_id=organisation.id,
            label=person.display_name,
        )
    )
    return len(refused)


def _content(entry: ActEntry, command: AccountCommand, organisation: Organisation, person: Person) -> Mapping[str, str]:
    """What a command says today; that of an address which waits no longer is repeated and does nothing."""
    if command.kind is CommandKind.CREATE:
        return account_content(entry, organisation, person)
    if command.kind is CommandKind.UPDATE:
        return asdict(person)
    if command.kind is CommandKind.PROVE_ADDRESS:
        asked = entry.store.address_changes.of_account(command.account_id)
        own = next((one for one in asked if entry.store.reach.holds(one.organisation_id, one.caf)), None)
        return {} if own is None else address_content(own, organisation)
    return {"reason": LOCKS[command.kind]} if command.kind in LOCKS else {}

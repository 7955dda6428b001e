"""Tries once more what the account service refused, with the name and the address of today."""

from habpps.domain.account_command import CommandKind
from habpps.domain.authorship import Author, check_role
from habpps.domain.people import Role
from habpps.domain.refusals import NothingToRetryError, UnknownThingError
from habpps.use_cases.appoint_administrator import account_content, person_of
from habpps.use_cases.register import ActEntry, Done, Note, Register

LOCKS = {CommandKind.LOCK: "LOCKED_BY_ADMINISTRATOR", CommandKind.END_SESSIONS: "LOCKED_IN_ORGANISATION"}


class RetryAccountCommand:
    """Puts the commands of an account that were set aside back into the queue, at their places."""

    act = "habpps.account_command.retried"

    def __init__(self, register: Register) -> None:
        self._register = register

    def __call__(self, author: Author, organisation_id: str, account_id: str) -> Done[int]:
        """Return how many commands will be tried again.

        Raises:
            RoleNotAllowedError, UnknownThingError, ConventionSuspendedError: not now, or not their business.
            NothingToRetryError: none was set aside.
        """

        def work(entry: ActEntry) -> int:
            check_role(entry.author, Role.PARTNER_ADMINISTRATOR, Role.CAF_ADMINISTRATOR)
            organisation = entry.organisation(organisation_id)
            person = person_of(entry.store, organisation.id, account_id)
            if person is None:
                raise UnknownThingError("account")
            refused = [one for one in entry.store.commands.refused_of(organisation.id) if one.account_id == account_id]
            if not refused:
                raise NothingToRetryError("no command was set aside")
            for command in refused:
                content = (
                    account_content(organisation, person)
                    if command.kind is CommandKind.CREATE
                    else {"reason": LOCKS[command.kind]}
                    if command.kind in LOCKS
                    else {}
                )
                entry.command_again(command, content)
            entry.note(
                Note(
                    act=self.act,
                    subject=f"account:{account_id}",
                    organisation_id=organisation.id,
                    label=person.display_name,
                )
            )
            return len(refused)

        return self._register.act(author, self.act, work)

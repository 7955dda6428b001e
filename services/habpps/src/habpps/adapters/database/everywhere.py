"""What an account is in every organisation and with every Caf: made without a reach."""

from sqlalchemy import Connection

from habpps.adapters.database import tables
from habpps.adapters.database.commands import SqlJournal
from habpps.adapters.database.invitations import SqlInvitations
from habpps.adapters.database.people import SqlAdministrators, SqlUsers
from habpps.adapters.database.statements import parts
from habpps.domain.invitations import Invitation
from habpps.domain.people import Administrator, User
from habpps.domain.reach import EVERYWHERE
from habpps.use_cases.journal_ports import ActRecord


class SqlEverywhere:
    """Implements ports.Everywhere."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def users(self, *account_ids: str) -> tuple[User, ...]:
        """Return the memberships of accounts."""
        users, account = SqlUsers(self._connection, EVERYWHERE), tables.professional.c.account_id
        return tuple(one for part in parts(account_ids) for one in users.those(account.in_(part)))

    def administrators(self, *account_ids: str) -> tuple[Administrator, ...]:
        """Return the roles of accounts."""
        administrators, account = SqlAdministrators(self._connection, EVERYWHERE), tables.administrator.c.account_id
        return tuple(one for part in parts(account_ids) for one in administrators.those(account.in_(part)))

    def invitations(self, account_id: str) -> tuple[Invitation, ...]:
        """Return those sent to the mailbox of an account."""
        return SqlInvitations(self._connection, EVERYWHERE).those(tables.invitation.c.account_id == account_id)

    def tell(self, *records: ActRecord) -> None:
        """Append to the journal of another organisation or Caf, without an author."""
        for one in records:
            one.check_unsigned()
        SqlJournal(self._connection, EVERYWHERE).add(*records)

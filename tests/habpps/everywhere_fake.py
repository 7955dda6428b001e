"""What an account is in every organisation, in memory: of rows without a reach."""

from habpps.domain.invitations import Invitation
from habpps.domain.people import Administrator, User
from habpps.use_cases.journal_ports import ActRecord, Journal
from tests.habpps.paper_fakes import plain
from tests.habpps.rows import InMemoryInvitations, RowsOfPeople


class InMemoryEverywhere:
    def __init__(
        self,
        users: RowsOfPeople[User],
        administrators: RowsOfPeople[Administrator],
        invitations: InMemoryInvitations,
        journal: Journal,
    ) -> None:
        self._users, self._administrators, self._invitations = users, administrators, invitations
        self._journal = journal

    def users(self, *account_ids: str) -> tuple[User, ...]:
        return self._users.where(lambda row: row.account_id in account_ids, lambda row: (_name(row), row.id))

    def administrators(self, *account_ids: str) -> tuple[Administrator, ...]:
        return self._administrators.where(lambda row: row.account_id in account_ids)

    def invitations(self, account_id: str) -> tuple[Invitation, ...]:
        return self._invitations.where(lambda row: row.way.account_id == account_id)

    def tell(self, *records: ActRecord) -> None:
        for record in records:
            record.check_unsigned()
        self._journal.add(*records)


def _name(row: User) -> str:
    return plain(row.person.family_name, row.person.given_name, row.person.email)

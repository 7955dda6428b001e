"""Sessions with whose they are, in SQL: one question, for what tokens need of both and nothing else."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, and_, bindparam, exists, func, literal_column, select

from auth.ground.adapters.database.person_tables import credential
from auth.ground.adapters.database.rows import RowReader
from auth.ground.adapters.database.tables import account, revoked_token, session
from auth.people.adapters.database.accounts import LIVING_PASSWORD
from auth.people.adapters.database.session_texts import FACTORS, STEPS
from auth.protocol.domain.grants import family_of
from auth.protocol.domain.holders import Holder
from servicekit.database.prepared import PreparedStatement


def with_person(sessions: FromClause) -> FromClause:
    """The same with the account of each session, and with its password, where there is one."""
    people = sessions.outerjoin(account, account.c.account_id == session.c.account_id)
    return people.outerjoin(credential, and_(credential.c.account_id == account.c.account_id, LIVING_PASSWORD))


_MAY_SIGN_IN = account.c.locked_at.is_(None) & credential.c.credential_id.is_not(None)
IS_SIGNED_IN = and_(session.c.ended_at.is_(None), session.c.pending == literal_column("''"), _MAY_SIGN_IN)
"""What, of `with_person`, must still hold when something is given: times do not change within a request."""
HOLDERS = RowReader(
    {
        **session.c,
        **{column.name: column for column in (account.c.username, account.c.given_name, account.c.family_name)},
        "email": account.c.email,
        "changed_at": func.coalesce(credential.c.created_at, account.c.created_at),
        "may_sign_in": _MAY_SIGN_IN,
    },
    Holder,
    {"factors": FACTORS, "pending": STEPS},
)


def labelled(columns: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """Columns of several tables, under names that differ."""
    return [column.label(f"c{index}") for index, column in enumerate(columns)]


def read_holder(row: Sequence[Any]) -> Holder | None:
    """What the columns of `HOLDERS` hold; None where there is no session with an account."""
    return HOLDERS.read(row) if row[_USERNAME] is not None else None


_USERNAME = HOLDERS.names.index("username")
_ALL = select(*labelled(HOLDERS.columns)).select_from(with_person(session))
_FIND = _ALL.where(session.c.session_id == bindparam("wanted"))
_OF_SESSION = PreparedStatement(_FIND)
_REVOKED = exists().where(revoked_token.c.token_id.in_([bindparam("one"), bindparam("family")]))
_OF_TOKEN = PreparedStatement(_FIND.where(~_REVOKED))


class SqlHolders:
    """The shelf `holders`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def of_session(self, session_id: str) -> Holder | None:
        """See the port."""
        row = _OF_SESSION.first(self._connection, {"wanted": session_id})
        return read_holder(row) if row is not None else None

    def of_token(self, session_id: str, access_token_id: str) -> Holder | None:
        """See the port."""
        names = {"wanted": session_id, "one": access_token_id, "family": family_of(access_token_id)}
        row = _OF_TOKEN.first(self._connection, names)
        return read_holder(row) if row is not None else None

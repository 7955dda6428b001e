"""Account commands and the journal of acts in tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, not_, or_, select, update

from habpps.adapters.database import tables
from habpps.adapters.database.statements import parts
from habpps.adapters.database.within import Within
from habpps.domain.account_command import AccountCommand, CommandKind, CommandState
from habpps.use_cases.people_ports import Listing
from habpps.use_cases.ports import ActRecord, CommandSubject

_command = tables.account_command.c
_act = tables.act.c
_OPEN = (CommandState.PENDING.value, CommandState.SENT.value)
_WITH_MAILS = (CommandKind.CREATE.value, CommandKind.RESET_PASSWORD.value)
_WITHOUT_CONTENT = [column for column in _command if column.name != "content"]
_LONGEST_PROBLEM = 80
aliased_command = tables.account_command.alias()


class SqlAccountCommands(Within):
    """Implements ports.AccountCommands."""

    def save(self, *commands: AccountCommand) -> None:
        """Add or replace."""
        self._put(tables.account_command, *map(_row, commands))

    def get(self, command_id: str) -> AccountCommand | None:
        """Return one.

        Raises:
            ValueError: its row cannot be read as a command.
        """
        row = self._one(tables.account_command, command_id, "command")
        return None if row is None else _to_command(row, row.content)

    def known(self, command_ids: Sequence[str]) -> frozenset[str]:
        """Return which of these there are within reach."""
        seen = select(_command.id).where(self._seen(tables.account_command))
        found = (self._connection.execute(seen.where(_command.id.in_(part))) for part in parts(command_ids))
        return frozenset(row.id for rows in found for row in rows)

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Return the identifiers of the oldest unfinished command of each account when its time has come, notices
        last."""
        statement = select(_command.id).where(_command.id.in_(self._oldest()), _command.next_attempt_at <= now)
        in_order = (_is_notice(_command.kind), _command.next_attempt_at, _command.id)
        rows = self._connection.execute(statement.order_by(*in_order).limit(limit))
        return tuple(row.id for row in rows)

    def set_aside(self, command_id: str, problem: str, reference: str) -> None:
        """Refuse a command without reading its row."""
        values = {
            "state": CommandState.REFUSED.value,
            "content": {},
            "problem": problem[:_LONGEST_PROBLEM],
            "reference": reference,
        }
        self._connection.execute(update(tables.account_command).where(_command.id == command_id).values(values))

    def subject_of(self, command_id: str) -> CommandSubject:
        """Return whom a command is about."""
        columns = (_command.organisation_id, _command.caf, _command.account_id, _command.kind)
        row = self._connection.execute(select(*columns).where(_command.id == command_id)).one()
        return CommandSubject(
            organisation_id=row.organisation_id, caf=row.caf, account_id=row.account_id, kind=row.kind
        )

    def refused_of(self, organisation_id: str) -> tuple[AccountCommand, ...]:
        """Return those set aside of an organisation, oldest first; notices, whose moment is over, are left out."""
        wanted = and_(
            self._pair(tables.account_command, organisation_id),
            _command.state == CommandState.REFUSED.value,
            _command.kind != CommandKind.NOTIFY.value,
        )
        rows = self._connection.execute(select(*_WITHOUT_CONTENT).where(wanted).order_by(_command.id))
        return tuple(_to_command(row, {}) for row in rows)

    def next_due_at(self) -> datetime | None:
        """Return when the next unfinished command is due."""
        statement = select(_command.next_attempt_at).where(_command.id.in_(self._oldest()))
        first = statement.order_by(_command.next_attempt_at).limit(1)
        return self._connection.execute(first).scalar_one_or_none()

    def latest_of(self, account_ids: Sequence[str], organisation_id: str) -> Mapping[str, AccountCommand]:
        """Return the newest command with mails per account."""
        wanted = and_(
            self._pair(tables.account_command, organisation_id),
            _command.account_id.in_(list(account_ids)),
            _command.kind.in_(_WITH_MAILS),
        )
        rows = self._connection.execute(select(*_WITHOUT_CONTENT).where(wanted).order_by(_command.id))
        return {row.account_id: _to_command(row, {}) for row in rows}

    @staticmethod
    def _oldest() -> Any:
        creation, notice = aliased_command.c, _is_notice(_command.kind)
        held = (
            select(creation.id)
            .where(
                creation.account_id == _command.account_id,
                creation.kind == CommandKind.CREATE.value,
                or_(
                    creation.state == CommandState.REFUSED.value,
                    and_(creation.state == CommandState.PENDING.value, notice == 1),
                ),
            )
            .exists()
        )
        opened = and_(_command.state.in_(_OPEN), not_(held))
        return select(func.min(_command.id)).where(opened).group_by(_command.account_id, notice)


def _row(command: AccountCommand) -> dict[str, Any]:
    plain = {column.name: getattr(command, column.name) for column in tables.account_command.columns}
    return {**plain, "kind": command.kind.value, "state": command.state.value, "content": dict(command.content)}


def _is_notice(kind: ColumnElement[str]) -> ColumnElement[int]:
    return case((kind == CommandKind.NOTIFY.value, 1), else_=0)


class SqlJournal(Within):
    """Implements ports.Journal."""

    def add(self, *records: ActRecord) -> None:
        """Append."""
        self._put(tables.act, *({**vars(one), "details": dict(one.details)} for one in records))

    def of(self, organisation_id: str, listing: Listing) -> tuple[tuple[ActRecord, ...], int]:
        """Return a page, newest first."""
        wanted = self._pair(tables.act, organisation_id)
        total = self._connection.execute(select(func.count()).select_from(tables.act).where(wanted)).scalar_one()
        page = select(tables.act).where(wanted).order_by(_act.id.desc()).limit(listing.size)
        rows = self._connection.execute(page.offset((listing.page - 1) * listing.size))
        return tuple(_to_record(row) for row in rows), total

    def latest(self, organisation_id: str, act: str, label: str = "") -> ActRecord | None:
        """Return the last act of this type, about this thing when one is named."""
        wanted = and_(self._pair(tables.act, organisation_id), _act.act == act)
        if label:
            wanted = and_(wanted, _act.label == label)
        row = self._connection.execute(select(tables.act).where(wanted).order_by(_act.id.desc()).limit(1)).first()
        return None if row is None else _to_record(row)


def _to_command(row: Row[Any], content: Mapping[str, str]) -> AccountCommand:
    return AccountCommand(
        id=row.id,
        kind=CommandKind(row.kind),
        account_id=row.account_id,
        organisation_id=row.organisation_id,
        caf=row.caf,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        next_attempt_at=row.next_attempt_at,
        content=content,
        state=CommandState(row.state),
        attempts=row.attempts,
        problem=row.problem,
        username=row.username,
        reference=row.reference,
    )


def _to_record(row: Row[Any]) -> ActRecord:
    return ActRecord(
        id=row.id,
        occurred_at=row.occurred_at,
        organisation_id=row.organisation_id,
        caf=row.caf,
        author_account_id=row.author_account_id,
        author_name=row.author_name,
        act=row.act,
        label=row.label,
        reason=row.reason,
        details=row.details,
    )

"""What waits to be sent (mails, logout notices), what was tried (attempts) and what was ordered (commands), in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from auth.ground.adapters.database.tables import account_command, attempt, known_origin, logout_notice, mail
from auth.people.domain.links import LinkTo
from auth.people.domain.logout import LogoutNotice
from auth.people.domain.mails import LATE, MailKind, QueuedMail, UnsentMail
from auth.people.domain.notices import Notice

_NEW_ORIGIN = {
    "sqlite": sqlite_insert(known_origin).on_conflict_do_nothing(),
    "postgresql": postgresql_insert(known_origin).on_conflict_do_nothing(),
}
_UNSENT = (mail.c.sent_at.is_(None), mail.c.failed_at.is_(None))
_IS_NOTICE = mail.c.kind == MailKind.NOTICE.value


class SqlMails:
    """The shelf `mails`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def add(self, queued: QueuedMail) -> None:
        """A new row."""
        notice = queued.notice.to_text() if queued.notice is not None else ""
        link = queued.link.to_text() if queued.link is not None else ""
        row = {**asdict(queued), "kind": queued.kind.value, "notice": notice, "link": link}
        self._connection.execute(mail.insert().values(**row))

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """See the port."""
        query = select(mail.c.mail_id).where(*_UNSENT, mail.c.next_attempt_at <= now)
        in_order = (case((_IS_NOTICE, 1), else_=0), mail.c.next_attempt_at, mail.c.mail_id)
        ordered = query.order_by(*in_order).limit(limit)
        return list(self._connection.execute(ordered).scalars())

    def find(self, mail_id: str) -> QueuedMail | None:
        """By identifier."""
        row = self._connection.execute(select(mail).where(mail.c.mail_id == mail_id)).mappings().first()
        if row is None:
            return None
        notice = Notice.read(row["notice"]) if row["notice"] else None
        link = LinkTo.read(row["link"]) if row["link"] else None
        return QueuedMail(**{**row, "kind": MailKind(row["kind"]), "notice": notice, "link": link})

    def claim(self, queued: QueuedMail, next_attempt_at: datetime) -> bool:
        """See the port."""
        same = (mail.c.mail_id == queued.mail_id) & (mail.c.attempts == queued.attempts) & mail.c.sent_at.is_(None)
        change = update(mail).where(same).values(next_attempt_at=next_attempt_at, attempts=queued.attempts + 1)
        return self._connection.execute(change).rowcount == 1

    def release(self, queued: QueuedMail, next_attempt_at: datetime) -> None:
        """See the port."""
        same = (mail.c.mail_id == queued.mail_id) & (mail.c.attempts == queued.attempts)
        self._connection.execute(update(mail).where(same).values(next_attempt_at=next_attempt_at))

    def mark_sent(self, mail_id: str, sent_at: datetime) -> None:
        """Not tried again."""
        self._connection.execute(update(mail).where(mail.c.mail_id == mail_id).values(sent_at=sent_at))

    def set_aside(self, mail_id: str, failure: str, at: datetime) -> None:
        """See the port."""
        change = update(mail).where(mail.c.mail_id == mail_id).values(failed_at=at, failure=failure)
        self._connection.execute(change)

    def take_up(self, mail_id: str, at: datetime) -> bool:
        """See the port."""
        apart = (mail.c.mail_id == mail_id) & mail.c.failed_at.is_not(None) & mail.c.sent_at.is_(None)
        fresh = {"failed_at": None, "failure": "", "attempts": 0, "queued_at": at, "next_attempt_at": at}
        return self._connection.execute(update(mail).where(apart).values(**fresh)).rowcount == 1

    def unsent(self) -> Sequence[UnsentMail]:
        """See the port."""
        t = mail.c
        query = select(t.mail_id, t.account_id, t.kind, t.queued_at, t.attempts, t.failure).where(t.sent_at.is_(None))
        return [
            UnsentMail(**row)
            for row in self._connection.execute(query.order_by(t.failed_at.is_(None), t.queued_at)).mappings()
        ]

    def problems(self, account_ids: Sequence[str], late_since: datetime) -> Mapping[str, str]:
        """See the port."""
        t = mail.c
        stuck = t.failed_at.is_not(None) | (t.queued_at < late_since)
        query = select(t.account_id, t.failure).where(t.account_id.in_(list(account_ids)), t.sent_at.is_(None), stuck)
        rows = self._connection.execute(query.order_by(t.queued_at))
        return {row.account_id: row.failure or LATE for row in rows}

    def waiting(self, account_ids: Sequence[str]) -> frozenset[str]:
        """See the port."""
        asked = mail.c.account_id.in_(list(account_ids)) & ~_IS_NOTICE
        query = select(mail.c.account_id).where(asked, mail.c.sent_at.is_(None))
        return frozenset(self._connection.execute(query).scalars())

    def forget_before(self, moment: datetime) -> None:
        """See the port."""
        self._connection.execute(delete(mail).where((mail.c.sent_at < moment) | (mail.c.failed_at < moment)))


class SqlLogoutNotices:
    """The shelf `logout_notices`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def add(self, notice: LogoutNotice) -> None:
        """A new row."""
        self._connection.execute(logout_notice.insert().values(**asdict(notice)))

    def due(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """See the port."""
        t = logout_notice.c
        place = func.row_number().over(partition_by=t.client_id, order_by=(t.next_attempt_at, t.notice_id))
        waiting = select(t.notice_id, t.client_id, t.next_attempt_at, place.label("place")).where(
            t.delivered_at.is_(None), t.failed_at.is_(None), t.next_attempt_at <= now
        )
        ranked = waiting.subquery().c
        query = select(ranked.notice_id, ranked.client_id).where(ranked.place <= limit)
        rows = self._connection.execute(query.order_by(ranked.next_attempt_at, ranked.notice_id))
        return [(row.notice_id, row.client_id) for row in rows]

    def find(self, notice_id: str) -> LogoutNotice | None:
        """By identifier."""
        query = select(logout_notice).where(logout_notice.c.notice_id == notice_id)
        row = self._connection.execute(query).mappings().first()
        return LogoutNotice(**row) if row is not None else None

    def postpone(self, client_id: str, until: datetime) -> None:
        """See the port."""
        t = logout_notice
        waiting = (t.c.client_id == client_id) & t.c.delivered_at.is_(None) & (t.c.next_attempt_at < until)
        self._connection.execute(update(t).where(waiting).values(next_attempt_at=until))

    def claim(self, notice: LogoutNotice, next_attempt_at: datetime) -> bool:
        """See the port."""
        t = logout_notice
        same = (t.c.notice_id == notice.notice_id) & (t.c.attempts == notice.attempts) & t.c.delivered_at.is_(None)
        change = update(t).where(same).values(next_attempt_at=next_attempt_at, attempts=notice.attempts + 1)
        return self._connection.execute(change).rowcount == 1

    def mark_delivered(self, notice_id: str, delivered_at: datetime) -> None:
        """Not tried again."""
        t = logout_notice
        self._connection.execute(update(t).where(t.c.notice_id == notice_id).values(delivered_at=delivered_at))

    def set_aside(self, notice_id: str, failure: str, at: datetime) -> None:
        """See the port."""
        t = logout_notice
        self._connection.execute(update(t).where(t.c.notice_id == notice_id).values(failed_at=at, failure=failure))

    def take_up(self, notice_id: str, at: datetime) -> bool:
        """See the port."""
        t = logout_notice
        apart = (t.c.notice_id == notice_id) & t.c.failed_at.is_not(None) & t.c.delivered_at.is_(None)
        fresh = {"failed_at": None, "failure": "", "attempts": 0, "queued_at": at, "next_attempt_at": at}
        return self._connection.execute(update(t).where(apart).values(**fresh)).rowcount == 1

    def apart(self) -> Sequence[tuple[str, str, str]]:
        """See the port."""
        t = logout_notice.c
        query = select(t.notice_id, t.client_id, t.failure).where(t.failed_at.is_not(None), t.delivered_at.is_(None))
        rows = self._connection.execute(query.order_by(t.queued_at, t.notice_id))
        return [(row.notice_id, row.client_id, row.failure) for row in rows]

    def of_session(self, session_id: str) -> Sequence[LogoutNotice]:
        """Delivered ones too."""
        t = logout_notice
        rows = self._connection.execute(select(t).where(t.c.session_id == session_id).order_by(t.c.notice_id))
        return [LogoutNotice(**row) for row in rows.mappings()]

    def tell_last(self, session_id: str, client_id: str, not_before: datetime) -> None:
        """See the port."""
        t = logout_notice
        theirs = (t.c.session_id == session_id) & (t.c.client_id == client_id) & t.c.delivered_at.is_(None)
        self._connection.execute(update(t).where(theirs).values(has_begun=True, next_attempt_at=not_before))

    def of_change(self, revision: int) -> Sequence[LogoutNotice]:
        """See the port."""
        t = logout_notice
        query = select(t).where(t.c.rights_after < revision, t.c.rights_revision >= revision)
        rows = self._connection.execute(query.order_by(t.c.notice_id))
        return [LogoutNotice(**row) for row in rows.mappings()]

    def forget_before(self, moment: datetime) -> None:
        """Deletes what was queued before."""
        self._connection.execute(delete(logout_notice).where(logout_notice.c.queued_at < moment))


class SqlAttempts:
    """The shelf `attempts`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def of(self, key: str, since: datetime) -> Sequence[datetime]:
        """Oldest first."""
        query = select(attempt.c.made_at).where(attempt.c.attempt_key == key, attempt.c.made_at > since)
        return list(self._connection.execute(query.order_by(attempt.c.made_at)).scalars())

    def add(self, key: str, at: datetime) -> None:
        """A new row."""
        self._connection.execute(attempt.insert().values(attempt_key=key, made_at=at))

    def forget(self, key: str) -> None:
        """All of this key."""
        self._connection.execute(delete(attempt).where(attempt.c.attempt_key == key))

    def forget_one(self, key: str, at: datetime) -> None:
        """One made at this moment."""
        same = (attempt.c.attempt_key == key) & (attempt.c.made_at == at)
        one = select(attempt.c.number).where(same).limit(1).scalar_subquery()
        self._connection.execute(delete(attempt).where(attempt.c.number == one))

    def forget_before(self, moment: datetime) -> None:
        """Deletes what was made before."""
        self._connection.execute(delete(attempt).where(attempt.c.made_at < moment))

    def knows_origin(self, origin_key: str) -> bool:
        """See the port."""
        query = select(known_origin.c.seen_at).where(known_origin.c.origin_key == origin_key)
        return self._connection.execute(query).first() is not None

    def remember_origin(self, origin_key: str, seen_at: datetime) -> None:
        """Replaces the row; a table of two columns needs no dialect."""
        change = update(known_origin).where(known_origin.c.origin_key == origin_key).values(seen_at=seen_at)
        if self._connection.execute(change).rowcount == 0:
            row = {"origin_key": origin_key, "seen_at": seen_at}
            self._connection.execute(_NEW_ORIGIN[self._connection.dialect.name], [row])

    def forget_origins_before(self, moment: datetime) -> None:
        """Deletes those not seen since."""
        self._connection.execute(delete(known_origin).where(known_origin.c.seen_at < moment))


class SqlCommands:
    """The shelf `commands`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def answer_of(self, command_id: str) -> str | None:
        """None when it was not carried out."""
        t = account_command
        found: str | None = self._connection.execute(select(t.c.answer).where(t.c.command_id == command_id)).scalar()
        return found

    def remember(self, command_id: str, answer: str, at: datetime) -> None:
        """A new row."""
        row = {"command_id": command_id, "answer": answer, "carried_out_at": at}
        self._connection.execute(account_command.insert().values(**row))

    def forget_before(self, moment: datetime) -> None:
        """Deletes what was carried out before."""
        self._connection.execute(delete(account_command).where(account_command.c.carried_out_at < moment))

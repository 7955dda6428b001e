"""In-memory twins of what waits: attempts, mails, logout notices. `test_repositories.py` holds them to SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from auth.people.domain.logout import LogoutNotice
from auth.people.domain.mails import LATE, MailKind, QueuedMail, UnsentMail


class InMemoryAttempts:
    def __init__(self) -> None:
        self.rows: list[tuple[str, datetime]] = []
        self.origins: dict[str, datetime] = {}

    def knows_origin(self, origin_key: str) -> bool:
        return origin_key in self.origins

    def remember_origin(self, origin_key: str, seen_at: datetime) -> None:
        self.origins[origin_key] = seen_at

    def forget_origins_before(self, moment: datetime) -> None:
        for key in [key for key, seen_at in self.origins.items() if seen_at < moment]:
            del self.origins[key]

    def of(self, key: str, since: datetime) -> Sequence[datetime]:
        return sorted(at for row_key, at in self.rows if row_key == key and at > since)

    def add(self, key: str, at: datetime) -> None:
        self.rows.append((key, at))

    def forget(self, key: str) -> None:
        self.rows[:] = [row for row in self.rows if row[0] != key]

    def forget_one(self, key: str, at: datetime) -> None:
        if (key, at) in self.rows:
            self.rows.remove((key, at))

    def forget_before(self, moment: datetime) -> None:
        self.rows[:] = [row for row in self.rows if row[1] >= moment]


class InMemoryMails:
    def __init__(self) -> None:
        self.rows: dict[str, QueuedMail] = {}

    def add(self, mail: QueuedMail) -> None:
        self.rows[mail.mail_id] = mail

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        rows = [r for r in self._unsent() if r.failed_at is None and r.next_attempt_at <= now]
        in_order = sorted(rows, key=lambda row: (row.kind is MailKind.NOTICE, row.next_attempt_at, row.mail_id))
        return [row.mail_id for row in in_order[:limit]]

    def _unsent(self) -> list[QueuedMail]:
        return [row for row in self.rows.values() if row.sent_at is None]

    def find(self, mail_id: str) -> QueuedMail | None:
        return self.rows.get(mail_id)

    def set_aside(self, mail_id: str, failure: str, at: datetime) -> None:
        self.rows[mail_id] = replace(self.rows[mail_id], failed_at=at, failure=failure)

    def take_up(self, mail_id: str, at: datetime) -> bool:
        row = self.rows.get(mail_id)
        if row is None or row.failed_at is None or row.sent_at is not None:
            return False
        fresh = replace(row, failed_at=None, failure="", attempts=0, queued_at=at, next_attempt_at=at)
        self.rows[mail_id] = fresh
        return True

    def unsent(self) -> Sequence[UnsentMail]:
        rows = sorted(self._unsent(), key=lambda row: (row.failed_at is None, row.queued_at))
        return [
            UnsentMail(
                mail_id=r.mail_id,
                account_id=r.account_id,
                kind=r.kind.value,
                queued_at=r.queued_at,
                attempts=r.attempts,
                failure=r.failure,
            )
            for r in rows
        ]

    def problems(self, account_ids: Sequence[str], late_since: datetime) -> Mapping[str, str]:
        rows = sorted(self._unsent(), key=lambda row: row.queued_at)
        stuck = [row for row in rows if row.failed_at is not None or row.queued_at < late_since]
        return {row.account_id: row.failure or LATE for row in stuck if row.account_id in account_ids}

    def claim(self, mail: QueuedMail, next_attempt_at: datetime) -> bool:
        row = self.rows[mail.mail_id]
        if row.attempts != mail.attempts or row.sent_at is not None:
            return False
        self.rows[mail.mail_id] = replace(row, attempts=row.attempts + 1, next_attempt_at=next_attempt_at)
        return True

    def release(self, mail: QueuedMail, next_attempt_at: datetime) -> None:
        row = self.rows[mail.mail_id]
        if row.attempts == mail.attempts:
            self.rows[mail.mail_id] = replace(row, next_attempt_at=next_attempt_at)

    def mark_sent(self, mail_id: str, sent_at: datetime) -> None:
        self.rows[mail_id] = replace(self.rows[mail_id], sent_at=sent_at)

    def waiting(self, account_ids: Sequence[str]) -> frozenset[str]:
        asked = [row for row in self._unsent() if row.kind is not MailKind.NOTICE]
        return frozenset(row.account_id for row in asked if row.account_id in account_ids)

    def forget_before(self, moment: datetime) -> None:
        for mail_id in [key for key, row in self.rows.items() if (row.sent_at or row.failed_at or moment) < moment]:
            del self.rows[mail_id]


class InMemoryLogoutNotices:
    def __init__(self) -> None:
        self.rows: dict[str, LogoutNotice] = {}

    def add(self, notice: LogoutNotice) -> None:
        self.rows[notice.notice_id] = notice

    def due(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        waiting = [row for row in self.rows.values() if row.delivered_at is None and row.failed_at is None]
        rows = [row for row in waiting if row.next_attempt_at <= now]
        found = [(row.notice_id, row.client_id) for row in sorted(rows, key=lambda r: (r.next_attempt_at, r.notice_id))]
        clients = [client_id for _, client_id in found]
        return [one for place, one in enumerate(found) if clients[:place].count(one[1]) < limit]

    def postpone(self, client_id: str, until: datetime) -> None:
        for key, row in self.rows.items():
            if row.client_id == client_id and row.delivered_at is None and row.next_attempt_at < until:
                self.rows[key] = replace(row, next_attempt_at=until)

    def of_change(self, revision: int) -> Sequence[LogoutNotice]:
        rows = [row for row in self.rows.values() if row.rights_after < revision <= row.rights_revision]
        return sorted(rows, key=lambda row: row.notice_id)

    def find(self, notice_id: str) -> LogoutNotice | None:
        return self.rows.get(notice_id)

    def set_aside(self, notice_id: str, failure: str, at: datetime) -> None:
        self.rows[notice_id] = replace(self.rows[notice_id], failed_at=at, failure=failure)

    def take_up(self, notice_id: str, at: datetime) -> bool:
        row = self.rows.get(notice_id)
        if row is None or row.failed_at is None or row.delivered_at is not None:
            return False
        fresh = replace(row, failed_at=None, failure="", attempts=0, queued_at=at, next_attempt_at=at)
        self.rows[notice_id] = fresh
        return True

    def apart(self) -> Sequence[tuple[str, str, str]]:
        rows = [row for row in self.rows.values() if row.failed_at is not None and row.delivered_at is None]
        return [(r.notice_id, r.client_id, r.failure) for r in sorted(rows, key=lambda r: (r.queued_at, r.notice_id))]

    def claim(self, notice: LogoutNotice, next_attempt_at: datetime) -> bool:
        row = self.rows[notice.notice_id]
        if row.attempts != notice.attempts or row.delivered_at is not None:
            return False
        self.rows[notice.notice_id] = replace(row, attempts=row.attempts + 1, next_attempt_at=next_attempt_at)
        return True

    def mark_delivered(self, notice_id: str, delivered_at: datetime) -> None:
        self.rows[notice_id] = replace(self.rows[notice_id], delivered_at=delivered_at)

    def of_session(self, session_id: str) -> Sequence[LogoutNotice]:
        return sorted((r for r in self.rows.values() if r.session_id == session_id), key=lambda r: r.notice_id)

    def tell_last(self, session_id: str, client_id: str, not_before: datetime) -> None:
        for key, row in self.rows.items():
            if (row.session_id, row.client_id) == (session_id, client_id) and row.delivered_at is None:
                self.rows[key] = replace(row, has_begun=True, next_attempt_at=not_before)

    def forget_before(self, moment: datetime) -> None:
        for notice_id in [key for key, row in self.rows.items() if row.queued_at < moment]:
            del self.rows[notice_id]

"""The outboxes of mails and of logout notices, cut by what is done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from auth.people.domain.logout import LogoutNotice
from auth.people.domain.mails import QueuedMail, UnsentMail


class QueueOfNotices(Protocol):
    """The outbox of back-channel logout."""

    def add(self, notice: LogoutNotice) -> None: ...


class NoticesToldLast(QueueOfNotices, Protocol):
    """The outbox of back-channel logout, when a client began the logout."""

    def tell_last(self, session_id: str, client_id: str, not_before: datetime) -> None:
        """Marks the notices of a client that began the logout, and does not try them before a moment."""


class NoticesOfChange(Protocol):
    """The outbox of back-channel logout, by cause."""

    def of_change(self, revision: int) -> Sequence[LogoutNotice]:
        """Those that follow from this revision of the rights, delivered ones too."""


class DeliveredNotices(Protocol):
    """The outbox of back-channel logout, as it is emptied."""

    def due(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Identifier and client, of each client the oldest, at most `limit` of one: a client that does not answer keeps
        nobody waiting. Those set aside are left out."""

    def postpone(self, client_id: str, until: datetime) -> None:
        """The client does not answer: nothing that waits for it is tried before."""

    def find(self, notice_id: str) -> LogoutNotice | None: ...
    def claim(self, notice: LogoutNotice, next_attempt_at: datetime) -> bool:
        """Takes it for one attempt, counted; False when another process has it."""

    def mark_delivered(self, notice_id: str, delivered_at: datetime) -> None: ...
    def set_aside(self, notice_id: str, failure: str, at: datetime) -> None:
        """Not tried until `take_up`; reads nothing else of the row."""

    def of_session(self, session_id: str) -> Sequence[LogoutNotice]: ...


class NoticesApart(Protocol):
    """The outbox of back-channel logout: what is stuck in it."""

    def apart(self) -> Sequence[tuple[str, str, str]]:
        """Identifier, client and failure of those set aside, oldest first."""

    def take_up(self, notice_id: str, at: datetime) -> bool:
        """Tries one that was set aside again; False when there is none."""


class QueueOfMails(Protocol):
    """The outbox of mails."""

    def add(self, mail: QueuedMail) -> None: ...


class MailsOfAccounts(QueueOfMails, Protocol):
    """The outbox of mails, and what is stuck in it, by account."""

    def waiting(self, account_ids: Sequence[str]) -> frozenset[str]:
        """Accounts that have a mail not sent yet, those set aside included, notices left out."""

    def problems(self, account_ids: Sequence[str], late_since: datetime) -> Mapping[str, str]:
        """By account: why its newest unsent mail was set aside, or MAIL_LATE when it waits since before
        `late_since`."""


class SentMails(Protocol):
    """The outbox of mails, as it is emptied."""

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Identifiers, oldest first and notices last: a thousand of them keep no password waiting. Those set aside are
        left out. Rows are read one by one, by `find`."""

    def find(self, mail_id: str) -> QueuedMail | None: ...
    def claim(self, mail: QueuedMail, next_attempt_at: datetime) -> bool:
        """Takes it for one attempt, counted; False when another process has it."""

    def release(self, mail: QueuedMail, next_attempt_at: datetime) -> None:
        """Gives it back for a later attempt."""

    def mark_sent(self, mail_id: str, sent_at: datetime) -> None: ...
    def set_aside(self, mail_id: str, failure: str, at: datetime) -> None:
        """Not tried until `take_up`; reads nothing else of the row."""


class MailsApart(Protocol):
    """The outbox of mails: what is stuck in it."""

    def unsent(self) -> Sequence[UnsentMail]:
        """Everything that has not left, those set aside first, then oldest first."""

    def take_up(self, mail_id: str, at: datetime) -> bool:
        """Tries one that was set aside again, from its first attempt; False when there is none."""


class Forgetting(Protocol):
    """Rows that are of no more use after a while."""

    def forget_before(self, moment: datetime) -> None: ...


class ForgettingAttempts(Forgetting, Protocol):
    """Failures, and whence accounts signed in."""

    def forget_origins_before(self, moment: datetime) -> None: ...

"""What has not left: for the operator, who reads it and has it tried again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from auth.ground.domain.errors import QueueItemUnknownError
from auth.ground.use_cases.shelves import HasLogoutNotices, HasMails
from auth.people.domain.mails import LATE_AFTER, UnsentMail
from auth.people.use_cases import events
from auth.people.use_cases.stores.queues import MailsApart, NoticesApart
from servicekit.audit_events import AuditEvent, Outcome, RecordedWork
from servicekit.clock import Clock


class Store(HasMails[MailsApart], HasLogoutNotices[NoticesApart], Protocol):
    """What `WatchQueues` sees of a transaction."""


TakeUp = Callable[[Store], bool]


@dataclass(frozen=True)
class Stuck:
    """How many mails are set aside, how many wait for more than an hour, how many logout notices are set aside."""

    mails_apart: int
    mails_late: int
    notices_apart: int

    def sentence(self) -> str | None:
        """In one line, or None when nothing is stuck."""
        said = [
            text
            for count, text in (
                (self.mails_apart, f"{self.mails_apart} mails are set aside (python -m auth mails list)"),
                (self.mails_late, f"{self.mails_late} mails wait for more than an hour"),
                (self.notices_apart, f"{self.notices_apart} logout notices are set aside (logout-notices list)"),
            )
            if count
        ]
        return "; ".join(said) or None


class WatchQueues:
    """Mails and logout notices that are late or set aside."""

    def __init__(self, work: RecordedWork[Store], clock: Clock) -> None:
        """Reads the identifiers and what the operator may see: no address, no text."""
        self._work = work
        self._clock = clock

    def mails(self) -> Sequence[UnsentMail]:
        """Those set aside first, then those that wait."""
        return self._work.read(lambda repos: repos.mails.unsent())

    def notices(self) -> Sequence[tuple[str, str, str]]:
        """Identifier, client and failure of the notices set aside."""
        return self._work.read(lambda repos: repos.logout_notices.apart())

    def stuck(self) -> Stuck:
        """The figures."""
        late_since = self._clock.now() - LATE_AFTER
        unsent = self.mails()
        waiting = [mail for mail in unsent if not mail.failure]
        late = sum(mail.queued_at is not None and mail.queued_at < late_since for mail in waiting)
        return Stuck(len(unsent) - len(waiting), late, len(self.notices()))

    def retry_mail(self, mail_id: str) -> None:
        """Tries it again from the beginning.

        Raises:
            QueueItemUnknownError: no mail of this identifier is set aside.
        """
        now = self._clock.now()
        event = events.done("mail.retried", None, now, actor_id="operator", mail_id=mail_id)
        self._retry(event, lambda repos: repos.mails.take_up(mail_id, now))

    def retry_notice(self, notice_id: str) -> None:
        """As `retry_mail`, for a logout notice.

        Raises:
            QueueItemUnknownError: none of this identifier is set aside.
        """
        now = self._clock.now()
        event = events.done("notice.retried", None, now, actor_id="operator", notice_id=notice_id)
        self._retry(event, lambda repos: repos.logout_notices.take_up(notice_id, now))

    def _retry(self, event: AuditEvent, take_up: TakeUp) -> None:
        def change(repos: Store) -> Outcome[None]:
            if not take_up(repos):
                raise QueueItemUnknownError("nothing of this identifier is set aside")
            return Outcome(None, (event,))

        self._work.record(change)

"""Sends the mails that wait. A provisional password, or the secret of a link, is drawn here and not kept.

A mail that can never leave (the server refuses its recipient, or its content makes the program fail) is set aside with
the reason: the administrator reads it in Habpps, the operator by `python -m auth mails`, and the queue goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from auth.ground.domain.errors import MailRefusedError
from auth.ground.use_cases.shelves import HasAccounts, HasLinks, HasMails
from auth.people.domain.accounts import Account, AccountState, ProvisionalPassword
from auth.people.domain.links import Link, LinkTo
from auth.people.domain.mails import GIVE_UP_AFTER, GIVEN_UP, Letter, MailKind, QueuedMail, retry_delay
from auth.people.domain.passwords import new_provisional_password
from auth.people.use_cases import events
from auth.people.use_cases.ports import EachApart, Mailer, MailTexts, Passwords
from auth.people.use_cases.stores.accounts import ChangedAccounts
from auth.people.use_cases.stores.links import SentLinks
from auth.people.use_cases.stores.queues import SentMails
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.errors import DependencyUnavailableError, InvalidInputError
from servicekit.identifiers import hash_secret, new_secret

_AT_ONCE = 20
_LONGEST_WAIT = timedelta(minutes=10)
_ATTEMPT_TIME = timedelta(seconds=60)
MAILS = "mails"


class Store(HasMails[SentMails], HasLinks[SentLinks], HasAccounts[ChangedAccounts], Protocol):
    """What `SendMails` sees of a transaction."""


class SendMails:
    """Claims each mail, so that two processes do not send it twice at the same time."""

    def __init__(  # noqa: PLR0913 - a constructor
        self,
        work: RecordedWork[Store],
        mailer: Mailer,
        texts: MailTexts,
        passwords: Passwords,
        clock: Clock,
        each_apart: EachApart,
        provisional_life: timedelta = timedelta(hours=72),
        helpers: Callable[[str], Sequence[str]] = lambda _account_id: (),
    ) -> None:
        """`provisional_life` of the passwords sent; `helpers` names those who can help an account."""
        self._work = work
        self._mailer = mailer
        self._texts = texts
        self._passwords = passwords
        self._clock = clock
        self._each_apart = each_apart
        self._life = provisional_life
        self._helpers = helpers

    def __call__(self) -> int:
        """Tries every mail that is due, once; gives how many left."""
        left: list[str] = []
        due = self._work.read(lambda repos: repos.mails.due(self._clock.now(), _AT_ONCE))

        def handle(mail_id: str) -> None:
            if self._try(mail_id):
                left.append(mail_id)

        self._each_apart(due, handle, self._set_aside, queue=MAILS)
        return len(left)

    def _try(self, mail_id: str) -> bool:
        mail = self._work.read(lambda repos: repos.mails.find(mail_id))
        now = self._clock.now()
        if mail is None:
            return False
        pause = _ATTEMPT_TIME + retry_delay(mail.attempts, most=_LONGEST_WAIT)
        if not self._work.write(lambda repos: repos.mails.claim(mail, now + pause)):
            return False
        claimed = replace(mail, attempts=mail.attempts + 1, next_attempt_at=now + pause)
        account = self._work.read(lambda repos: repos.accounts.find(mail.account_id))
        if account is None or (account.state is AccountState.LOCKED and mail.kind is not MailKind.LOCKED):
            self._work.write(lambda repos: repos.mails.mark_sent(mail.mail_id, now))
            return False
        try:
            self._send(mail, account)
        except DependencyUnavailableError:
            self._later(claimed, now)
            return False
        except (MailRefusedError, InvalidInputError) as refusal:
            self._set_aside(mail_id, refusal.reason, "")
            return False
        self._tell(mail, account)
        return True

    def _send(self, mail: QueuedMail, account: Account) -> None:
        password = None
        if mail.kind.carries_password:
            password = new_provisional_password()
            pending = ProvisionalPassword(self._passwords.hash(password), self._clock.now() + self._life)
            self._work.write(lambda repos: _keep_provisional(repos, account, pending))
        token = self._draw(mail.link) if mail.link is not None else ""
        asked = mail.requested_by
        by = self._work.read(lambda repos: repos.accounts.find(asked)) if asked else None
        asked_by = by.display_name if by is not None else ""
        helpers = self._helpers(account.account_id)
        self._mailer.send(self._texts(Letter(mail, account, password, asked_by, helpers, token)))
        sent_at = self._clock.now()
        self._work.write(lambda repos: repos.mails.mark_sent(mail.mail_id, sent_at))

    def _draw(self, link: LinkTo) -> str:
        """The secret of a link; its hash is kept before the mail leaves, so that it works as soon as it is read."""
        token = new_secret()
        sent = Link(token_hash=hash_secret(token), kind=link.kind, reference=link.reference, expires_at=link.expires_at)
        self._work.write(lambda repos: repos.links.add(sent))
        return token

    def _tell(self, mail: QueuedMail, account: Account) -> None:
        """After the mail is marked: a journal that cannot take the event must not make the mail leave again."""
        actor = mail.requested_by or None
        event = events.done("mail.sent", account, self._clock.now(), actor_id=actor, kind=mail.kind.value)
        self._work.record(lambda _repos: Outcome(None, (event,)))

    def _later(self, claimed: QueuedMail, now: datetime) -> None:
        if now - claimed.queued_at > GIVE_UP_AFTER:
            self._set_aside(claimed.mail_id, GIVEN_UP, "")
            return
        again = now + retry_delay(claimed.attempts - 1, most=_LONGEST_WAIT)
        self._work.write(lambda repos: repos.mails.release(claimed, again))

    def _set_aside(self, mail_id: str, failure: str, _reference: str) -> None:
        """Works on the identifier alone: the row may be what cannot be read. Set aside even when audit is away."""
        now = self._clock.now()
        self._work.write(lambda repos: repos.mails.set_aside(mail_id, failure, now))
        event = events.done("mail.failed", None, now, mail_id=mail_id, failure=failure)
        self._work.record(lambda _repos: Outcome(None, (event,)))


def _keep_provisional(repos: Store, account: Account, pending: ProvisionalPassword) -> None:
    current = repos.accounts.find(account.account_id) or account
    repos.accounts.save(replace(current, provisional=pending))

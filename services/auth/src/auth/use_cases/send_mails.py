"""Sends the mails that wait. A provisional password is drawn here, at the moment of sending, and nowhere kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from auth.domain.accounts import Account, AccountState, ProvisionalPassword
from auth.domain.mails import QueuedMail, retry_delay
from auth.domain.passwords import new_provisional_password
from auth.use_cases import events
from auth.use_cases.ports import AuthRepos, AuthWork, Mailer, MailTexts, Passwords
from servicekit.audit_events import Outcome
from servicekit.clock import Clock
from servicekit.errors import DependencyUnavailableError

_AT_ONCE = 20
_LONGEST_WAIT = timedelta(minutes=10)
_ATTEMPT_TIME = timedelta(seconds=60)


class SendMails:
    """Claims each mail, so that two processes do not send it twice at the same time."""

    def __init__(  # noqa: PLR0913 - a constructor
        self,
        work: AuthWork,
        mailer: Mailer,
        texts: MailTexts,
        passwords: Passwords,
        clock: Clock,
        provisional_life: timedelta = timedelta(hours=72),
    ) -> None:
        """`provisional_life` of the passwords sent."""
        self._work = work
        self._mailer = mailer
        self._texts = texts
        self._passwords = passwords
        self._clock = clock
        self._life = provisional_life

    def __call__(self) -> int:
        """Tries every mail that is due, once; gives how many left."""
        due = self._work.read(lambda repos: repos.mails.due(self._clock.now(), _AT_ONCE))
        return sum(self._try(mail) for mail in due)

    def _try(self, mail: QueuedMail) -> bool:
        now = self._clock.now()
        pause = _ATTEMPT_TIME + retry_delay(mail.attempts, most=_LONGEST_WAIT)
        if not self._work.write(lambda repos: repos.mails.claim(mail, now + pause)):
            return False
        claimed = replace(mail, attempts=mail.attempts + 1, next_attempt_at=now + pause)
        account = self._work.read(lambda repos: repos.accounts.find(mail.account_id))
        if account is None or account.state is AccountState.LOCKED:
            self._work.write(lambda repos: repos.mails.mark_sent(mail.mail_id, now))
            return False
        try:
            self._send(mail, account)
        except DependencyUnavailableError:
            again = now + retry_delay(mail.attempts, most=_LONGEST_WAIT)
            self._work.write(lambda repos: repos.mails.release(claimed, again))
            return False
        return True

    def _send(self, mail: QueuedMail, account: Account) -> None:
        password = None
        if mail.kind.carries_password:
            password = new_provisional_password()
            pending = ProvisionalPassword(self._passwords.hash(password), self._clock.now() + self._life)
            self._work.write(lambda repos: _keep_provisional(repos, account, pending))
        self._mailer.send(self._texts(mail, account, password))
        sent_at = self._clock.now()

        def sent(repos: AuthRepos) -> Outcome[None]:
            repos.mails.mark_sent(mail.mail_id, sent_at)
            actor = mail.requested_by or None
            event = events.done("mail.sent", account, sent_at, actor_id=actor, kind=mail.kind.value)
            return Outcome(None, (event,))

        self._work.record(sent)


def _keep_provisional(repos: AuthRepos, account: Account, pending: ProvisionalPassword) -> None:
    current = repos.accounts.find(account.account_id) or account
    repos.accounts.save(replace(current, provisional=pending))

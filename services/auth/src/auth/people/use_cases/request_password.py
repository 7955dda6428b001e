"""A person who forgot the password asks for a provisional one. The answer is the same whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from auth.ground.domain.errors import TooManyAttemptsError
from auth.ground.use_cases.shelves import HasAccounts, HasAttempts, HasMails
from auth.people.domain.accounts import AccountState, normalise_username
from auth.people.domain.mails import MailKind, QueuedMail
from auth.people.domain.throttling import AttemptLimits, network_of, wait_before
from auth.people.use_cases import events
from auth.people.use_cases.stores.accounts import AccountsByUsername, CountedAttempts
from auth.people.use_cases.stores.queues import QueueOfMails
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret, new_id

PER_ACCOUNT = AttemptLimits(window=timedelta(hours=1), maximum=3, free=3)
PER_ADDRESS = AttemptLimits(window=timedelta(hours=1), maximum=30, free=30)


class Store(HasAccounts[AccountsByUsername], HasAttempts[CountedAttempts], HasMails[QueueOfMails], Protocol):
    """What `RequestPassword` sees of a transaction."""


class RequestPassword:
    """Queues the mail. The password in use stays valid until the provisional one is used and replaced."""

    def __init__(self, work: RecordedWork[Store], clock: Clock) -> None:
        """Everything happens in one transaction; the mail leaves later."""
        self._work = work
        self._clock = clock

    def __call__(self, typed: str, address: str) -> None:
        """Returns the same way for an unknown, a locked and a known identifier.

        Raises:
            TooManyAttemptsError: too many requests from this network address.
        """
        username, now = normalise_username(typed), self._clock.now()
        account_key, address_key = f"forgotten:{hash_secret(username)}", f"forgotten-from:{network_of(address)}"

        def request(repos: Store) -> Outcome[timedelta | None]:
            wait = wait_before(repos.attempts.of(address_key, now - PER_ADDRESS.window), PER_ADDRESS, now)
            asked = repos.attempts.of(account_key, now - PER_ACCOUNT.window)
            account = repos.accounts.find_by_username(username)
            reason = _reason(wait, asked, account is not None and account.state is not AccountState.LOCKED, now)
            if wait is None:
                repos.attempts.add(address_key, now)
                repos.attempts.add(account_key, now)
            if reason is not None or account is None:
                known = account.account_id if account is not None else None
                where = {"ip": address}
                refusal = events.refused("password.requested", known, reason or "ACCOUNT_UNKNOWN", now, where)
                return Outcome(wait, (refusal,))
            repos.mails.add(
                QueuedMail(
                    mail_id=new_id(),
                    account_id=account.account_id,
                    kind=MailKind.FORGOTTEN_PASSWORD,
                    queued_at=now,
                    next_attempt_at=now,
                )
            )
            return Outcome(None, (events.done("password.requested", account, now, ip=address),))

        wait = self._work.record(request)
        if wait is not None:
            raise TooManyAttemptsError("too many requests for a password", retry_after=wait)


def _reason(wait: timedelta | None, asked: Sequence[datetime], known: bool, now: datetime) -> str | None:  # noqa: FBT001
    if wait is not None or wait_before(asked, PER_ACCOUNT, now) is not None:
        return "TOO_MANY_ATTEMPTS"
    return None if known else "ACCOUNT_UNKNOWN"

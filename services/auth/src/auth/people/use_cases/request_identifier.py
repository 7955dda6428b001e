"""A person who lost the identifier has it sent to the address of the account. The answer is the same whoever asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from auth.ground.domain.errors import TooManyAttemptsError
from auth.ground.use_cases.shelves import HasAccounts, HasAttempts, HasMails
from auth.people.domain.accounts import AccountState
from auth.people.domain.mails import MailKind, QueuedMail
from auth.people.domain.throttling import network_of, wait_before
from auth.people.use_cases import events
from auth.people.use_cases.request_password import PER_ACCOUNT, PER_ADDRESS
from auth.people.use_cases.stores.accounts import AccountsByEmail, CountedAttempts
from auth.people.use_cases.stores.queues import QueueOfMails
from partnerkit.email import checked_email
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret, new_id


class Store(HasAccounts[AccountsByEmail], HasAttempts[CountedAttempts], HasMails[QueueOfMails], Protocol):
    """What `RequestIdentifier` sees of a transaction."""


class RequestIdentifier:
    """Queues one mail for each account of the address that is not locked."""

    def __init__(self, work: RecordedWork[Store], clock: Clock) -> None:
        """Everything happens in one transaction; the mail leaves later."""
        self._work = work
        self._clock = clock

    def __call__(self, typed: str, address: str) -> None:
        """Returns the same way whether an account has this mail address or none.

        Raises:
            InvalidEmailError: what was typed is no mail address.
            TooManyAttemptsError: too many requests from this network.
        """
        email, now = checked_email(typed), self._clock.now()
        mail_key, network_key = f"lost:{hash_secret(email)}", f"forgotten-from:{network_of(address)}"

        def request(repos: Store) -> Outcome[timedelta | None]:
            wait = wait_before(repos.attempts.of(network_key, now - PER_ADDRESS.window), PER_ADDRESS, now)
            is_often = wait_before(repos.attempts.of(mail_key, now - PER_ACCOUNT.window), PER_ACCOUNT, now) is not None
            if wait is None:
                repos.attempts.add(network_key, now)
                repos.attempts.add(mail_key, now)
            known = [one for one in repos.accounts.with_email(email) if one.state is not AccountState.LOCKED]
            where = {"ip": address}
            if wait is not None or is_often or not known:
                reason = "ACCOUNT_UNKNOWN" if wait is None and not is_often else "TOO_MANY_ATTEMPTS"
                return Outcome(wait, (events.refused("identifier.requested", None, reason, now, where),))
            for one in known:
                repos.mails.add(
                    QueuedMail(
                        mail_id=new_id(),
                        account_id=one.account_id,
                        kind=MailKind.LOST_IDENTIFIER,
                        queued_at=now,
                        next_attempt_at=now,
                    )
                )
            return Outcome(None, tuple(events.done("identifier.requested", one, now, ip=address) for one in known))

        wait = self._work.record(request)
        if wait is not None:
            raise TooManyAttemptsError("too many requests for an identifier", retry_after=wait)

"""The second step of a sign-in: a code of the person's application, or one of their recovery codes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from auth.ground.domain.errors import SessionEndedError, SignInUnfinishedError, TooManyAttemptsError, WrongCodeError
from auth.ground.use_cases.shelves import HasAttempts, HasCredentials, HasMails, HasSessions, HasSignIns
from auth.people.domain.credentials import CredentialKind, KeptSecret
from auth.people.domain.factors import Factor, FactorKind, with_factor
from auth.people.domain.mails import MailKind, QueuedMail
from auth.people.domain.one_time_codes import TypedCode, typed_code
from auth.people.domain.sessions import Session
from auth.people.domain.sign_ins import PastSignIn, SignInOutcome
from auth.people.domain.steps import Step, is_turn_of, without
from auth.people.domain.throttling import AttemptLimits
from auth.people.use_cases import events
from auth.people.use_cases.guard_sign_in import Counted, GuardSignIn, Origin, succeed
from auth.people.use_cases.ports import OneTimeCodes
from auth.people.use_cases.sign_in import SignedIn
from auth.people.use_cases.stores.accounts import ForgivenAttempts
from auth.people.use_cases.stores.credentials import ShownCredentials
from auth.people.use_cases.stores.history import CountedSignIns
from auth.people.use_cases.stores.queues import QueueOfMails
from auth.people.use_cases.stores.sessions import SessionsAtAStep
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret, new_id, new_secret

EVERYWHERE = AttemptLimits(window=timedelta(days=1), maximum=30, free=30)
"""Wrong codes of one account in a day, from browsers that nobody knows: with three codes of a million that are right at
any moment, guessing for a month succeeds once in four hundred."""
TOLD_AFTER = 5
"""So many wrong codes in a day are told to the person by mail, once: somebody has the password."""


class Store(
    HasSessions[SessionsAtAStep],
    HasCredentials[ShownCredentials],
    HasAttempts[ForgivenAttempts],
    HasSignIns[CountedSignIns],
    HasMails[QueueOfMails],
    Protocol,
):
    """What `ShowSecondFactor` sees of a transaction."""


@dataclass(frozen=True, kw_only=True)
class ShownCode:
    """What was typed, and from where. `device`: of a browser in which this account signed in before."""

    text: str = field(repr=False)
    address: str = ""
    device: str = ""
    user_agent: str = ""


class ShowSecondFactor:
    """Counts the attempt, compares, ends the step under a new cookie, records it."""

    def __init__(self, work: RecordedWork[Store], codes: OneTimeCodes, clock: Clock, guard: GuardSignIn) -> None:
        """`guard` counts wrong codes apart from wrong passwords, over `EVERYWHERE`."""
        self._work = work
        self._codes = codes
        self._clock = clock
        self._guard = guard

    def __call__(self, session: Session, shown: ShownCode) -> SignedIn:
        """The session in which the step is done.

        Raises:
            WrongCodeError: not a code of this person now; one that was taken is none any more.
            TooManyAttemptsError: with how long to wait.
            SignInUnfinishedError: another step comes first, or this one is done.
            SessionEndedError: the session ended meanwhile.
        """
        if not session.pending or not is_turn_of(Step.SECOND_FACTOR, session.pending):
            raise SignInUnfinishedError("it is not the turn of the second step")
        counted = self._guard.begin(Origin(f"second step of {session.account_id}", shown.address, shown.device))
        if isinstance(counted, timedelta):
            self._refuse(session, shown, "TOO_MANY_ATTEMPTS", None)
            raise TooManyAttemptsError("too many wrong codes", retry_after=counted)
        code, cookie = typed_code(shown.text), new_secret()
        opened = self._work.record(lambda repos: self._finish(repos, session, code, counted, cookie))
        if opened is None:
            self._refuse(session, shown, "INVALID_CODE", SignInOutcome.WRONG_CODE)
            raise WrongCodeError("not a code of this person now")
        return SignedIn(opened, cookie, shown.device)

    def _finish(
        self, repos: Store, session: Session, code: TypedCode, counted: Counted, cookie: str
    ) -> Outcome[Session | None]:
        now = self._clock.now()
        current = repos.sessions.find(session.session_id)
        if current is None or current.ended_at is not None:
            raise SessionEndedError("the session ended before the second step was done")
        if current.pending != session.pending:
            raise SignInUnfinishedError("the step was done meanwhile")
        tried = events.done("session.checked", session.account_id, now, session_id=session.session_id)
        took = self._take(repos, session.account_id, code, now)
        if took is None:
            return Outcome(None, (tried,))
        succeed(repos, counted, now)
        opened = replace(
            current,
            cookie_hash=hash_secret(cookie),
            seen_at=now,
            factors=with_factor(current.factors, Factor(FactorKind.ONE_TIME, now)),
            pending=without(current.pending, Step.SECOND_FACTOR),
        )
        repos.sessions.save(opened)
        shown = events.granted(opened, "second_step.done", now, None, kind=took.kind.value)
        return Outcome(opened, (shown,))

    def _take(self, repos: Store, account_id: str, code: TypedCode, now: datetime) -> KeptSecret | None:
        """The credential of which this is a code; it serves no more."""
        if code.is_recovery:
            return self._take_recovery(repos, account_id, code, now)
        matching = [
            (kept, counter)
            for kept in repos.credentials.secrets(account_id, {CredentialKind.AUTHENTICATOR})
            if (counter := self._codes.counter_of(kept.content, account_id, code.text, now)) is not None
        ]
        # Two may have one secret, added from two tabs: a code that any of them took before is none of the others'.
        taken = [
            repos.credentials.use(kept.credential_id, counter, self._codes.resealed(kept.content, account_id), now)
            for kept, counter in matching
        ]
        return matching[0][0] if taken and all(taken) else None

    def _take_recovery(self, repos: Store, account_id: str, code: TypedCode, now: datetime) -> KeptSecret | None:
        kept = repos.credentials.secrets(account_id, {CredentialKind.RECOVERY_CODE})
        found = next((one for one in kept if one.content == hash_secret(code.text)), None)
        if found is None or not repos.credentials.revoke(found.credential_id, now):
            return None
        repos.mails.add(_mail(account_id, MailKind.RECOVERY_CODE_USED, now, about=str(len(kept) - 1)))
        return found

    def _refuse(self, session: Session, shown: ShownCode, reason: str, outcome: SignInOutcome | None) -> None:
        now, account_id = self._clock.now(), session.account_id
        where = {"ip": shown.address, "session_id": session.session_id}

        def keep(repos: Store) -> Outcome[None]:
            if outcome is not None:
                entry = PastSignIn(account_id, now, outcome, shown.address, shown.user_agent)
                repos.sign_ins.add(entry)
                if repos.sign_ins.count_since(account_id, outcome, now - EVERYWHERE.window) == TOLD_AFTER:
                    repos.mails.add(_mail(account_id, MailKind.WRONG_CODES, now))
            return Outcome(None, (events.refused("second_step.refused", account_id, reason, now, where),))

        self._work.record(keep)


def _mail(account_id: str, kind: MailKind, now: datetime, about: str = "") -> QueuedMail:
    return QueuedMail(
        mail_id=new_id(), account_id=account_id, kind=kind, queued_at=now, next_attempt_at=now, about=about
    )

"""A person signs in with identifier and password."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from auth.ground.domain.errors import (
    AccountClosedError,
    InvalidCredentialsError,
    PasswordChecksOverloadedError,
    TooManyAttemptsError,
)
from auth.ground.use_cases.shelves import HasAccounts, HasAttempts, HasEndedSessions, HasLogoutNotices, HasSessions
from auth.people.domain.accounts import Account, AccountState, normalise_username
from auth.people.domain.factors import Factor, with_factor
from auth.people.domain.passwords import normalise_password, provisional_form
from auth.people.domain.sessions import EndReason, Session, SessionLimits
from auth.people.domain.steps import AT_THE_DOOR, Needs, Step, steps_for
from auth.people.use_cases import events
from auth.people.use_cases.ending import end_session
from auth.people.use_cases.guard_sign_in import Counted, GuardSignIn, Origin, succeed
from auth.people.use_cases.person_rights import PersonRights, only_one
from auth.people.use_cases.ports import Passwords
from auth.people.use_cases.stores.accounts import AccountsSigningIn, ForgivenAttempts
from auth.people.use_cases.stores.queues import QueueOfNotices
from auth.people.use_cases.stores.sessions import FeedOfSessions, SessionsSigningIn
from servicekit.audit_events import AuditEvent, Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret, new_id, new_secret


@dataclass(frozen=True, kw_only=True)
class SignInRequest:
    """What was typed, and from where. `cookie` is that of a session already open in this browser."""

    username: str
    password: str = field(repr=False)
    address: str = ""
    user_agent: str = ""
    cookie: str | None = field(default=None, repr=False)
    device: str = field(default="", repr=False)  # of a browser in which this identifier signed in before


@dataclass(frozen=True)
class SignedIn:
    """A session and the cookie that stands for it. The cookie is new at every sign-in (ASVS 7.2.4)."""

    session: Session
    cookie: str = field(repr=False)


class Store(
    HasAccounts[AccountsSigningIn],
    HasSessions[SessionsSigningIn],
    HasAttempts[ForgivenAttempts],
    HasEndedSessions[FeedOfSessions],
    HasLogoutNotices[QueueOfNotices],
    Protocol,
):
    """What `SignIn` sees of a transaction."""


class SignIn:
    """Counts the attempt, compares one hash, opens the session, records it."""

    def __init__(  # noqa: PLR0913 - a constructor
        self,
        work: RecordedWork[Store],
        passwords: Passwords,
        rights: PersonRights,
        clock: Clock,
        guard: GuardSignIn,
        limits: SessionLimits,
    ) -> None:
        """`limits`: how long the session lasts."""
        self._work = work
        self._passwords = passwords
        self._rights = rights
        self._clock = clock
        self._guard = guard
        self._limits = limits

    def __call__(self, request: SignInRequest) -> SignedIn:
        """Opens a session. What remains to be done is in its `pending`; until then it opens nothing.

        Raises:
            InvalidCredentialsError: never says whether identifier, password or state was the cause.
            AccountClosedError: the password was right, and the person may be told why it opens nothing.
            TooManyAttemptsError: with how long to wait.
            PasswordChecksOverloadedError: try again in a moment.
        """
        username = normalise_username(request.username)
        counted = self._guard.begin(Origin(username, request.address, request.device))
        if isinstance(counted, timedelta):
            self._record_refusal(None, request, "TOO_MANY_ATTEMPTS")
            raise TooManyAttemptsError("too many failed sign-ins", retry_after=counted)
        account = self._work.read(lambda repos: repos.accounts.find_by_username(username))
        provisional = provisional_form(request.password)
        if not self._is_right(account, request.password, provisional, counted):
            self._record_refusal(account, request, "INVALID_CREDENTIALS")
            raise InvalidCredentialsError("the identifier or the password is wrong")
        assert account is not None
        self._check_open(account, request, counted, provisional=provisional is not None)
        opening = _Opening(
            cookie=new_secret(),
            organisations=self._rights.organisation_ids(account.account_id),
            provisional=provisional is not None,
            counted=counted,
            limits=self._limits,
            new_hash=None if provisional is not None else self._better_hash(account, request.password),
        )
        return self._open(account, opening, request)

    def _is_right(self, account: Account | None, password: str, provisional: str | None, counted: Counted) -> bool:
        """Exactly one hash is compared, whatever is known of the account and whatever its state."""
        if account is None:
            known = None
        elif provisional is None:
            known = account.password_hash
        else:
            known = account.provisional.password_hash if account.provisional is not None else None
        try:
            is_same = self._passwords.verify(known, provisional or normalise_password(password))
        except PasswordChecksOverloadedError:
            self._guard.give_back(counted)
            raise
        return is_same and known is not None

    def _check_open(self, account: Account, request: SignInRequest, counted: Counted, *, provisional: bool) -> None:
        """Raises:
        AccountClosedError: only after the right password, so that it tells nothing to anybody else.
        """
        reason = account.why_closed(self._clock.now(), provisional=provisional)
        if reason is None:
            return
        self._guard.give_back(counted)
        self._record_refusal(account, request, reason)
        locker, helpers = account.locked_by or "", self._rights.helpers(account.account_id)
        known = self._work.read(lambda repos: repos.accounts.several([locker, *helpers]))
        names = {one.account_id: one.display_name for one in known if one.state is not AccountState.LOCKED}
        raise AccountClosedError(
            "the password is right and opens nothing",
            reason=reason,
            closed_by=names.get(locker, ""),
            helpers=sorted(names[one] for one in helpers if one in names),
        )

    def _better_hash(self, account: Account, password: str) -> str | None:
        """The same password hashed with the parameters of today, when those of its hash are older."""
        if account.password_hash is None or not self._passwords.is_outdated(account.password_hash):
            return None
        try:
            return self._passwords.hash(normalise_password(password))
        except PasswordChecksOverloadedError:
            return None  # next time

    def _record_refusal(self, account: Account | None, request: SignInRequest, reason: str) -> None:
        event = events.refused(
            "login.refused",
            account.account_id if account is not None else None,
            reason,
            self._clock.now(),
            {**_where(request), **(events.who(account) if account is not None else {})},
        )
        self._work.record(lambda _repos: Outcome(None, (event,)))

    def _open(self, account: Account, opening: _Opening, request: SignInRequest) -> SignedIn:
        now = self._clock.now()

        def open_session(repos: Store) -> Outcome[Session]:
            current = repos.accounts.find(account.account_id)
            if current is None or not _is_unchanged(current, account) or not _consume(repos, account, opening, now):
                raise InvalidCredentialsError("the account changed meanwhile")
            succeed(repos, opening.counted, now)
            session, more = _session(repos, current, request, opening, now)
            if not opening.provisional:
                password_hash = opening.new_hash or current.password_hash
                repos.accounts.save(replace(current, last_login_at=now, password_hash=password_hash))
            told = {**_where(request), **events.who(current)}
            opened = events.granted(session, "session.opened", now, None, **told, provisional=opening.provisional)
            return Outcome(session, (opened, *more))

        return SignedIn(self._work.record(open_session), opening.cookie)


@dataclass(frozen=True)
class _Opening:
    """How the session is opened."""

    cookie: str
    organisations: tuple[str, ...] | None
    provisional: bool
    counted: Counted
    limits: SessionLimits
    new_hash: str | None = None

    def needs(self, organisation_id: str | None) -> Needs:
        """What decides the steps of a session that speaks for this organisation."""
        return Needs(self.provisional, organisation_id, self.organisations)


def _is_unchanged(current: Account, seen: Account) -> bool:
    """The password that was compared is still the one of the account."""
    return (
        current.state is not AccountState.LOCKED
        and current.password_hash == seen.password_hash
        and current.provisional == seen.provisional
    )


def _consume(repos: Store, account: Account, opening: _Opening, now: datetime) -> bool:
    """A provisional password is used up by its first sign-in."""
    if not opening.provisional:
        return True
    pending = account.provisional
    return pending is not None and repos.accounts.use_provisional(account.account_id, pending.password_hash, now)


def _session(
    repos: Store, account: Account, request: SignInRequest, opening: _Opening, now: datetime
) -> tuple[Session, tuple[AuditEvent, ...]]:
    """A new session; or, when the same person authenticates again in this browser, the same one renewed."""
    before = repos.sessions.find_by_cookie(hash_secret(request.cookie)) if request.cookie else None
    more: tuple[AuditEvent, ...] = ()
    shown = Factor(AT_THE_DOOR, now)
    if before is not None and before.ended_at is None:
        alive = before.is_alive(opening.limits, now)
        if (
            alive
            and before.account_id == account.account_id
            and not opening.provisional
            and Step.CHOOSE_PASSWORD not in before.pending
        ):
            renewed = replace(
                before,
                cookie_hash=hash_secret(opening.cookie),
                authenticated_at=now,
                seen_at=now,
                factors=with_factor(before.factors, shown),
                pending=steps_for(opening.needs(before.organisation_id)),
            )
            repos.sessions.save(renewed)
            return renewed, ()
        more = end_session(repos, before, EndReason.REPLACED if alive else EndReason.EXPIRED, now).events
    organisation_id = only_one(opening.organisations)
    session = Session(
        session_id=new_id(),
        cookie_hash=hash_secret(opening.cookie),
        account_id=account.account_id,
        opened_at=now,
        seen_at=now,
        authenticated_at=now,
        previous_login_at=account.last_login_at,
        organisation_id=organisation_id,
        factors=(shown,),
        pending=steps_for(opening.needs(organisation_id)),
        address=request.address,
        user_agent=request.user_agent[:200],
    )
    repos.sessions.add(session)
    return session, more


def _where(request: SignInRequest) -> dict[str, str]:
    return {"ip": request.address, "user_agent": request.user_agent[:200]}

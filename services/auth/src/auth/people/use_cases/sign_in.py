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
from auth.ground.use_cases.shelves import (
    HasAcceptances,
    HasAccounts,
    HasAttempts,
    HasCredentials,
    HasEndedSessions,
    HasKnownDevices,
    HasLogoutNotices,
    HasMails,
    HasSessions,
    HasSignIns,
)
from auth.people.domain.accounts import Account, AccountState, normalise_username
from auth.people.domain.credentials import has_second_factor
from auth.people.domain.engagement import Document
from auth.people.domain.factors import Factor, with_factor
from auth.people.domain.mails import MailKind, QueuedMail
from auth.people.domain.passwords import normalise_password, provisional_form
from auth.people.domain.sessions import EndReason, Session, SessionLimits
from auth.people.domain.sign_ins import PastSignIn, SignInOutcome
from auth.people.domain.steps import AT_THE_DOOR, Needs, Step, steps_for
from auth.people.use_cases import events
from auth.people.use_cases.ending import end_session
from auth.people.use_cases.guard_sign_in import Counted, GuardSignIn, Origin, succeed
from auth.people.use_cases.person_rights import PersonRights, only_one
from auth.people.use_cases.ports import Passwords
from auth.people.use_cases.stores.accounts import AccountsSigningIn, ForgivenAttempts
from auth.people.use_cases.stores.credentials import ReadCredentials
from auth.people.use_cases.stores.history import ReadAcceptances, SeenDevices, SignInsWritten
from auth.people.use_cases.stores.queues import QueueOfMails, QueueOfNotices
from auth.people.use_cases.stores.sessions import FeedOfSessions, SessionsSigningIn
from servicekit.audit_events import AuditEvent, Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret, new_id, new_secret

_LONGEST_AGENT = 200


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
    device: str = field(default="", repr=False)  # the secret by which this browser is known the next time


class Store(
    HasAccounts[AccountsSigningIn],
    HasSessions[SessionsSigningIn],
    HasAttempts[ForgivenAttempts],
    HasEndedSessions[FeedOfSessions],
    HasLogoutNotices[QueueOfNotices],
    HasMails[QueueOfMails],
    HasAcceptances[ReadAcceptances],
    HasCredentials[ReadCredentials],
    HasSignIns[SignInsWritten],
    HasKnownDevices[SeenDevices],
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
        engagement: Document,
    ) -> None:
        """`limits`: how long the session lasts; `engagement`: the version of today."""
        self._work = work
        self._passwords = passwords
        self._rights = rights
        self._clock = clock
        self._guard = guard
        self._limits = limits
        self._engagement = engagement

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
            self._record_refusal(account, request, "INVALID_CREDENTIALS", SignInOutcome.WRONG_PASSWORD)
            raise InvalidCredentialsError("the identifier or the password is wrong")
        assert account is not None
        self._check_open(account, request, counted, provisional=provisional is not None)
        opening = _Opening(
            cookie=new_secret(),
            device=request.device or new_secret(16),
            engagement=self._engagement,
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
        self._record_refusal(account, request, reason, SignInOutcome.CLOSED)
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

    def _record_refusal(
        self, account: Account | None, request: SignInRequest, reason: str, outcome: SignInOutcome | None = None
    ) -> None:
        """`outcome`: as the person's history says it; None where no password was looked at."""
        now = self._clock.now()
        event = events.refused(
            "login.refused",
            account.account_id if account is not None else None,
            reason,
            now,
            {**_where(request), **(events.who(account) if account is not None else {})},
        )

        def keep(repos: Store) -> Outcome[None]:
            if account is not None and outcome is not None:
                repos.sign_ins.add(_entry(account, request, outcome, now))
            return Outcome(None, (event,))

        self._work.record(keep)

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

        return SignedIn(self._work.record(open_session), opening.cookie, opening.device)


@dataclass(frozen=True, kw_only=True)
class _Opening:
    """How the session is opened."""

    cookie: str
    device: str
    engagement: Document
    organisations: tuple[str, ...] | None
    provisional: bool
    counted: Counted
    limits: SessionLimits
    new_hash: str | None = None

    def steps(self, repos: Store, account_id: str, organisation_id: str | None) -> tuple[Step, ...]:
        """What remains in a session that speaks for this organisation."""
        accepted = repos.acceptances.find(account_id, self.engagement.name, self.engagement.version) is not None
        needs = Needs(
            second_factor=has_second_factor(repos.credentials.of(account_id)),
            provisional_password=self.provisional,
            engagement_accepted=accepted,
            organisation_id=organisation_id,
            organisations=self.organisations,
        )
        return steps_for(needs)


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
    previous_at, new_device = _remember(repos, account, request, opening, now)
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
                pending=opening.steps(repos, account.account_id, before.organisation_id),
                new_device=before.new_device or new_device,
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
        previous_login_at=previous_at,
        organisation_id=organisation_id,
        factors=(shown,),
        pending=opening.steps(repos, account.account_id, organisation_id),
        address=request.address,
        user_agent=request.user_agent[:_LONGEST_AGENT],
        new_device=new_device,
    )
    repos.sessions.add(session)
    return session, more


def _remember(
    repos: Store, account: Account, request: SignInRequest, opening: _Opening, now: datetime
) -> tuple[datetime | None, bool]:
    """Adds to the history; gives when the person had signed in before, and whether with other browsers only. Of that
    they are told by mail, too: it may be somebody else."""
    last = repos.sign_ins.last_success(account.account_id)
    previous_at = last.at if last is not None else account.last_login_at
    is_known = repos.known_devices.see(account.account_id, hash_secret(opening.device), now)
    repos.sign_ins.add(_entry(account, request, SignInOutcome.SIGNED_IN, now))
    new_device = previous_at is not None and not is_known
    if new_device:
        mail = QueuedMail(
            mail_id=new_id(),
            account_id=account.account_id,
            kind=MailKind.NEW_DEVICE,
            queued_at=now,
            next_attempt_at=now,
            about=request.user_agent[:_LONGEST_AGENT],
        )
        repos.mails.add(mail)
    return previous_at, new_device


def _entry(account: Account, request: SignInRequest, outcome: SignInOutcome, now: datetime) -> PastSignIn:
    return PastSignIn(account.account_id, now, outcome, request.address, request.user_agent[:_LONGEST_AGENT])


def _where(request: SignInRequest) -> dict[str, str]:
    return {"ip": request.address, "user_agent": request.user_agent[:_LONGEST_AGENT]}

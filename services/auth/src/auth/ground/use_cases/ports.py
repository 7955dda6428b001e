"""Everything auth needs from the world. The store is one transaction; the rest is asked outside of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Protocol, TypeAlias

from auth.clients.domain.clients import Client
from auth.ground.use_cases.protocol_ports import (
    Codes,
    DeviceRequests,
    InitialAccessTokens,
    PushedRequests,
    RefreshTokens,
    RevokedTokens,
    SeenTokens,
)
from auth.people.domain.accounts import Account
from auth.people.domain.mails import Message, QueuedMail, UnsentMail
from auth.people.domain.sessions import ClientSession, EndedSession, Session
from auth.protocol.domain.grants import Consent
from rights.snapshot import Snapshot
from servicekit.audit_events import RecordedWork


class Accounts(Protocol):
    """Accounts by identifier and by user name."""

    def find(self, account_id: str) -> Account | None: ...
    def find_by_username(self, username: str) -> Account | None: ...
    def several(self, account_ids: Sequence[str]) -> Sequence[Account]: ...
    def with_email(self, email: str) -> Sequence[Account]: ...
    def username_exists(self, username: str) -> bool: ...
    def add(self, account: Account) -> None: ...
    def save(self, account: Account) -> None: ...
    def use_provisional(self, account_id: str, password_hash: str, used_at: datetime) -> bool:
        """Marks the provisional password as used; False when it was already (or is another one by now)."""


class Sessions(Protocol):
    """Sessions, and the clients that received tokens in each."""

    def find(self, session_id: str) -> Session | None: ...
    def find_by_cookie(self, cookie_hash: str) -> Session | None: ...
    def find_with_account(self, session_id: str) -> tuple[Session | None, Account | None]:
        """By one question."""

    def open_of(self, account_id: str) -> Sequence[Session]: ...
    def expired(self, idle_since: datetime, opened_before: datetime, limit: int) -> Sequence[str]:
        """Identifiers of open ones whose time is over. Rows are read one by one, by `find`."""

    def add(self, session: Session) -> None: ...
    def save(self, session: Session) -> None: ...
    def touch(self, session_id: str, seen_at: datetime) -> bool:
        """Notes activity; False when the session has ended."""

    def end(self, session_id: str, ended_at: datetime) -> bool:
        """Ends it; False when it had ended already."""

    def remember_client(self, session_id: str, client_id: str) -> None:
        """Notes that the client received tokens in this session."""

    def clients_of(self, session_id: str) -> Sequence[str]: ...
    def with_clients(self, after: tuple[str, str], limit: int) -> Sequence[ClientSession]:
        """Open sessions with each client that got tokens in them, by session and client, after these two."""

    def forget_client(self, session_id: str, client_id: str) -> bool:
        """The client's session is over; False when it was: exactly one caller ends it."""

    def forget_before(self, moment: datetime) -> None:
        """Deletes those that ended before, with what is known of their clients."""


class EndedSessions(Protocol):
    """The feed: every end gets the next gap-free revision."""

    def append(self, session: Session, ended_at: datetime, reason: str) -> EndedSession:
        """A session ended."""

    def append_token(self, token_id: str, ended_at: datetime) -> EndedSession:
        """A token was revoked, by its `jti`, or every token of a family."""

    def append_client(self, client_id: str, ended_at: datetime) -> EndedSession:
        """Every token of a client, issued until then, was revoked."""

    def position(self) -> tuple[int, str]:
        """Newest revision and epoch."""

    def after(self, revision: int, limit: int) -> Sequence[EndedSession]: ...
    def since(self, moment: datetime) -> Sequence[EndedSession]: ...
    def forget_before(self, moment: datetime) -> None: ...


class Clients(Protocol):
    """Registered relying parties."""

    def find(self, client_id: str) -> Client | None: ...
    def all(self) -> Sequence[Client]: ...
    def mark(self) -> tuple[int, int]:
        """Another one after every change of any client: cheap to ask for."""

    def save(self, client: Client) -> None: ...
    def delete(self, client_id: str) -> None: ...
    def consent_of(self, account_id: str, client_id: str) -> Consent | None: ...
    def consents_of(self, account_id: str) -> Sequence[Consent]: ...
    def forget_consent(self, account_id: str, client_id: str) -> bool: ...
    def remember_consent(self, account_id: str, client_id: str, scope: Sequence[str], at: datetime) -> None: ...


class Attempts(Protocol):
    """Failures to sign in, by key (`people/use_cases/guard_sign_in.py`), and whence accounts signed in."""

    def of(self, key: str, since: datetime) -> Sequence[datetime]: ...
    def add(self, key: str, at: datetime) -> None: ...
    def forget(self, key: str) -> None: ...
    def forget_one(self, key: str, at: datetime) -> None: ...
    def knows_origin(self, origin_key: str) -> bool:
        """Whether this account has signed in from this network."""

    def remember_origin(self, origin_key: str, seen_at: datetime) -> None: ...
    def forget_before(self, moment: datetime) -> None: ...
    def forget_origins_before(self, moment: datetime) -> None: ...


class Mails(Protocol):
    """The outbox of mails."""

    def add(self, mail: QueuedMail) -> None: ...
    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Identifiers, oldest first; those set aside are left out. Rows are read one by one, by `find`."""

    def find(self, mail_id: str) -> QueuedMail | None: ...
    def claim(self, mail: QueuedMail, next_attempt_at: datetime) -> bool:
        """Takes it for one attempt, counted; False when another process has it."""

    def release(self, mail: QueuedMail, next_attempt_at: datetime) -> None:
        """Gives it back for a later attempt."""

    def mark_sent(self, mail_id: str, sent_at: datetime) -> None: ...
    def set_aside(self, mail_id: str, failure: str, at: datetime) -> None:
        """Not tried until `take_up`; reads nothing else of the row."""

    def take_up(self, mail_id: str, at: datetime) -> bool:
        """Tries one that was set aside again, from its first attempt; False when there is none."""

    def unsent(self) -> Sequence[UnsentMail]:
        """Everything that has not left, those set aside first, then oldest first."""

    def waiting(self, account_ids: Sequence[str]) -> frozenset[str]:
        """Accounts that have a mail not sent yet, those set aside included."""

    def problems(self, account_ids: Sequence[str], late_since: datetime) -> Mapping[str, str]:
        """By account: why its newest unsent mail was set aside, or MAIL_LATE when it waits since before
        `late_since`."""

    def forget_before(self, moment: datetime) -> None:
        """Deletes those sent or set aside before; one that waits is kept."""


@dataclass(frozen=True)
class LogoutNotice:
    """A logout token that a client must still receive."""

    notice_id: str
    session_id: str
    account_id: str
    client_id: str
    queued_at: datetime
    next_attempt_at: datetime
    attempts: int = 0
    delivered_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str = ""  # why it was set aside
    has_begun: bool = False  # the client began the logout itself: it has closed its session, or does so right away
    rights_after: int = 0  # of which change of the rights it is the consequence; see `RightsChange`
    rights_revision: int = 0


class LogoutNotices(Protocol):
    """The outbox of back-channel logout."""

    def add(self, notice: LogoutNotice) -> None: ...
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

    def take_up(self, notice_id: str, at: datetime) -> bool:
        """Tries one that was set aside again; False when there is none."""

    def apart(self) -> Sequence[tuple[str, str, str]]:
        """Identifier, client and failure of those set aside, oldest first."""

    def of_session(self, session_id: str) -> Sequence[LogoutNotice]: ...
    def tell_last(self, session_id: str, client_id: str, not_before: datetime) -> None:
        """Marks the notices of a client that began the logout, and does not try them before a moment."""

    def of_change(self, revision: int) -> Sequence[LogoutNotice]:
        """Those that follow from this revision of the rights, delivered ones too."""

    def forget_before(self, moment: datetime) -> None: ...


class Commands(Protocol):
    """Commands of habpps that were carried out, so that a repeated one changes nothing."""

    def answer_of(self, command_id: str) -> str | None: ...
    def remember(self, command_id: str, answer: str, at: datetime) -> None: ...
    def forget_before(self, moment: datetime) -> None: ...


class AuthRepos(Protocol):
    """The repositories of one transaction."""

    @property
    def accounts(self) -> Accounts: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def ended_sessions(self) -> EndedSessions: ...
    @property
    def codes(self) -> Codes: ...
    @property
    def refresh_tokens(self) -> RefreshTokens: ...
    @property
    def clients(self) -> Clients: ...
    @property
    def attempts(self) -> Attempts: ...
    @property
    def mails(self) -> Mails: ...
    @property
    def logout_notices(self) -> LogoutNotices: ...
    @property
    def commands(self) -> Commands: ...
    @property
    def pushed_requests(self) -> PushedRequests: ...
    @property
    def device_requests(self) -> DeviceRequests: ...
    @property
    def seen_tokens(self) -> SeenTokens: ...
    @property
    def revoked_tokens(self) -> RevokedTokens: ...
    @property
    def initial_access_tokens(self) -> InitialAccessTokens: ...


AuthWork: TypeAlias = RecordedWork[AuthRepos]


class EachApart(Protocol):
    """Handles each item; one that fails by a mistake of the program or by its content is set aside, the rest go on."""

    def __call__(
        self,
        items: Iterable[str],
        handle: Callable[[str], None],
        set_aside: Callable[[str, str, str], None],
        *,
        queue: str,
    ) -> int:
        """`set_aside` gets the item, the name of the failure and the reference in the log; gives how many were.

        Raises:
            ServiceError: from `handle` or `set_aside`: the affair of the queue, not of the item.
        """


class Passwords(Protocol):
    """Hashing of passwords. Costly on purpose."""

    def hash(self, password: str) -> str:
        """Raises PasswordChecksOverloadedError when every core is busy for too long."""

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Against a dummy when there is no hash, so that both cost the same.

        Raises:
            PasswordChecksOverloadedError: every core is busy for too long.
        """

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than those of today."""


class Signer(Protocol):
    """Signs our tokens."""

    def sign(self, token_type: str, claims: Mapping[str, Any], algorithm: str = "ES256") -> str:
        """A compact JWS; `token_type` is the header `typ`, `algorithm` one of `domain.clients.OUR_ALGORITHMS`."""


class RightsReplica(Protocol):
    """The replica of the rights that habpps feeds."""

    def current(self) -> tuple[Snapshot | None, timedelta]:
        """The snapshot, and how long ago it was known to be the newest."""


class Mailer(Protocol):
    """Sends one mail.

    Raises:
        DependencyUnavailableError: it did not leave; worth another attempt.
        MailRefusedError: it never will.
    """

    def send(self, message: Message) -> None: ...


class LogoutAnswer(Enum):
    """What a client says to a logout token (Back-Channel Logout 1.0 §2.8)."""

    TAKEN = "taken"
    REFUSED = "refused"
    NONE = "none"  # no answer, or one that says nothing about the token: worth another attempt


class LogoutCalls(Protocol):
    """Posts a logout token to a client."""

    def post(self, address: str, logout_token: str, *, of_the_house: bool) -> LogoutAnswer:
        """`of_the_house`: the operator vouches for the address, which may be in a private network."""


MailTexts: TypeAlias = Callable[[QueuedMail, Account, str | None, str], Message]
"""Writes the mail; then the provisional password for the kinds that carry one, and the name of who asked for it."""


class OwnTokens(Protocol):
    """Verifies tokens that we signed."""

    def access_token(self, unverified_token: str) -> Mapping[str, Any]:
        """Claims of a living access token. Raises SessionEndedError otherwise."""

    def id_token_hint(self, unverified_token: str) -> Mapping[str, Any] | None:
        """Claims of an ID token of ours, living or not, else None."""

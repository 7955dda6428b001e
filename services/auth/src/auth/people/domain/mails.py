"""Mails to send. A row never holds a password: the provisional one is drawn at the moment of sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from auth.people.domain.accounts import Account
from auth.people.domain.links import LinkTo
from auth.people.domain.notices import Notice


class MailKind(Enum):
    """What a mail is for."""

    IDENTIFIER = "identifier"
    PROVISIONAL_PASSWORD = "provisional_password"  # noqa: S105 - the kind of a mail
    RENEWED_PASSWORD = "renewed_password"  # noqa: S105 - the kind of a mail
    FORGOTTEN_PASSWORD = "forgotten_password"  # noqa: S105 - the kind of a mail
    DISOWNED_PASSWORD = "disowned_password"  # noqa: S105 - the kind of a mail

    LOST_IDENTIFIER = "lost_identifier"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the kind of a mail
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    FACTOR_ADDED = "factor_added"  # `about`: what the person calls it
    FACTOR_REMOVED = "factor_removed"  # `about`: the same
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"  # `about`: how many are left
    WRONG_CODES = "wrong_codes"  # somebody who knows the password does not know the second step
    NEW_DEVICE = "new_device"  # `about`: what the browser said of itself
    LOGIN_DISOWNED = "login_disowned"  # to the administrators: somebody of theirs disowned a sign-in
    INVITATION = "invitation"  # `about`: the name that the administrator typed
    ADDRESS_TO_PROVE = "address_to_prove"
    ADDRESS_ASKED = "address_asked"  # to the present address; `about`: the new one
    ADDRESS_CHANGED = "address_changed"
    NAMES_CORRECTED = "names_corrected"
    NOTICE = "notice"  # what an act of administration changed for the person

    @property
    def carries_password(self) -> bool:
        """Whether a provisional password is drawn for it."""
        return self in _WITH_PASSWORD


_WITH_PASSWORD = frozenset(
    {
        MailKind.PROVISIONAL_PASSWORD,
        MailKind.RENEWED_PASSWORD,
        MailKind.FORGOTTEN_PASSWORD,
        MailKind.DISOWNED_PASSWORD,
    }
)


@dataclass(frozen=True, kw_only=True)
class QueuedMail:
    """A mail that waits, with what it says about who asked for it."""

    mail_id: str
    account_id: str
    kind: MailKind
    queued_at: datetime
    next_attempt_at: datetime
    requested_by: str = ""
    organisation_name: str = ""
    attempts: int = 0
    sent_at: datetime | None = None
    failed_at: datetime | None = None
    about: str = ""  # what or whom it speaks of: the name of a person who is not the receiver, a browser
    failure: str = ""  # UPPER_SNAKE, or the name of an exception: why it was set aside
    address: str = ""  # where it goes, when that is not the address of the account
    link: LinkTo | None = None  # what its link leads to; the secret is drawn when it is sent
    notice: Notice | None = None  # what it tells; with an identifier, what is open to the new person


@dataclass(frozen=True, kw_only=True)
class UnsentMail:
    """A mail that has not left, as far as its row can be read: what an operator is shown."""

    mail_id: str
    account_id: str
    kind: str
    queued_at: datetime | None
    attempts: int
    failure: str = ""  # empty: it is still tried


@dataclass(frozen=True)
class Letter:
    """Everything that a mail is made of. `asked_by`: name of who asked for it, or empty; `helpers`: names of those who
    can help the receiver; `token`: the secret of its link."""

    mail: QueuedMail
    account: Account
    password: str | None = None
    asked_by: str = ""
    helpers: Sequence[str] = ()
    token: str = ""


@dataclass(frozen=True)
class Message:
    """A mail ready to leave."""

    to: str
    subject: str
    text: str


LATE_AFTER = timedelta(hours=1)
"""A mail that has been waiting that long is told to the administrator and to the operator."""
GIVE_UP_AFTER = timedelta(days=3)
"""A mail that no server took for that long is set aside."""
LATE = "MAIL_LATE"
GIVEN_UP = "MAIL_SERVER_UNREACHABLE"


def retry_delay(attempts: int, *, first: timedelta = timedelta(seconds=1), most: timedelta) -> timedelta:
    """Doubles at each failure, up to `most`."""
    return min(first * (1 << min(attempts, 20)), most)

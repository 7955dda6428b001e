"""Accounts: who can sign in. The secrets are hashes; habpps decides who exists."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from partnerkit.text import ascii_letters_of


class AccountState(Enum):
    """Life of an account, as habpps sees it."""

    PROVISIONAL = "provisional"
    ACTIVE = "active"
    LOCKED = "locked"


@dataclass(frozen=True)
class ProvisionalPassword:
    """A password sent by mail: single use, short life."""

    password_hash: str
    expires_at: datetime
    used_at: datetime | None = None

    def is_usable(self, now: datetime) -> bool:
        """Whether it may still open the page where the person chooses a password."""
        return self.used_at is None and now < self.expires_at


@dataclass(frozen=True, kw_only=True)
class Account:
    """A person who can sign in. `account_id` is the OpenID Connect subject."""

    account_id: str
    username: str
    given_name: str
    family_name: str
    email: str
    created_at: datetime
    password_hash: str | None = None
    provisional: ProvisionalPassword | None = None
    locked_at: datetime | None = None
    locked_reason: str | None = None
    last_login_at: datetime | None = None
    password_changed_at: datetime | None = None  # since when the password is the one it is
    locked_by: str | None = None  # account of the administrator
    language: str = "fr"  # in which the person last read our pages: that of the mails

    @property
    def state(self) -> AccountState:
        """State, from what is known: a lock wins over everything."""
        if self.locked_at is not None:
            return AccountState.LOCKED
        return AccountState.ACTIVE if self.password_hash is not None else AccountState.PROVISIONAL

    def why_closed(self, now: datetime, *, provisional: bool) -> str | None:
        """Why the right password opens nothing, or None: ACCOUNT_LOCKED, PROVISIONAL_USED, PROVISIONAL_EXPIRED.

        `provisional`: whether it is the provisional one.
        """
        if self.state is AccountState.LOCKED:
            return "ACCOUNT_LOCKED"
        if not provisional:
            return None
        if self.provisional is None or self.provisional.used_at is not None:
            return "PROVISIONAL_USED"
        return None if self.provisional.is_usable(now) else "PROVISIONAL_EXPIRED"

    @property
    def display_name(self) -> str:
        """Given name and family name."""
        return full_name(self.given_name, self.family_name)

    def is_same_person(self, given_name: str, family_name: str, email: str) -> bool:
        """Whether a repeated creation speaks of the same person."""
        return (self.given_name, self.family_name, self.email) == (given_name, family_name, email)


def full_name(given_name: str, family_name: str) -> str:
    """What a person is called."""
    return f"{given_name} {family_name}".strip()


def without_password(account: Account, now: datetime) -> Account:
    """The same, of whom no password is valid from now on."""
    return replace(account, password_hash=None, provisional=None, password_changed_at=now)


def normalise_username(typed: str) -> str:
    """What is compared: no surrounding space, no control character, lower case."""
    plain = "".join(character for character in typed if character.isprintable() or character.isspace())
    return unicodedata.normalize("NFKC", plain).strip().lower()[:64]


def make_username(given_name: str, family_name: str, number: int) -> str:
    """A readable identifier: `Martine Durand`, 4821 -> `mdurand-4821`.

    `number` (0 to 9999) makes it unique; the caller draws another one when it is taken.
    """
    initial = ascii_letters_of(given_name)[:1]
    name = ascii_letters_of(family_name)[:20]
    return f"{initial}{name or 'compte'}-{number:04d}"

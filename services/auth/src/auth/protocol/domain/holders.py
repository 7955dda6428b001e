"""Who holds a grant or a token: a session and whose it is, as far as tokens speak of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auth.people.domain.accounts import full_name
from auth.people.domain.sessions import SessionState


@dataclass(frozen=True, kw_only=True)
class Holder(SessionState):
    """A session with its account, read by one question. No secret of the account is in it, not even a hash.

    `changed_at`: since when the account is as it is; `may_sign_in`: it has a password and is not locked.
    """

    username: str
    given_name: str
    family_name: str
    email: str
    changed_at: datetime
    may_sign_in: bool

    @property
    def display_name(self) -> str:
        """Given name and family name."""
        return full_name(self.given_name, self.family_name)

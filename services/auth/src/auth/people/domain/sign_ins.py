"""What is remembered of the sign-ins of a person: the history they may look through, and the browsers they used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

KEEP_HISTORY = timedelta(days=365)
KEEP_DEVICES = timedelta(days=180)


class SignInOutcome(Enum):
    """How it ended."""

    SIGNED_IN = "signed_in"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - an outcome, not a secret
    WRONG_CODE = "wrong_code"  # the password was right, the second step was not
    CLOSED = "closed"  # the password was right, and the account opened nothing


@dataclass(frozen=True)
class PastSignIn:
    """One entry of the history. `address`: network address; `device`: what the browser said of itself."""

    account_id: str
    at: datetime
    outcome: SignInOutcome
    address: str = ""
    device: str = ""

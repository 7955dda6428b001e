"""Codes of an application by `pyotp` (RFC 6238), their secrets sealed with the secret of the pages."""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest

import pyotp

from auth.people.domain.one_time_codes import DIGITS
from servicekit.web.secrets import Sealer

_NEIGHBOURS = (0, -1, 1)
"""One half minute of a clock that is wrong, or of a slow hand (RFC 6238 §5.2)."""


class TotpCodes:
    """Six digits, half a minute, SHA-1: the only form that every application reads."""

    def __init__(self, sealer: Sealer) -> None:
        """`sealer`: of its own purpose; a text is bound to its account."""
        self._sealer = sealer

    def new(self, account_id: str) -> str:
        """See the port: 160 bits (RFC 4226 §4)."""
        return self._sealer.seal(pyotp.random_base32(), account_id)

    def opened(self, sealed: str, account_id: str) -> str | None:
        """See the port."""
        return self._sealer.read(sealed, account_id, str)

    def counter_of(self, sealed: str, account_id: str, code: str, at: datetime) -> int | None:
        """See the port."""
        secret = self.opened(sealed, account_id)
        if secret is None:
            return None
        totp = pyotp.TOTP(secret, digits=DIGITS)
        now = totp.timecode(at)
        return next((now + step for step in _NEIGHBOURS if compare_digest(totp.generate_otp(now + step), code)), None)

    def resealed(self, sealed: str, account_id: str) -> str:
        """See the port."""
        secret = self.opened(sealed, account_id)
        return sealed if secret is None else self._sealer.seal(secret, account_id)

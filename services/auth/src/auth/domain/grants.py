"""What was granted to a client: authorization codes, refresh tokens and their families."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime

CODE_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
CODE_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True)
class AuthorizationCode:
    """A code as kept: its SHA-256, what it was asked for, and whether it was used (RFC 6749 §4.1.2)."""

    code_hash: str
    client_id: str
    account_id: str
    session_id: str
    organisation_id: str | None
    redirect_uri: str
    scope: str
    audience: str
    code_challenge: str
    nonce: str | None
    issued_at: datetime
    expires_at: datetime
    family_id: str
    used_at: datetime | None = None


@dataclass(frozen=True)
class RefreshToken:
    """A refresh token as kept. All that descend from one code are a family and end together (RFC 9700 §4.14)."""

    token_hash: str
    family_id: str
    client_id: str
    account_id: str
    session_id: str
    organisation_id: str | None
    scope: str
    audience: str
    access_token_id: str
    issued_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


def verifier_matches(verifier: str, challenge: str) -> bool:
    """RFC 7636 §4.6, S256 only; a verifier that §4.1 does not allow matches nothing."""
    if not CODE_VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), challenge)

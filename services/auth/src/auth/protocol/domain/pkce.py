"""PKCE (RFC 7636), S256 only: what is asked of an authorization request, and of the exchange of its code."""

from __future__ import annotations

import hashlib
import hmac
import re

from auth.clients.domain.client_profiles import pkce_required
from auth.clients.domain.clients import Client
from servicekit.identifiers import base64url

SHA_256 = re.compile(r"[A-Za-z0-9_-]{43}")
"""A SHA-256 in base64url."""
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def challenge_problem(client: Client, challenge: str | None, method: str | None) -> str | None:
    """What is wrong with an authorization request (RFC 7636 §4.3, RFC 9700 §2.1.1), or None. `plain` is refused, also
    as the default of an absent method."""
    if challenge is None:
        return "code_challenge is required" if pkce_required(client) or method is not None else None
    if method != "S256":
        return "code_challenge_method must be S256"
    return None if SHA_256.fullmatch(challenge) else "code_challenge is not a SHA-256 in base64url"


def verifier_problem(challenge: str, verifier: str) -> str | None:
    """What is wrong with an exchange (RFC 7636 §4.6), or None. `challenge` is empty when the code was asked for without
    one: then a verifier is refused too, as somebody took the challenge out of the request (RFC 9700 §4.8.2)."""
    if not challenge:
        return "code_verifier without code_challenge" if verifier else None
    if not verifier:
        return "code_verifier is missing"
    return None if _matches(verifier, challenge) else "code_verifier does not fit code_challenge"


def _matches(verifier: str, challenge: str) -> bool:
    """A verifier that §4.1 does not allow matches nothing."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return hmac.compare_digest(base64url(digest), challenge)

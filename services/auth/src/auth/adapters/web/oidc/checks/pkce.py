"""PKCE with S256, of every client."""

from auth.adapters.web.oidc.checks.asked import Asked
from auth.adapters.web.oidc.errors import AuthorizationRefusedError
from auth.domain.grants import CODE_CHALLENGE


def pkce_s256(asked: Asked) -> None:
    """RFC 7636 §4.3, RFC 9700 §2.1.1; `plain` is refused, also as the default of an absent method."""
    challenge = asked.one("code_challenge")
    if challenge is None:
        raise AuthorizationRefusedError("invalid_request", "code_challenge is required")
    if asked.one("code_challenge_method") != "S256":
        raise AuthorizationRefusedError("invalid_request", "code_challenge_method must be S256")
    if not CODE_CHALLENGE.fullmatch(challenge):
        raise AuthorizationRefusedError("invalid_request", "code_challenge is not a SHA-256 in base64url")

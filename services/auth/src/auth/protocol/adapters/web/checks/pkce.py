"""PKCE with S256, of nearly every client."""

from auth.clients.domain.client_profiles import pkce_required
from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.protocol.adapters.web.checks.asked import Asked
from auth.protocol.domain.grants import CODE_CHALLENGE


def pkce_s256(asked: Asked) -> None:
    """RFC 7636 §4.3, RFC 9700 §2.1.1; `plain` is refused, also as the default of an absent method."""
    challenge, method = asked.one("code_challenge"), asked.one("code_challenge_method")
    if challenge is None:
        if pkce_required(asked.known) or method is not None:
            raise AuthorizationRefusedError("invalid_request", "code_challenge is required")
        return
    if method != "S256":
        raise AuthorizationRefusedError("invalid_request", "code_challenge_method must be S256")
    if not CODE_CHALLENGE.fullmatch(challenge):
        raise AuthorizationRefusedError("invalid_request", "code_challenge is not a SHA-256 in base64url")


def dpop_key_is_a_thumbprint(asked: Asked) -> None:
    """RFC 9449 §10: `dpop_jkt` is a SHA-256 in base64url."""
    key = asked.one("dpop_jkt")
    if key is not None and not CODE_CHALLENGE.fullmatch(key):
        raise AuthorizationRefusedError("invalid_request", "dpop_jkt is not a SHA-256 in base64url")

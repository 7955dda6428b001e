"""PKCE with S256, of nearly every client."""

from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.protocol.adapters.web.checks.asked import Asked
from auth.protocol.domain.pkce import SHA_256, challenge_problem


def pkce_s256(asked: Asked) -> None:
    """See the rule."""
    problem = challenge_problem(asked.known, asked.one("code_challenge"), asked.one("code_challenge_method"))
    if problem is not None:
        raise AuthorizationRefusedError("invalid_request", problem)


def dpop_key_is_a_thumbprint(asked: Asked) -> None:
    """RFC 9449 §10: `dpop_jkt` is a SHA-256 in base64url."""
    key = asked.one("dpop_jkt")
    if key is not None and not SHA_256.fullmatch(key):
        raise AuthorizationRefusedError("invalid_request", "dpop_jkt is not a SHA-256 in base64url")

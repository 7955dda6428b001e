"""GET /jwks (RFC 7517 §5): the public keys, as bytes made once."""

from auth.adapters.web.oidc.errors import Answer


class JwksEndpoint:
    """Stored for five minutes at most, so that a new key is seen well before it signs."""

    def __init__(self, document: bytes) -> None:
        """`document`: without any private part."""
        self._answer: Answer = (
            200,
            document,
            [("Content-Type", "application/jwk-set+json"), ("Cache-Control", "public, max-age=300")],
        )

    def __call__(self, _environ: object) -> Answer:
        """Always the same."""
        return self._answer

"""GET /jwks (RFC 7517 §5): the public keys of this moment, as bytes made once per change."""

from collections.abc import Callable

from auth.ground.adapters.web.errors import Answer
from servicekit.errors import DependencyUnavailableError

_HEADERS = [("Content-Type", "application/jwk-set+json"), ("Cache-Control", "public, max-age=300")]
_UNAVAILABLE = [("Content-Type", "text/plain"), ("Cache-Control", "no-store"), ("Retry-After", "5")]


class JwksEndpoint:
    """Stored for five minutes at most, so that a new key is seen well before it signs."""

    def __init__(self, document: Callable[[], bytes]) -> None:
        """`document` gives the JWKS of now, without any private part."""
        self._document = document

    def __call__(self, _environ: object) -> Answer:
        """503 when the keys cannot be read: an old document could show a withdrawn key."""
        try:
            return 200, self._document(), list(_HEADERS)
        except DependencyUnavailableError:
            return 503, b"The keys cannot be read now.", list(_UNAVAILABLE)

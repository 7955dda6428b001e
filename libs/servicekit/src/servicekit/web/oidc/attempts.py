"""Sign-ins under way: state, nonce and PKCE verifier, sealed in a short cookie of the browser that began.

One cookie per attempt, so that two tabs can sign in at once. Nothing is written on the server before a sign-in
succeeds. RFC 7636 §4, RFC 9700 §2.1, OpenID Connect Core §3.1.2.1.
"""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import timedelta

from flask import Request, Response

from servicekit.clock import Clock
from servicekit.identifiers import base64url, hash_secret, new_secret
from servicekit.web.secrets import Sealer

LIFE = timedelta(hours=12)
"""A sign-in page may stay open for a working day: the person who then types the right password goes on."""
_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One sign-in under way. `expires` in seconds since 1970."""

    state: str
    nonce: str
    verifier: str
    return_to: str
    expires: float

    @property
    def challenge(self) -> str:
        """The PKCE challenge of the method S256 (RFC 7636 §4.2)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64url(digest)


class Attempts:
    """Writes and reads the cookies."""

    def __init__(self, prefix: str, sealer: Sealer, clock: Clock, *, secure: bool) -> None:
        """`prefix` begins the cookies' names."""
        self._prefix = prefix
        self._sealer = sealer
        self._clock = clock
        self._secure = secure

    def begin(self, return_to: str) -> Attempt:
        """A new attempt; `remember` gives it to the browser."""
        expires = (self._clock.now() + LIFE).timestamp()
        return Attempt(
            state=new_secret(), nonce=new_secret(), verifier=new_secret(48), return_to=return_to, expires=expires
        )

    def remember(self, attempt: Attempt, request: Request, response: Response) -> None:
        """Sets the cookie of the attempt and takes away the others when there are too many."""
        others = [name for name in request.cookies if name.startswith(f"{self._prefix}-")]
        for name in others[: max(len(others) - _AT_ONCE + 1, 0)]:
            self._forget(name, response)
        name = self._name(attempt.state)
        response.set_cookie(
            name,
            self._sealer.seal(json.dumps(asdict(attempt)), name),
            max_age=int(LIFE.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=self._secure,
        )

    def find(self, state: str, request: Request) -> Attempt | None:
        """The attempt this browser began with this state, when it still lives."""
        name = self._name(state)
        attempt = self._sealer.read(request.cookies.get(name, ""), name, lambda text: Attempt(**json.loads(text)))
        if attempt is None or attempt.expires <= self._clock.now().timestamp():
            return None
        return attempt if hmac.compare_digest(attempt.state.encode(), state.encode()) else None

    def forget(self, state: str, response: Response) -> None:
        """Takes the attempt's cookie away."""
        self._forget(self._name(state), response)

    def _forget(self, name: str, response: Response) -> None:
        response.delete_cookie(name, httponly=True, samesite="Lax", secure=self._secure)

    def _name(self, state: str) -> str:
        return f"{self._prefix}-{hash_secret(state)[:12]}"

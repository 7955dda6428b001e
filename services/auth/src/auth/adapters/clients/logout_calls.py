"""Posts logout tokens to clients (OIDC Back-Channel Logout 1.0 §2.5)."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

_TAKEN = frozenset({200, 204})


class HttpLogoutCalls:
    """Implements `ports.LogoutCalls`. No redirect is followed; the answer's body is not read."""

    def __init__(self, timeout: timedelta = timedelta(seconds=3)) -> None:
        """`timeout` of one call."""
        self._timeout = timeout

    @cached_property
    def _client(self) -> httpx.Client:
        import httpx  # read at the first request: it is a fifth of a second of every start

        return httpx.Client(timeout=self._timeout.total_seconds(), follow_redirects=False, trust_env=False)

    def post(self, address: str, logout_token: str) -> bool:
        """See the port."""
        import httpx

        try:
            with self._client.stream("POST", address, data={"logout_token": logout_token}) as answer:
                return answer.status_code in _TAKEN
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        """Closes the connections."""
        if "_client" in self.__dict__:
            self._client.close()

"""Posts logout tokens to clients (OIDC Back-Channel Logout 1.0 §2.5)."""

from __future__ import annotations

from datetime import timedelta

import httpx

_TAKEN = frozenset({200, 204})


class HttpLogoutCalls:
    """Implements `ports.LogoutCalls`. No redirect is followed; the answer's body is not read."""

    def __init__(self, timeout: timedelta = timedelta(seconds=3)) -> None:
        """`timeout` of one call."""
        self._client = httpx.Client(timeout=timeout.total_seconds(), follow_redirects=False, trust_env=False)

    def post(self, address: str, logout_token: str) -> bool:
        """See the port."""
        try:
            with self._client.stream("POST", address, data={"logout_token": logout_token}) as answer:
                return answer.status_code in _TAKEN
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

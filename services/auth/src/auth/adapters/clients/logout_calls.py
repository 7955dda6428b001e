"""Posts logout tokens to clients (OIDC Back-Channel Logout 1.0 §2.5)."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from auth.adapters.clients.guarded_fetch import FetchRefusedError, GuardedFetch
from auth.adapters.clients.tls_trust import TlsTrust, why_failed
from auth.use_cases.ports import LogoutAnswer
from servicekit.logging import get_logger

if TYPE_CHECKING:
    import httpx

_TAKEN = frozenset({200, 204})
_REFUSED = 400

log = get_logger("auth.logout_calls")


class HttpLogoutCalls:
    """Implements `ports.LogoutCalls`. No redirect is followed; the answer's body is not read."""

    def __init__(
        self, fetch: GuardedFetch, trust: TlsTrust | None = None, timeout: timedelta = timedelta(seconds=3)
    ) -> None:
        """`fetch` asks the addresses of clients that registered by themselves; `timeout` of one call to another.
        `trust`: left out, the authorities of the system."""
        self._fetch = fetch
        self._trust = trust or TlsTrust()
        self._timeout = timeout

    @cached_property
    def _client(self) -> httpx.Client:
        import httpx  # read at the first request: it is a fifth of a second of every start

        seconds = self._timeout.total_seconds()
        return httpx.Client(timeout=seconds, follow_redirects=False, trust_env=False, verify=self._trust.context)

    def post(self, address: str, logout_token: str, *, guarded: bool) -> LogoutAnswer:
        """See the port."""
        form = {"logout_token": logout_token}
        host = urlsplit(address).hostname
        try:
            status = self._fetch.post_form(address, form) if guarded else self._plain(address, form)
        except (FetchRefusedError, OSError) as error:
            log.warning("a client did not take its logout token", host=host, why=why_failed(error))
            return LogoutAnswer.NONE
        if status in _TAKEN:
            return LogoutAnswer.TAKEN
        log.warning("a client did not take its logout token", host=host, status=status, why="REFUSED_BY_CLIENT")
        return LogoutAnswer.REFUSED if status == _REFUSED else LogoutAnswer.NONE

    def _plain(self, address: str, form: dict[str, str]) -> int:
        import httpx

        try:
            with self._client.stream("POST", address, data=form) as answer:
                return answer.status_code
        except httpx.HTTPError as error:
            raise OSError("the address did not answer as it must") from error

    def close(self) -> None:
        """Closes the connections."""
        if "_client" in self.__dict__:
            self._client.close()

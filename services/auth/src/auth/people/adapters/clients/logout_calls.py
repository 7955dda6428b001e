"""Posts logout tokens to clients (OIDC Back-Channel Logout 1.0 §2.5)."""

from __future__ import annotations

from urllib.parse import urlsplit

from auth.ground.adapters.clients.guarded_fetch import FetchRefusedError, GuardedFetch
from auth.ground.adapters.clients.tls_trust import why_failed
from auth.people.domain.logout import LogoutAnswer
from servicekit.logging import get_logger

_TAKEN = frozenset({200, 204})
_REFUSED = 400

log = get_logger("auth.logout_calls")


class HttpLogoutCalls:
    """Implements `ports.LogoutCalls`. No redirect is followed; the answer's body is not read."""

    def __init__(self, fetch: GuardedFetch, house: GuardedFetch) -> None:
        """`fetch` asks public addresses; `house` those of clients that the operator vouches for, in private networks
        too. Every address was typed by somebody: none goes round these two."""
        self._fetch = fetch
        self._house = house

    def post(self, address: str, logout_token: str, *, of_the_house: bool) -> LogoutAnswer:
        """See the port."""
        host, fetch = urlsplit(address).hostname, self._house if of_the_house else self._fetch
        try:
            status = fetch.post_form(address, {"logout_token": logout_token})
        except FetchRefusedError as error:
            log.warning("a client did not take its logout token", host=host, why=why_failed(error))
            return LogoutAnswer.NONE
        if status in _TAKEN:
            return LogoutAnswer.TAKEN
        log.warning("a client did not take its logout token", host=host, status=status, why="REFUSED_BY_CLIENT")
        return LogoutAnswer.REFUSED if status == _REFUSED else LogoutAnswer.NONE

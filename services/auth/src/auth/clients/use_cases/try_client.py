"""Tries the addresses of a registered client, before people do: does anything answer there, are the keys readable?

Nothing of a person is sent, no redirect followed; the way out is the guarded one (`GuardedFetch`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from auth.clients.domain.clients import NATIVE, Client
from servicekit.errors import DependencyUnavailableError

MOST_ADDRESSES = 12
_AT_ONCE = 4
_NOT_FOUND, _SERVER_FAULTS = 404, 500


class Part(Enum):
    """Which of its addresses."""

    RETURN = "return"
    AFTER_LOGOUT = "after_logout"
    LOGOUT = "logout"
    KEYS = "keys"


class TrialOutcome(Enum):
    """What came of it."""

    ANSWERS = "answers"
    NOT_FOUND = "not_found"
    FAULT = "fault"
    SILENT = "silent"
    FORBIDDEN = "forbidden"
    NO_KEYS = "no_keys"
    ON_THE_DEVICE = "on_the_device"


@dataclass(frozen=True)
class Trial:
    """One address and what came of it."""

    part: Part
    address: str
    outcome: TrialOutcome

    @property
    def is_well(self) -> bool:
        """Nothing is to be mended, as far as can be seen from here."""
        return self.outcome in {TrialOutcome.ANSWERS, TrialOutcome.ON_THE_DEVICE}


class TryClient:
    """Asks every address once, a few at a time; each takes some seconds at most."""

    def __init__(self, fetch: Callable[[str], Mapping[str, Any]], status_of: Callable[[str], int]) -> None:
        """`fetch` gives the JSON object of an address, `status_of` the HTTP status of a GET; both guarded."""
        self._fetch = fetch
        self._status_of = status_of

    def __call__(self, client: Client) -> list[Trial]:
        """In the order of its page; at most twelve."""
        addresses = [(Part.RETURN, one) for one in client.redirect_uris]
        addresses += [(Part.AFTER_LOGOUT, one) for one in client.post_logout_redirect_uris]
        for logout in (client.backchannel_logout_uri, client.frontchannel_logout_uri):
            addresses += [(Part.LOGOUT, logout)] if logout else []
        addresses += [(Part.KEYS, client.jwks_uri)] if client.jwks_uri else []
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(lambda one: self._try(client, *one), addresses[:MOST_ADDRESSES]))

    def _try(self, client: Client, part: Part, address: str) -> Trial:
        is_web = urlsplit(address).scheme in {"https", "http"}
        if part is Part.RETURN and (client.application_type == NATIVE or not is_web):
            return Trial(part, address, TrialOutcome.ON_THE_DEVICE)
        try:
            return Trial(part, address, self._keys(address) if part is Part.KEYS else self._page(address))
        except DependencyUnavailableError as error:
            return Trial(part, address, _OUTCOMES.get(error.reason, TrialOutcome.SILENT))

    def _keys(self, address: str) -> TrialOutcome:
        keys = self._fetch(address).get("keys")
        return TrialOutcome.ANSWERS if isinstance(keys, list) and keys else TrialOutcome.NO_KEYS

    def _page(self, address: str) -> TrialOutcome:
        """Whatever a program says without a code or a token, 400 and 405 included, shows that it is there."""
        status = self._status_of(address)
        if status >= _SERVER_FAULTS:
            return TrialOutcome.FAULT
        return TrialOutcome.NOT_FOUND if status == _NOT_FOUND else TrialOutcome.ANSWERS


_OUTCOMES = {
    "FETCH_FORBIDDEN_ADDRESS": TrialOutcome.FORBIDDEN,
    "FETCH_BAD_ADDRESS": TrialOutcome.FORBIDDEN,
    "FETCH_BAD_ANSWER": TrialOutcome.NO_KEYS,
    "FETCH_TOO_LARGE": TrialOutcome.NO_KEYS,
}

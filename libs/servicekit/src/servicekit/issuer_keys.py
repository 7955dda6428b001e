"""The issuer's signing keys (RFC 7517), fetched over http(s), parsed once and kept. `tokens` verifies with them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from servicekit.clock import Clock, SystemClock
from servicekit.errors import DependencyUnavailableError

if TYPE_CHECKING:
    import httpx


class IssuerUnreachableError(DependencyUnavailableError):
    """The issuer's keys or endpoints do not answer."""

    reason = "ISSUER_UNREACHABLE"


@dataclass(frozen=True)
class JwksRefresh:
    """How often the issuer's keys are fetched."""

    keep: timedelta = timedelta(minutes=10)  # fetched again after this
    between_unknown: timedelta = timedelta(seconds=30)  # at most one fetch per this for a key id nobody knows
    between_tries: timedelta = timedelta(seconds=5)  # while the issuer does not answer, when keys are known
    stale: timedelta = timedelta(hours=1)  # known keys are believed this long while the issuer does not answer


class JwksSource:
    """The issuer's keys over http(s), parsed once and kept."""

    def __init__(
        self,
        url: str,
        refresh: JwksRefresh | None = None,
        *,
        http: httpx.Client | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Nothing is fetched before the first use."""
        self._url = url
        self._refresh = refresh or JwksRefresh()
        self._http = http  # made at the first use: reading the system's certificates takes a while
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._fetched = float("-inf")
        self._tried = float("-inf")

    def __call__(self) -> KeySet:
        """The keys, fetched when they are older than `keep`.

        Raises:
            IssuerUnreachableError: no keys are known and the issuer does not answer.
        """
        if self._keys is not None and self._age() < self._refresh.keep.total_seconds():
            return self._keys
        if self._keys is not None and self._age() < self._refresh.stale.total_seconds() and self._tried_lately():
            return self._keys
        return self._fetch(self._fetched)

    def after_unknown_key(self) -> KeySet:
        """The keys, fetched again because a token names one that is not known; at most once per `between_unknown`.

        Raises:
            IssuerUnreachableError: no keys are known and the issuer does not answer.
        """
        if self._clock.boottime() - self._tried < self._refresh.between_unknown.total_seconds():
            return self()
        return self._fetch(self._fetched)

    def _tried_lately(self) -> bool:
        return self._clock.boottime() - self._tried < self._refresh.between_tries.total_seconds()

    def _age(self) -> float:
        return self._clock.boottime() - self._fetched

    def _fetch(self, seen: float) -> KeySet:
        import httpx  # read at the first request: it is a fifth of a second of every start

        with self._lock:
            if self._keys is not None and self._fetched != seen:
                return self._keys  # another thread has just done it
            self._tried = self._clock.boottime()
            self._http = self._http or httpx.Client(timeout=httpx.Timeout(3.0))
            try:
                answer = self._http.get(self._url, headers={"Accept": "application/json"})
                answer.raise_for_status()
                self._keys = KeySet.import_key_set(answer.json())
                self._fetched = self._clock.boottime()
            except (httpx.HTTPError, ValueError, KeyError, TypeError, JoseError) as error:
                if self._keys is None or self._age() > self._refresh.stale.total_seconds():
                    raise IssuerUnreachableError(f"keys cannot be read ({type(error).__name__})") from error
            return self._keys

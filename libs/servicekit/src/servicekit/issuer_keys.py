"""The issuer's signing keys (RFC 7517), fetched over http(s), parsed once and kept. `tokens` verifies with them."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from servicekit.clock import Clock, SystemClock
from servicekit.errors import DependencyUnavailableError
from servicekit.logging import get_logger
from servicekit.outgoing import client_of
from servicekit.waiting import about_to_wait

if TYPE_CHECKING:
    import httpx


_DEADLINE_S = 2.0
_PATIENCE_S = 0.5
"""Longer than that after a fetch began nobody waits for it."""
_REST_S = 1.0
"""An issuer that hung is asked again after this."""

log = get_logger("servicekit.issuer_keys")


class IssuerUnreachableError(DependencyUnavailableError):
    """The issuer's keys or endpoints do not answer."""

    reason = "ISSUER_UNREACHABLE"


@dataclass(frozen=True, kw_only=True)
class JwksRefresh:
    """How often the issuer's keys are fetched."""

    keep: timedelta = timedelta(minutes=10)  # fetched again after this
    between_unknown: timedelta = timedelta(seconds=30)  # at most one fetch per this for a key id nobody knows
    between_tries: timedelta = timedelta(seconds=5)  # while the issuer does not answer, when keys are known
    stale: timedelta = timedelta(hours=1)  # known keys are believed this long while the issuer does not answer


@dataclass
class _Flight:
    """One fetch under way."""

    began: float = field(default_factory=time.monotonic)
    done: threading.Event = field(default_factory=threading.Event)


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
        self._flight: _Flight | None = None
        self._hangs = False
        self._failure = "no answer yet"
        self._ended = 0.0
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
        return self._fetch()

    def after_unknown_key(self) -> KeySet:
        """The keys, fetched again because a token names one that is not known; at most once per `between_unknown`.

        Raises:
            IssuerUnreachableError: no keys are known and the issuer does not answer.
        """
        if self._clock.boottime() - self._tried < self._refresh.between_unknown.total_seconds():
            return self()
        return self._fetch()

    def _tried_lately(self) -> bool:
        return self._clock.boottime() - self._tried < self._refresh.between_tries.total_seconds()

    def _age(self) -> float:
        return self._clock.boottime() - self._fetched

    def _fetch(self) -> KeySet:
        """Have the keys fetched beside the requests, one fetch at a time, and wait for them a moment.

        Nobody waits longer than that after the fetch began, nor at all once the issuer was seen to hang: a thread
        that answers requests is never held up by a neighbour.
        """
        with self._lock:
            flight = self._flight
            if flight is None and not self._rests():
                self._tried = self._clock.boottime()
                flight = self._flight = _Flight()
                threading.Thread(target=self._fly, args=(flight,), name="issuer-keys", daemon=True).start()
        if flight is not None and not self._hangs and not flight.done.is_set():
            about_to_wait()
            if not flight.done.wait(max(0.0, flight.began + _PATIENCE_S - time.monotonic())):
                self._hangs = True
        keys = self._keys
        if keys is None or self._age() > self._refresh.stale.total_seconds():
            raise IssuerUnreachableError(f"keys cannot be read ({self._failure})")
        return keys

    def _rests(self) -> bool:
        """Whether an issuer that hung was asked a moment ago."""
        return self._hangs and time.monotonic() - self._ended < _REST_S

    def _fly(self, flight: _Flight) -> None:
        import httpx  # read at the first request: it is a fifth of a second of every start

        try:
            self._http = self._http or client_of(self, httpx.Timeout(_DEADLINE_S))
            answer = self._http.get(self._url, headers={"Accept": "application/json"})
            answer.raise_for_status()
            keys = KeySet.import_key_set(answer.json())
            self._fetched = self._clock.boottime()
            self._keys, self._hangs, self._failure = keys, False, "none"
        except (httpx.HTTPError, ValueError, KeyError, TypeError, JoseError) as error:
            self._failure = type(error).__name__
        except BaseException as error:  # noqa: BLE001 - the edge of a thread; whoever waits is told below
            self._failure = type(error).__name__
            log.error("the keys of the issuer cannot be read", kind=type(error).__name__)  # noqa: TRY400
        finally:
            with self._lock:
                self._ended, self._flight = time.monotonic(), None
            flight.done.set()

"""Requests to addresses that somebody typed: `jwks_uri`, `sector_identifier_uri`, back-channel logout. auth has
no other way out over HTTP.

Whoever registers a client could point us at machines that only we can reach (RFC 9700 §4.11, RFC 7591 §5). So a name is
resolved once, every address behind it must be public, and the connection goes to the addresses that were checked: a
name cannot change in between. No redirect is followed, no proxy is asked, little is read, and all of it takes a bounded
time. Messages never hold what was fetched.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import SplitResult, urlencode, urlsplit

import orjson

from auth.ground.adapters.clients.tls_trust import TlsTrust, why_failed
from servicekit.errors import DependencyUnavailableError
from servicekit.logging import get_logger

if TYPE_CHECKING:
    import ssl

    import httpcore

log = get_logger("auth.fetch")

MOST_BYTES = 64 * 1024
_LONGEST_URL = 2048
_MOST_ADDRESSES = 4
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_HOST_AND_PORT = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # without mapped, translated and local ones
_NOT_PUBLIC = tuple(  # `is_global` of some versions of Python takes these (RFC 6890, RFC 7526, RFC 3056, RFC 9637)
    ipaddress.ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20")
)

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Sequence[str]]


class FetchRefusedError(DependencyUnavailableError):
    """Nothing was fetched, or nothing that can be used.

    `reason` is FETCH_BAD_ADDRESS (not an https address as we take them), FETCH_FORBIDDEN_ADDRESS (the name leads to a
    machine that is not public), FETCH_TOO_LARGE, FETCH_BAD_ANSWER (another status than 200, or not the JSON expected)
    or FETCH_FAILED (no connection, no name, no time left).
    """

    reason = "FETCH_FAILED"


def system_addresses(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system knows them. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class GuardedFetch:
    """Asks addresses that are not trusted. Each request has its own connection. Safe for threads."""

    def __init__(  # noqa: PLR0913 - a constructor
        self,
        *,
        allow_loopback: bool,
        timeout: timedelta = timedelta(seconds=5),
        resolve: Resolver = system_addresses,
        ssl_context: ssl.SSLContext | None = None,
        trust: TlsTrust | None = None,
        networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network] = (),
    ) -> None:
        """`allow_loopback`: for one machine that runs everything, also in plain HTTP; never in production. `networks`:
        private ones that the operator lets us ask.

        `timeout` covers a whole request, from the name to the last byte. `trust`: left out, the authorities that the
        system trusts; `ssl_context` in its place is for tests.
        """
        self._allow_loopback = allow_loopback
        self._seconds = timeout.total_seconds()
        self._resolve = resolve
        self._given_context = ssl_context
        self._trust = trust or TlsTrust()
        self._networks = networks

    def json(self, url: str) -> Mapping[str, Any]:
        """The JSON object at `url`.

        Raises:
            FetchRefusedError: see there.
        """
        content = self._json(url)
        if type(content) is dict:
            return content
        raise FetchRefusedError("the answer is no JSON object", reason="FETCH_BAD_ANSWER")

    def json_list(self, url: str) -> list[str]:
        """The JSON array of texts at `url` (a sector's redirect URIs, OIDC Core §8.1).

        Raises:
            FetchRefusedError: see there.
        """
        content = self._json(url)
        if type(content) is list and all(isinstance(item, str) for item in content):
            return content
        raise FetchRefusedError("the answer is no JSON array of texts", reason="FETCH_BAD_ANSWER")

    def post_form(self, url: str, form: Mapping[str, str]) -> int:
        """Posts a form; gives the status of the answer, whose body is not read (Back-Channel Logout 1.0 §2.5).

        Raises:
            FetchRefusedError: FETCH_BAD_ADDRESS, FETCH_FORBIDDEN_ADDRESS or FETCH_FAILED.
        """
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        with self._asked("POST", url, headers, urlencode(form).encode()) as answer:
            return answer.status

    def status_of(self, url: str) -> int:
        """The status of a GET; the body is not read and no redirect followed.

        Raises:
            FetchRefusedError: FETCH_BAD_ADDRESS, FETCH_FORBIDDEN_ADDRESS or FETCH_FAILED.
        """
        with self._asked("GET", url, {}, None) as answer:
            return answer.status

    def _json(self, url: str) -> object:
        with self._asked("GET", url, {"Accept": "application/json, application/jwk-set+json"}, None) as answer:
            if answer.status != 200:
                raise FetchRefusedError(f"the answer has the status {answer.status}", reason="FETCH_BAD_ANSWER")
            content = bytearray()
            for part in answer.iter_stream():
                content += part
                if len(content) > MOST_BYTES:
                    raise FetchRefusedError(f"the answer has more than {MOST_BYTES} bytes", reason="FETCH_TOO_LARGE")
        try:
            return orjson.loads(content)  # takes UTF-8 only
        except ValueError:
            raise FetchRefusedError("the answer is not JSON in UTF-8", reason="FETCH_BAD_ANSWER") from None

    @contextmanager
    def _asked(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Iterator[httpcore.Response]:
        import httpcore  # read at the first request: it would slow every start

        deadline = _Deadline(self._seconds)
        parts, port = _plain_address(url, ("https", "http") if self._allow_loopback else ("https",))
        backend = _PinnedBackend(self._checked_addresses(parts, port, deadline), deadline)
        target = parts.path or "/"
        asked = httpcore.URL(
            scheme=parts.scheme,
            host=parts.hostname or "",
            port=port,
            target=f"{target}?{parts.query}" if parts.query else target,
        )
        sent = [*headers.items(), ("Host", parts.netloc)]
        connection = httpcore.HTTPConnection(
            asked.origin,
            ssl_context=self._ssl_context if parts.scheme == "https" else None,
            network_backend=cast("httpcore.NetworkBackend", backend),
        )
        try:
            with connection, connection.stream(method, asked, headers=sent, content=body) as answer:
                yield answer
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError, ValueError) as error:
            log.warning("an address did not answer", host=parts.hostname, why=why_failed(error))
            raise FetchRefusedError(f"the address did not answer as it must: {type(error).__name__}") from error

    @cached_property
    def _ssl_context(self) -> ssl.SSLContext:
        return self._given_context or self._trust.context

    def _checked_addresses(self, parts: SplitResult, port: int, deadline: _Deadline) -> Sequence[str]:
        """Where the connection may go. One address that is not public refuses the name: no luck, no choice."""
        host = parts.hostname or ""
        found: Sequence[str] = [host] if _parsed(host) else self._resolved(host, port, deadline)
        for text in found:
            address = _parsed(text)
            if address is None or not self._allows(address, parts.scheme):
                raise FetchRefusedError("the name leads to a forbidden address", reason="FETCH_FORBIDDEN_ADDRESS")
        return found[:_MOST_ADDRESSES]

    def _allows(self, address: _Address, scheme: str) -> bool:
        if address.is_loopback:
            return self._allow_loopback
        return scheme == "https" and (_is_public(address) or any(address in network for network in self._networks))

    def _resolved(self, host: str, port: int, deadline: _Deadline) -> Sequence[str]:
        """In a thread of its own, as the system's resolver knows no time limit."""
        found: list[str] = []

        def resolve() -> None:
            with suppress(OSError, UnicodeError):
                found.extend(self._resolve(host, port))

        thread = threading.Thread(target=resolve, name="resolve", daemon=True)
        thread.start()
        thread.join(deadline.left())
        if thread.is_alive() or not found:
            raise FetchRefusedError("the name is not known")
        return list(found)


class _Deadline:
    """The end of a whole request."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds, more than 0. Raises TimeoutError."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _PinnedBackend:
    """Connects to the addresses that were checked, whatever the name says by now. A `httpcore.NetworkBackend`.

    It does not subclass it, nor does the stream below: httpcore is read at the first request only.
    """

    def __init__(self, addresses: Sequence[str], deadline: _Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline

    def connect_tcp(self, host: str, port: int, **_options: object) -> _TimedStream:
        import httpcore

        failure: Exception = OSError(f"no address for {host}")
        for address in self._addresses:
            try:
                stream = httpcore.SyncBackend().connect_tcp(address, port, timeout=self._deadline.left())
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            return _TimedStream(stream, self._deadline)
        raise failure


class _TimedStream:
    """A `httpcore.NetworkStream` that ends with its deadline, however slowly the other side sends."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline rules
        return self._stream.read(max_bytes, timeout=self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, timeout=self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> _TimedStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, timeout=self._deadline.left())
        return _TimedStream(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _plain_address(url: str, schemes: Sequence[str]) -> tuple[SplitResult, int]:
    """The parts and the port of an absolute address without user or fragment. Raises FETCH_BAD_ADDRESS."""
    with suppress(ValueError):
        parts = urlsplit(url)
        port = _DEFAULT_PORTS.get(parts.scheme, 0) if parts.port is None else parts.port
        plain = len(url) <= _LONGEST_URL and _PRINTABLE.fullmatch(url) and "#" not in url
        if plain and parts.scheme in schemes and _HOST_AND_PORT.fullmatch(parts.netloc):
            return parts, port
    raise FetchRefusedError("the address is not one that we ask", reason="FETCH_BAD_ADDRESS")


def _parsed(text: str) -> _Address | None:
    with suppress(ValueError):
        return ipaddress.ip_address(text)
    return None


def _is_public(address: _Address) -> bool:
    if address.is_multicast or any(address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global and (address.version == 4 or address in _GLOBAL_UNICAST)

"""The client side: one channel per remote service, kept for the life of the process.

Every call has a deadline: the one given, never beyond what is left of the call being answered. Retries, health checks,
balancing and reconnection are the channel's own, by service config. When the certificate files change the next call
uses a new channel; calls in flight finish on the old one.
"""

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import structlog

from servicekit.errors import StartError
from servicekit.logging import get_logger
from servicekit.metrics import CALLS_MADE
from servicekit.rpc.call import find_call
from servicekit.rpc.server import MESSAGE_LIMIT
from servicekit.rpc.tls import Identity, TlsFiles
from servicekit.settings import ServiceSettings
from servicekit.waiting import about_to_wait

_LOOK_AGAIN_AFTER_S = 1.0
_OLD_CHANNEL_KEPT_S = 30.0
_LEAST_TIMEOUT_S = 0.001

log = get_logger("servicekit.rpc")

Metadata = Sequence[tuple[str, str | bytes]]


@dataclass(frozen=True, kw_only=True)
class ChannelOptions:
    """Whom to call, as whom."""

    address: str
    """host:port, resolved by DNS; every address it gives is used in turn."""
    server: str
    """Name of the service that must answer there; its certificate is held to it."""
    service: str
    """Name of the calling service."""
    environment: str
    tls_directory: Path
    timeout: timedelta = timedelta(seconds=2)
    """Of a unary call that gives none."""
    stream_timeout: timedelta = timedelta(hours=1)
    """Of a stream that gives none; the reader opens it again."""
    retries: bool = True
    """Up to 4 attempts on UNAVAILABLE and CANCELLED. Only for methods that may be repeated: all of ours may."""

    @classmethod
    def to(cls, server: str, address: str, settings: ServiceSettings) -> "ChannelOptions":
        """The options of a service with these settings that calls `server` at `address`."""
        return cls(
            address=address,
            server=server,
            service=settings.service,
            environment=settings.environment,
            tls_directory=settings.tls_directory,
        )


def open_channel(options: ChannelOptions) -> grpc.Channel:
    """A channel with mutual TLS, usable at once: it connects in the background and again whenever needed.

    Raises:
        StartError: a certificate file is missing, damaged or of another service.
    """
    return _ReloadingChannel(options)


def bearer(access_token: str) -> Metadata:
    """The metadata that carries a person's access token: `stub.Consult(request, metadata=bearer(token))`."""
    return (("authorization", f"Bearer {access_token}"),)


def service_config(*, retries: bool) -> str:
    """The gRPC service config of every channel, as JSON (gRFC A2, A6, A17)."""
    method: dict[str, Any] = {"name": [{}]}
    if retries:
        method["retryPolicy"] = {
            "maxAttempts": 4,
            "initialBackoff": "0.02s",
            "maxBackoff": "0.2s",
            "backoffMultiplier": 2,
            "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"],
        }
    return json.dumps(
        {
            "loadBalancingConfig": [{"round_robin": {}}],
            "healthCheckConfig": {"serviceName": ""},
            "retryThrottling": {"maxTokens": 20, "tokenRatio": 0.2},
            "methodConfig": [method],
        }
    )


class _ReloadingChannel(grpc.Channel):
    """Delegates to a channel that is replaced when the certificate files change."""

    def __init__(self, options: ChannelOptions) -> None:
        self.options = options
        self._files = TlsFiles(options.tls_directory)
        self._lock = threading.Lock()
        self._look_at = 0.0
        self._stamp = self._files.stamp()
        self._channel = self._build()

    def current(self) -> grpc.Channel:
        """The channel to use now."""
        if time.monotonic() >= self._look_at:
            self._follow_files()
        return self._channel

    def _follow_files(self) -> None:
        with self._lock:
            self._look_at = time.monotonic() + _LOOK_AGAIN_AFTER_S
            stamp = self._files.stamp()
            if not stamp or stamp == self._stamp:
                return
            try:
                new = self._build()
            except StartError as error:
                log.warning("certificate files changed but cannot be used", problem=str(error))
                return
            old, self._channel, self._stamp = self._channel, new, stamp
        timer = threading.Timer(_OLD_CHANNEL_KEPT_S, old.close)
        timer.daemon = True
        timer.start()

    def _build(self) -> grpc.Channel:
        options = self.options
        material = self._files.read_for(Identity(options.environment, options.service))
        credentials = grpc.ssl_channel_credentials(material.authority, material.key, material.certificate)
        target = options.address if "://" in options.address else f"dns:///{options.address}"
        return grpc.secure_channel(target, credentials, options=_channel_arguments(options))

    def unary_unary(self, method: str, *codec: Any, **more: Any) -> Any:
        return _Unary(self, lambda channel: channel.unary_unary(method, *codec, **more), self.options.timeout, method)

    def unary_stream(self, method: str, *codec: Any, **more: Any) -> Any:
        return _Method(self, lambda channel: channel.unary_stream(method, *codec, **more), self.options.stream_timeout)

    def stream_unary(self, method: str, *codec: Any, **more: Any) -> Any:
        return _Method(self, lambda channel: channel.stream_unary(method, *codec, **more), self.options.stream_timeout)

    def stream_stream(self, method: str, *codec: Any, **more: Any) -> Any:
        return _Method(self, lambda channel: channel.stream_stream(method, *codec, **more), self.options.stream_timeout)

    def subscribe(self, callback: Callable[[grpc.ChannelConnectivity], None], *options: Any, **more: Any) -> None:
        self.current().subscribe(callback, *options, **more)

    def unsubscribe(self, callback: Callable[[grpc.ChannelConnectivity], None]) -> None:
        self.current().unsubscribe(callback)

    def close(self) -> None:
        self._channel.close()

    def __enter__(self) -> "_ReloadingChannel":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


class _Method:
    """A method of a stub: adds the deadline and the metadata that every call carries."""

    def __init__(self, channel: _ReloadingChannel, make: Callable[[grpc.Channel], Any], timeout: timedelta) -> None:
        self._channel = channel
        self._make = make
        self._timeout_s = timeout.total_seconds()
        self._made: tuple[grpc.Channel, Any] | None = None

    def __call__(
        self, request: Any, timeout: float | None = None, metadata: Metadata | None = None, **more: Any
    ) -> Any:
        return self._callable()(request, self._limit(timeout), _carried(metadata), **more)

    def with_call(
        self, request: Any, timeout: float | None = None, metadata: Metadata | None = None, **more: Any
    ) -> Any:
        return self._callable().with_call(request, self._limit(timeout), _carried(metadata), **more)

    def future(self, request: Any, timeout: float | None = None, metadata: Metadata | None = None, **more: Any) -> Any:
        return self._callable().future(request, self._limit(timeout), _carried(metadata), **more)

    def _callable(self) -> Any:
        about_to_wait()
        channel = self._channel.current()
        made = self._made
        if made is None or made[0] is not channel:
            self._made = made = (channel, self._make(channel))
        return made[1]

    def _limit(self, timeout: float | None) -> float:
        limit = self._timeout_s if timeout is None else timeout
        call = find_call()
        remaining = call.remaining() if call else None
        return max(_LEAST_TIMEOUT_S, limit if remaining is None else min(limit, remaining))


class _Unary(_Method):
    """A method with one question and one answer: each call is counted."""

    def __init__(
        self, channel: _ReloadingChannel, make: Callable[[grpc.Channel], Any], timeout: timedelta, name: str
    ) -> None:
        super().__init__(channel, make, timeout)
        self._name = name

    def __call__(
        self, request: Any, timeout: float | None = None, metadata: Metadata | None = None, **more: Any
    ) -> Any:
        began, code = time.perf_counter(), "UNKNOWN"
        try:
            answer = super().__call__(request, timeout, metadata, **more)
            code = "OK"
        except grpc.RpcError as error:
            code = error.code().name
            raise
        finally:
            CALLS_MADE.took(time.perf_counter() - began, self._name, code)
        return answer


def _carried(metadata: Metadata | None) -> Metadata:
    """The metadata given, plus request id and trace context of the request being answered (gRPC or web)."""
    call = find_call()
    bound = structlog.contextvars.get_contextvars()
    request_id = call.request_id if call else bound.get("request_id")
    traceparent = call.traceparent if call else bound.get("traceparent")
    carried: list[tuple[str, str | bytes]] = list(metadata or ())
    if request_id:
        carried.append(("x-request-id", str(request_id)))
    if traceparent:
        carried.append(("traceparent", str(traceparent)))
    return carried


def _channel_arguments(options: ChannelOptions) -> list[tuple[str, Any]]:
    return [
        ("grpc.ssl_target_name_override", Identity(options.environment, options.server).server_name),
        ("grpc.service_config", service_config(retries=options.retries)),
        ("grpc.service_config_disable_resolution", 1),
        ("grpc.enable_retries", int(options.retries)),
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.initial_reconnect_backoff_ms", 50),
        ("grpc.max_reconnect_backoff_ms", 2_000),
        ("grpc.min_reconnect_backoff_ms", 2_000),
        ("grpc.dns_min_time_between_resolutions_ms", 1_000),
        ("grpc.keepalive_time_ms", 20_000),
        ("grpc.keepalive_timeout_ms", 5_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.max_receive_message_length", MESSAGE_LIMIT),
        ("grpc.max_send_message_length", MESSAGE_LIMIT),
    ]

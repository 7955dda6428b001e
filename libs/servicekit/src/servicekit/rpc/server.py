"""The gRPC server of a service: mutual TLS, the steps of `steps.py` around every handler, health, drain.

Threads: unary calls share `threads`; each open stream holds one of `stream_threads` until it ends, so that streams can
never take the threads of unary calls. One stream too many is refused at once (TOO_MANY_STREAMS). Beyond twice `threads`
plus the streams, a call is refused (RESOURCE_EXHAUSTED) rather than queued without end.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import SERVICE_NAME as HEALTH_SERVICE

from servicekit.errors import StartError, TooManyRequestsError
from servicekit.logging import get_logger
from servicekit.rpc.callers import CallerPolicy
from servicekit.rpc.health import Health
from servicekit.rpc.steps import GuardedMethod, Incoming
from servicekit.rpc.tls import Identity, TlsFiles, TlsMaterial
from servicekit.settings import ServiceSettings

MESSAGE_LIMIT = 1024 * 1024
DRAIN_PAUSE_S = 0.5
DRAIN_GRACE_S = 10.0
_REFUSING_THREADS = 2
_HEALTH_CALLS = 2
_HEALTH = f"/{HEALTH_SERVICE}/"

log = get_logger("servicekit.rpc")

Registration = tuple[Callable[[Any, grpc.Server], None], Any, str]
"""(add_XServicer_to_server, servicer, "partenaire.x.v1.X")"""


class TooManyStreamsError(TooManyRequestsError):
    """Every thread for streams is taken."""

    reason = "TOO_MANY_STREAMS"


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """Where and as whom a server listens."""

    service: str
    environment: str
    host: str
    port: int
    """0 lets the system choose; `RpcServer.port` tells which."""
    tls_directory: Path
    threads: int = 4
    stream_threads: int = 8
    handshake_seconds: float = 5.0
    """A connection that has not shown its certificate by then is let go."""

    @classmethod
    def of(cls, settings: ServiceSettings) -> "ServerOptions":
        """The options that the settings of a service say."""
        return cls(
            service=settings.service,
            environment=settings.environment,
            host=settings.rpc_host,
            port=settings.rpc_port,
            tls_directory=settings.tls_directory,
            threads=settings.rpc_threads,
            stream_threads=settings.rpc_stream_threads,
        )


def open_server(options: ServerOptions, *, services: Sequence[Registration], callers: CallerPolicy) -> "RpcServer":
    """A server bound to its port and not started yet; it says NOT_SERVING until `set_serving(True)`.

    Raises:
        StartError: the port is taken, a certificate file is missing or not ours, or `callers` leaves a service out.
    """
    for _, _, name in services:
        if not callers.serves(name):
            raise StartError(f"The list of callers says nothing of {name}.")
    return RpcServer(options, services, callers)


class RpcServer:
    """See `open_server`. `start`, then `set_serving(True)`, then `drain` once."""

    def __init__(self, options: ServerOptions, services: Sequence[Registration], callers: CallerPolicy) -> None:
        """Bind the port and register the services and their health."""
        self._names = ["", *(name for _, _, name in services)]
        self._steps = _Guard(options, callers)
        self._pool = ThreadPoolExecutor(options.threads, thread_name_prefix="rpc")
        self._health = Health(experimental_non_blocking=True)
        self._server = grpc.server(
            self._pool,
            interceptors=[self._steps],
            maximum_concurrent_rpcs=2 * options.threads + options.stream_threads + _HEALTH_CALLS,
            options=_channel_arguments(options),
        )
        for add_servicer, servicer, _ in services:
            add_servicer(servicer, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self.set_serving(serving=False)
        credentials = _credentials(TlsFiles(options.tls_directory), Identity(options.environment, options.service))
        address = f"{options.host}:{options.port}"
        try:
            self.port: int = self._server.add_secure_port(address, credentials)
        except RuntimeError as error:
            raise StartError(f"gRPC cannot listen on {address}: the port is taken or not allowed.") from error

    def start(self) -> None:
        """Accept calls."""
        self._server.start()

    def set_serving(self, serving: bool) -> None:  # noqa: FBT001 - the one thing there is to say
        """Tell health checks whether to send calls here."""
        status = health_pb2.HealthCheckResponse
        for name in self._names:
            self._health.set(name, status.SERVING if serving else status.NOT_SERVING)

    def open_streams(self) -> int:
        """How many streams are open now."""
        return self._steps.open_streams()

    def drain(self, pause_s: float = DRAIN_PAUSE_S, grace_s: float = DRAIN_GRACE_S) -> bool:
        """Say NOT_SERVING, wait until callers have seen it, let calls in flight finish, then cancel what is left.

        Returns whether everything ended within `grace_s` seconds.
        """
        self._health.enter_graceful_shutdown()
        self._steps.ending.wait(pause_s)
        self._steps.end_streams()
        ended = self._server.stop(grace_s).wait(grace_s + 1)
        self._pool.shutdown(wait=False)
        self._steps.stream_pool.shutdown(wait=False)
        return ended

    def stop(self) -> None:
        """End at once; calls in flight are cancelled."""
        self._steps.end_streams()
        self._server.stop(None).wait(DRAIN_GRACE_S)


class _Guard(grpc.ServerInterceptor):
    """Wraps each handler once in the steps. Health, which mutual TLS alone protects, only gets a thread of its own."""

    def __init__(self, options: ServerOptions, callers: CallerPolicy) -> None:
        self._environment = options.environment
        self._callers = callers
        self._stream_limit = options.stream_threads
        self._wrapped: dict[str, Any] = {}
        self._streams: set[threading.Event] = set()
        self._lock = threading.Lock()
        self.stream_pool = ThreadPoolExecutor(options.stream_threads + _REFUSING_THREADS, thread_name_prefix="stream")
        self._health_pool = ThreadPoolExecutor(1, thread_name_prefix="health")
        self.ending = threading.Event()

    def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        method = handler_call_details.method
        known = self._wrapped.get(method)
        if known is not None:
            return known
        handler = continuation(handler_call_details)
        if handler is None:
            return None
        wrap = self._wrap_health if method.startswith(_HEALTH) else self._wrap
        self._wrapped[method] = wrapped = wrap(method, handler)
        return wrapped

    def open_streams(self) -> int:
        with self._lock:
            return len(self._streams)

    def end_streams(self) -> None:
        """Tell every handler that waits on `current_call().ending` to come to an end."""
        self.ending.set()
        with self._lock:
            for ending in self._streams:
                ending.set()

    def _wrap_health(self, _method: str, handler: Any) -> Any:
        """A busy server still answers health checks: they do not queue behind its calls."""
        codec = (handler.request_deserializer, handler.response_serializer)
        if not handler.response_streaming:

            def check(request: Any, context: grpc.ServicerContext) -> Any:
                return handler.unary_unary(request, context)

            check.experimental_thread_pool = self._health_pool  # type: ignore[attr-defined]
            return grpc.unary_unary_rpc_method_handler(check, *codec)

        def watch(request: Any, context: grpc.ServicerContext, send_response_callback: Any = None) -> Any:
            return handler.unary_stream(request, context, send_response_callback)

        watch.experimental_thread_pool = self._health_pool  # type: ignore[attr-defined]
        watch.experimental_non_blocking = True  # type: ignore[attr-defined]
        return grpc.unary_stream_rpc_method_handler(watch, *codec)

    def _wrap(self, method: str, handler: Any) -> Any:
        codec = {
            "request_deserializer": handler.request_deserializer,
            "response_serializer": handler.response_serializer,
        }
        if handler.response_streaming:
            inner = handler.stream_stream if handler.request_streaming else handler.unary_stream
            make = grpc.stream_stream_rpc_method_handler if handler.request_streaming else None
            return (make or grpc.unary_stream_rpc_method_handler)(self._streaming(method, inner), **codec)
        inner = handler.stream_unary if handler.request_streaming else handler.unary_unary
        make = grpc.stream_unary_rpc_method_handler if handler.request_streaming else None
        return (make or grpc.unary_unary_rpc_method_handler)(self._unary(method, inner), **codec)

    def _unary(self, method: str, inner: Any) -> Any:
        def answer(request: Any, context: grpc.ServicerContext) -> Any:
            with GuardedMethod(self._incoming(method, context, self.ending)):
                return inner(request, context)

        return answer

    def _streaming(self, method: str, inner: Any) -> Any:
        def answer(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            ending = threading.Event()
            if not context.add_callback(ending.set):
                ending.set()
            with GuardedMethod(self._incoming(method, context, ending)), self._counted(ending):
                yield from inner(request, context)

        answer.experimental_thread_pool = self.stream_pool  # type: ignore[attr-defined]
        return answer

    @contextmanager
    def _counted(self, ending: threading.Event) -> Iterator[None]:
        with self._lock:
            if len(self._streams) >= self._stream_limit:
                raise TooManyStreamsError("every stream thread is taken", retry_after=timedelta(seconds=1))
            self._streams.add(ending)
            if self.ending.is_set():
                ending.set()
        try:
            yield
        finally:
            with self._lock:
                self._streams.discard(ending)

    def _incoming(self, method: str, context: grpc.ServicerContext, ending: threading.Event) -> Incoming:
        return Incoming(
            method=method, context=context, environment=self._environment, policy=self._callers, ending=ending
        )


def _credentials(files: TlsFiles, identity: Identity) -> grpc.ServerCredentials:
    """Credentials that follow the files: each handshake looks whether they changed; damaged ones are not taken."""
    first = _configuration(files.read_for(identity))
    seen = [files.stamp()]

    def fetch() -> grpc.ServerCertificateConfiguration | None:
        stamp = files.stamp()
        if not stamp or stamp == seen[0]:
            return None
        try:
            material = files.read_for(identity)
        except StartError as error:
            log.warning("certificate files changed but cannot be used", problem=str(error))
            return None
        seen[0] = stamp
        log.info("certificate reloaded", expires_at=material.expires_at.isoformat())
        return _configuration(material)

    follow: Any = fetch  # None means "as before", which the published types leave out
    return grpc.dynamic_ssl_server_credentials(first, follow, require_client_authentication=True)


def _configuration(material: TlsMaterial) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration([(material.key, material.certificate)], material.authority)


def _channel_arguments(options: ServerOptions) -> list[tuple[str, int]]:
    return [
        ("grpc.server_handshake_timeout_ms", int(options.handshake_seconds * 1000)),
        ("grpc.so_reuseport", 0),  # otherwise two processes silently share a port
        ("grpc.max_connection_age_ms", 60_000),  # so that callers spread again after a copy is added
        ("grpc.max_receive_message_length", MESSAGE_LIMIT),
        ("grpc.max_send_message_length", MESSAGE_LIMIT),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ]

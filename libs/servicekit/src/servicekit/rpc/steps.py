"""What every call goes through before its handler, in one order that no handler can skip.

`STEPS` is the list of what happens on the way in; a step that refuses raises. `Guarded` applies it, and on the way out
writes one log line and translates errors. It surrounds a unary answer and a whole stream of answers alike. Plain
functions and one object: generators and an ExitStack would cost each call 30 µs.
"""

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from types import TracebackType
from typing import Any

import grpc
import structlog

from servicekit.errors import AccessDeniedError, NotAuthenticatedError, ServiceError
from servicekit.logging import get_logger
from servicekit.metrics import CALLS, count_refusal
from servicekit.references import bind_reference, new_reference
from servicekit.rpc.call import Call, enter, parse_request_id, parse_traceparent
from servicekit.rpc.callers import CallerPolicy
from servicekit.rpc.errors import DETAILS_KEY, PUSHBACK_KEY, DeadlineTooShortError, code_of, internal_status, status_of
from servicekit.rpc.tls import Identity, parse_identity

LEAST_TIME_LEFT_S = 0.1
KEPT_BY_SERVER_S = 0.02

log = get_logger("servicekit.rpc")


class PeerUnknownError(NotAuthenticatedError):
    """The peer's certificate does not name one service of this environment."""

    reason = "PEER_UNKNOWN"


class CallerNotAllowedError(AccessDeniedError):
    """`callers.toml` does not let this service call this method."""

    reason = "CALLER_NOT_ALLOWED"


@dataclass(slots=True, kw_only=True)
class Incoming:
    """A call on its way to the handler; each step adds what it learned."""

    method: str
    context: grpc.ServicerContext
    environment: str
    policy: CallerPolicy
    ending: threading.Event
    metadata: dict[str, str] = field(default_factory=dict, repr=False)
    request_id: str = ""
    caller: str = ""
    deadline: float | None = None
    bearer: str | None = field(default=None, repr=False)
    certificate: bytes | None = field(default=None, repr=False)


Step = Callable[[Incoming], None]


def name_call(incoming: Incoming) -> None:
    """Give the call its request id and bind it to every log line."""
    incoming.metadata = {key: value for key, value in incoming.context.invocation_metadata() if isinstance(value, str)}
    incoming.request_id = parse_request_id(incoming.metadata.get("x-request-id")) or new_reference()
    bind_reference(incoming.request_id)
    structlog.contextvars.bind_contextvars(request_id=incoming.request_id)


def keep_deadline(incoming: Incoming) -> None:
    """Refuse a call that leaves less than 100 ms; otherwise keep 20 ms of its time for the way back."""
    remaining = incoming.context.time_remaining()
    if remaining is not None:
        if remaining < LEAST_TIME_LEFT_S:
            raise DeadlineTooShortError(f"{remaining * 1000:.0f} ms left, 100 are needed")
        incoming.deadline = time.monotonic() + remaining - KEPT_BY_SERVER_S


def allow_caller(incoming: Incoming) -> None:
    """Read the calling service from its certificate and hold it against the list. Nobody is the default."""
    identity = _identity(tuple(incoming.context.auth_context().get("x509_subject_alternative_name", ())))
    if identity is None or identity.environment != incoming.environment:
        raise PeerUnknownError("the peer's certificate names no service of this environment")
    incoming.caller = identity.service
    if not incoming.policy.allows(incoming.method, identity.service):
        raise CallerNotAllowedError(f"{identity.service} may not call {incoming.method}")


def capture_bearer(incoming: Incoming) -> None:
    """Take the person's access token (RFC 6750 §2.1) aside; the handler verifies it where a person is needed."""
    scheme, _, token = incoming.metadata.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        incoming.bearer = token
        shown = incoming.context.auth_context().get("x509_pem_cert", ())
        incoming.certificate = _der(bytes(next(iter(shown)))) if shown else None


def enter_call(incoming: Incoming) -> None:
    """Make what was learned readable by the handler through `current_call()`."""
    traceparent = parse_traceparent(incoming.metadata.get("traceparent"))
    enter(
        Call(
            method=incoming.method,
            request_id=incoming.request_id,
            caller=incoming.caller,
            traceparent=traceparent,
            bearer=incoming.bearer,
            certificate=incoming.certificate,
            deadline=incoming.deadline,
            ending=incoming.ending,
        )
    )


STEPS: tuple[Step, ...] = (name_call, keep_deadline, allow_caller, capture_bearer, enter_call)


class GuardedMethod:
    """All the steps around one call: `with GuardedMethod(incoming): …handler…`. A refusal raises before the handler."""

    __slots__ = ("_incoming", "_started")

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming

    def __enter__(self) -> None:
        self._started = time.perf_counter()
        try:
            for step in STEPS:
                step(self._incoming)
        except BaseException as error:
            self._leave(error)
            raise

    def __exit__(
        self, _type: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self._leave(error)

    def _leave(self, error: BaseException | None) -> None:
        """One line per call; an error then leaves as the status that says its kind."""
        incoming = self._incoming
        status = "OK"
        if error is not None:
            status = _outcome(error, incoming.context) if isinstance(error, Exception) else "CANCELLED"
        seconds = time.perf_counter() - self._started
        CALLS.took(seconds, incoming.method, status)
        milliseconds = round(seconds * 1000, 2)
        log.info("call", method=incoming.method, caller=incoming.caller, status=status, milliseconds=milliseconds)
        if isinstance(error, Exception):
            _translate(error, incoming)


def _translate(error: Exception, incoming: Incoming) -> None:
    """A ServiceError leaves with its kind and reason; anything else is logged and leaves as a fixed text and an id."""
    if isinstance(error, ServiceError):
        count_refusal(error)
        _abort(incoming.context, status_of(error, incoming.request_id))
    if not _abort_code(error, incoming.context):
        incident_id = incoming.request_id
        log.error("call failed", method=incoming.method, incident_id=incident_id, exc_info=error)
        _abort(incoming.context, internal_status(incident_id))


@lru_cache(maxsize=1024)
def _identity(alternative_names: tuple[bytes, ...]) -> Identity | None:
    """Of the names in a certificate that TLS has verified: the same names are always the same identity."""
    return parse_identity(text for name in alternative_names if "://" in (text := name.decode("utf-8", "replace")))


@lru_cache(maxsize=1024)
def _der(pem: bytes) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem.decode("ascii"))


def _outcome(error: Exception, context: grpc.ServicerContext) -> str:
    code = _abort_code(error, context)
    return (code or code_of(error)).name


def _abort_code(error: Exception, context: Any) -> grpc.StatusCode | None:
    """The code when a handler called `context.abort`, which sets it and raises a bare Exception()."""
    code: grpc.StatusCode | None = context.code() if type(error) is Exception and not error.args else None
    return code


def _abort(context: grpc.ServicerContext, status: Any) -> None:
    code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
    trailers = ((DETAILS_KEY, status.SerializeToString()), (PUSHBACK_KEY, "-1"))
    context.set_trailing_metadata(trailers)
    context.abort(code, status.message)

"""What every call goes through before its handler, in one order that no handler can skip.

A step is a context manager around the rest: it checks on the way in, and sees the outcome on the way out. The same
steps surround a unary answer and a whole stream of answers. `STEPS` below is the list; `guard` applies it.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import structlog

from servicekit.errors import AccessDeniedError, NotAuthenticatedError, ServiceError
from servicekit.identifiers import new_id
from servicekit.logging import get_logger
from servicekit.rpc.call import Call, enter, parse_request_id, parse_traceparent
from servicekit.rpc.callers import CallerPolicy
from servicekit.rpc.errors import DETAILS_KEY, PUSHBACK_KEY, DeadlineTooShortError, code_of, internal_status, status_of
from servicekit.rpc.tls import parse_identity

LEAST_TIME_LEFT_S = 0.1
KEPT_BY_SERVER_S = 0.02

log = get_logger("servicekit.rpc")


class PeerUnknownError(NotAuthenticatedError):
    """The peer's certificate does not name one service of this environment."""

    reason = "PEER_UNKNOWN"


class CallerNotAllowedError(AccessDeniedError):
    """`callers.toml` does not let this service call this method."""

    reason = "CALLER_NOT_ALLOWED"


@dataclass
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


Step = Callable[[Incoming], AbstractContextManager[None]]


@contextmanager
def translate_errors(incoming: Incoming) -> Iterator[None]:
    """A ServiceError leaves with its kind and reason; anything else is logged and leaves as a fixed text and an id."""
    try:
        yield
    except ServiceError as error:
        _abort(incoming.context, status_of(error))
    except Exception as error:
        if _abort_code(error, incoming.context):
            raise
        incident_id = new_id()
        log.exception("call failed", method=incoming.method, incident_id=incident_id)
        _abort(incoming.context, internal_status(incident_id))


@contextmanager
def name_and_log(incoming: Incoming) -> Iterator[None]:
    """Give the call its request id, bind it to every log line, write one line at the end."""
    incoming.metadata = {key: value for key, value in incoming.context.invocation_metadata() if isinstance(value, str)}
    incoming.request_id = parse_request_id(incoming.metadata.get("x-request-id")) or new_id()
    structlog.contextvars.bind_contextvars(request_id=incoming.request_id)
    started = time.perf_counter()
    status = "CANCELLED"
    try:
        yield
        status = "OK"
    except Exception as error:
        status = _outcome(error, incoming.context)
        raise
    finally:
        milliseconds = round((time.perf_counter() - started) * 1000, 2)
        log.info("call", method=incoming.method, caller=incoming.caller, status=status, milliseconds=milliseconds)


@contextmanager
def keep_deadline(incoming: Incoming) -> Iterator[None]:
    """Refuse a call that leaves less than 100 ms; otherwise keep 20 ms of its time for the way back."""
    remaining = incoming.context.time_remaining()
    if remaining is not None:
        if remaining < LEAST_TIME_LEFT_S:
            raise DeadlineTooShortError(f"{remaining * 1000:.0f} ms left, 100 are needed")
        incoming.deadline = time.monotonic() + remaining - KEPT_BY_SERVER_S
    yield


@contextmanager
def allow_caller(incoming: Incoming) -> Iterator[None]:
    """Read the calling service from its certificate and hold it against the list. Nobody is the default."""
    identity = parse_identity(_peer_uris(incoming.context))
    if identity is None or identity.environment != incoming.environment:
        raise PeerUnknownError("the peer's certificate names no service of this environment")
    incoming.caller = identity.service
    if not incoming.policy.allows(incoming.method, identity.service):
        raise CallerNotAllowedError(f"{identity.service} may not call {incoming.method}")
    yield


@contextmanager
def capture_bearer(incoming: Incoming) -> Iterator[None]:
    """Take the person's access token (RFC 6750 §2.1) aside; the handler verifies it where a person is needed."""
    scheme, _, token = incoming.metadata.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        incoming.bearer = token
    yield


@contextmanager
def enter_call(incoming: Incoming) -> Iterator[None]:
    """Make what was learned readable by the handler through `current_call()`."""
    traceparent = parse_traceparent(incoming.metadata.get("traceparent"))
    enter(
        Call(
            method=incoming.method,
            request_id=incoming.request_id,
            caller=incoming.caller,
            traceparent=traceparent,
            bearer=incoming.bearer,
            deadline=incoming.deadline,
            ending=incoming.ending,
        )
    )
    yield


STEPS: tuple[Step, ...] = (translate_errors, name_and_log, keep_deadline, allow_caller, capture_bearer, enter_call)


def guard(incoming: Incoming) -> ExitStack:
    """All the steps around one call: `with guard(incoming): …handler…`. A refusal raises out of this function."""
    with ExitStack() as stack:
        for step in STEPS:
            stack.enter_context(step(incoming))
        return stack.pop_all()


def _peer_uris(context: grpc.ServicerContext) -> list[str]:
    names: Any = context.auth_context().get("x509_subject_alternative_name", ())
    return [text for name in names if "://" in (text := name.decode("utf-8", "replace"))]


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

"""The call being answered: who asks, until when, under which request id. Set by `steps.py`, read by handlers."""

import re
import threading
import time
from contextvars import ContextVar
from dataclasses import dataclass, field

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")


@dataclass(frozen=True, kw_only=True)
class Call:
    """What is known of a call before its handler runs."""

    method: str
    """Full name: /partenaire.cdap.v1.Consultation/Consult."""
    request_id: str
    caller: str
    """Name of the calling service, from its certificate."""
    traceparent: str | None = None
    """W3C trace context, carried unchanged."""
    bearer: str | None = field(default=None, repr=False)
    """The person's access token, not verified yet."""
    certificate: bytes | None = field(default=None, repr=False)
    """DER of the certificate that the caller showed: a token may be bound to it (RFC 8705 §3)."""
    deadline: float | None = None
    """`time.monotonic()` at which the answer must have left; None when the caller set no limit."""
    ending: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)
    """Set when the caller has gone or the server stops. A stream waits on it instead of sleeping."""

    def remaining(self) -> float | None:
        """Seconds left for the handler, never negative; None when the caller set no limit."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())


_current: ContextVar[Call | None] = ContextVar("servicekit_call", default=None)


def current_call() -> Call:
    """The call this code answers.

    Raises:
        LookupError: not called from a gRPC handler.
    """
    call = _current.get()
    if call is None:
        raise LookupError("no gRPC call is being answered here")
    return call


def find_call() -> Call | None:
    """The call this code answers, or None outside of a gRPC handler."""
    return _current.get()


def enter(call: Call) -> None:
    """Make `call` the current one. grpc runs each call in its own context, so nothing has to be undone."""
    _current.set(call)


def parse_request_id(unverified_text: str | None) -> str | None:
    """The request id when it is one (1 to 64 letters, digits, '.', '_', '-'), else None."""
    return unverified_text if unverified_text and _REQUEST_ID.fullmatch(unverified_text) else None


def parse_traceparent(unverified_text: str | None) -> str | None:
    """The header when it follows W3C Trace Context §3.2, else None (the trace then starts anew)."""
    match = _TRACEPARENT.fullmatch(unverified_text or "")
    if match is None:
        return None
    version, trace_id, parent_id, rest = match.groups()
    if version == "ff" or not trace_id.strip("0") or not parent_id.strip("0"):
        return None
    if version == "00" and rest is not None:
        return None
    return match.string

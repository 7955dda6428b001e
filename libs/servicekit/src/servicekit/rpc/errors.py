"""The kinds of `servicekit.errors` on the wire, both ways.

Out: `google.rpc.Status` with ErrorInfo(reason, domain "partenaire", details), BadRequest for fields, RetryInfo.
In: `remote_errors()` turns what a remote service answered, or that it did not answer, into the same kinds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2

from servicekit.errors import (
    AccessDeniedError,
    ConcurrentChangeError,
    ConflictError,
    DependencyUnavailableError,
    InvalidInputError,
    NotAuthenticatedError,
    NotFoundError,
    ServiceError,
    TooManyRequestsError,
)

DOMAIN = "partenaire"
REFERENCE = "reference"  # in the metadata of ErrorInfo: that of the request (`servicekit.references`)
DETAILS_KEY = "grpc-status-details-bin"
PUSHBACK_KEY = "grpc-retry-pushback-ms"
"""Trailer that forbids the channel's own retries: the service answered, so trying again at once only adds load."""


class DeadlineTooShortError(DependencyUnavailableError):
    """The caller leaves too little time to answer; raised before any work, so nothing is half done."""

    reason = "DEADLINE_TOO_SHORT"


CODES: Mapping[type[ServiceError], grpc.StatusCode] = {
    InvalidInputError: grpc.StatusCode.INVALID_ARGUMENT,
    NotAuthenticatedError: grpc.StatusCode.UNAUTHENTICATED,
    AccessDeniedError: grpc.StatusCode.PERMISSION_DENIED,
    NotFoundError: grpc.StatusCode.NOT_FOUND,
    ConflictError: grpc.StatusCode.FAILED_PRECONDITION,
    ConcurrentChangeError: grpc.StatusCode.ABORTED,
    TooManyRequestsError: grpc.StatusCode.RESOURCE_EXHAUSTED,
    DeadlineTooShortError: grpc.StatusCode.DEADLINE_EXCEEDED,
    DependencyUnavailableError: grpc.StatusCode.UNAVAILABLE,
}
_KINDS = {code: kind for kind, code in CODES.items() if kind is not DeadlineTooShortError}
_MOST_FIELD_BYTES = 6 * 1024
"""A client takes trailers of 8 KiB in all, unless it was told otherwise."""
_DEFAULT_WAIT = timedelta(seconds=1)

M = TypeVar("M", bound=Message)


def code_of(error: BaseException) -> grpc.StatusCode:
    """The gRPC code that stands for this error: INTERNAL for anything that is not a ServiceError."""
    return next((code for kind, code in CODES.items() if isinstance(error, kind)), grpc.StatusCode.INTERNAL)


def status_of(error: ServiceError, reference: str = "") -> status_pb2.Status:
    """What goes over the wire for this error; `reference` is what a person reads out for help."""
    metadata = {**error.details, **({REFERENCE: reference} if reference else {})}
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=metadata)
    details: list[Message] = [info]
    if isinstance(error, InvalidInputError) and error.fields:
        violations = (_violation(name, reason, error.sentences.get(name)) for name, reason in error.fields.items())
        details.append(error_details_pb2.BadRequest(field_violations=_fitting(violations)))
    if isinstance(error, TooManyRequestsError):
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromTimedelta(error.retry_after)
        details.append(retry)
    return status_pb2.Status(code=_number(code_of(error)), message=str(error), details=[_packed(d) for d in details])


def _fitting(violations: Iterable[M]) -> Sequence[M]:
    """As many as an answer holds, the first ones: with more of them the caller would get none at all."""
    kept: list[M] = []
    size = 0
    for one in violations:
        size += one.ByteSize()
        if size > _MOST_FIELD_BYTES and kept:
            break
        kept.append(one)
    return kept


def _violation(field: str, reason: str, told: tuple[str, str] | None) -> error_details_pb2.BadRequest.FieldViolation:
    """What is wrong with a field: its reason, in words in English where there are some, and in French."""
    found = error_details_pb2.BadRequest.FieldViolation(field=field, description=reason, reason=reason)
    if told is not None:
        found.description, french = told
        found.localized_message.locale, found.localized_message.message = "fr", french
    return found


def internal_status(incident_id: str) -> status_pb2.Status:
    """The fixed answer to an error nobody foresaw: only the id under which the log tells more."""
    info = error_details_pb2.ErrorInfo(reason="INTERNAL", domain=DOMAIN, metadata={"incident_id": incident_id})
    text = f"internal error, incident {incident_id}"
    return status_pb2.Status(code=_number(grpc.StatusCode.INTERNAL), message=text, details=[_packed(info)])


@contextmanager
def remote_errors() -> Iterator[None]:
    """Around a call of a stub, or the reading of a stream: a failure leaves as a ServiceError with the remote's reason.

    Raises:
        ServiceError: the kind the remote service raised; DependencyUnavailableError when it did not answer, was too
            slow, cancelled the call or failed in a way nobody foresaw.
    """
    try:
        yield
    except grpc.RpcError as error:
        raise from_remote(error) from error


def from_remote(error: grpc.RpcError) -> ServiceError:
    """The ServiceError that a failed call stands for."""
    call: Any = error
    code: grpc.StatusCode = call.code()
    status = _status_in(call.trailing_metadata() or ())
    info = _detail(status, error_details_pb2.ErrorInfo) or error_details_pb2.ErrorInfo()
    reason = info.reason if info.domain == DOMAIN and info.reason else f"REMOTE_{code.name}"
    message = f"remote service: {call.details() or code.name}"
    details = {name: value for name, value in info.metadata.items() if name != REFERENCE}
    kind = _KINDS.get(code, DependencyUnavailableError)
    if kind is InvalidInputError:
        bad = _detail(status, error_details_pb2.BadRequest) or error_details_pb2.BadRequest()
        fields = {violation.field: violation.reason or violation.description for violation in bad.field_violations}
        return InvalidInputError(message, reason=reason, fields=fields, details=details)
    if kind is TooManyRequestsError:
        retry = _detail(status, error_details_pb2.RetryInfo)
        wait = retry.retry_delay.ToTimedelta() if retry else _DEFAULT_WAIT
        return TooManyRequestsError(message, reason=reason, retry_after=wait, details=details)
    return kind(message, reason=reason, details=details)


def _status_in(metadata: Any) -> status_pb2.Status:
    for key, value in metadata:
        if key == DETAILS_KEY:
            try:
                return status_pb2.Status.FromString(value)
            except DecodeError:
                break
    return status_pb2.Status()


def _detail(status: status_pb2.Status, kind: type[M]) -> M | None:
    for packed in status.details:
        if packed.Is(kind.DESCRIPTOR):
            detail = kind()
            packed.Unpack(detail)
            return detail
    return None


def _packed(message: Message) -> AnyMessage:
    packed = AnyMessage()
    packed.Pack(message)
    return packed


def _number(code: grpc.StatusCode) -> int:
    number: int = code.value[0]
    return number

"""Each kind of error crosses the wire and comes out as the same kind, with its reason and its details."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from structlog.testing import capture_logs

from partenaire.habpps.v1 import rights_feed_pb2 as feed
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
from servicekit.rpc import ChannelOptions, open_channel, remote_errors
from servicekit.rpc.errors import CODES, status_of
from tests.servicekit.rpc.serving import serving, stub

KINDS = [
    (InvalidInputError, grpc.StatusCode.INVALID_ARGUMENT),
    (NotAuthenticatedError, grpc.StatusCode.UNAUTHENTICATED),
    (AccessDeniedError, grpc.StatusCode.PERMISSION_DENIED),
    (NotFoundError, grpc.StatusCode.NOT_FOUND),
    (ConflictError, grpc.StatusCode.FAILED_PRECONDITION),
    (ConcurrentChangeError, grpc.StatusCode.ABORTED),
    (DependencyUnavailableError, grpc.StatusCode.UNAVAILABLE),
]


class DossierUnknownError(NotFoundError):
    """As a service defines its own."""

    reason = "DOSSIER_UNKNOWN"


def _failing(error: Exception) -> Any:
    def handler(_request: Any, _context: grpc.ServicerContext) -> Any:
        raise error

    return handler


def _outcome(habpps: Path, cdap: Path, error: Exception) -> tuple[ServiceError, grpc.RpcError]:
    with (
        serving(habpps, {"GetRevision": _failing(error)}) as server,
        stub(server, cdap) as client,
        pytest.raises(ServiceError) as caught,
        remote_errors(),
    ):
        client.GetRevision(feed.GetRevisionRequest())
    cause = caught.value.__cause__
    assert isinstance(cause, grpc.RpcError)
    return caught.value, cause


@pytest.mark.parametrize(("kind", "code"), KINDS)
def test_a_kind_keeps_its_reason_and_details(
    habpps: Path, cdap: Path, kind: type[ServiceError], code: grpc.StatusCode
) -> None:
    error, cause = _outcome(habpps, cdap, kind("what the log says", reason="SOME_REASON", details={"caf": "921"}))
    assert type(error) is kind
    assert (error.reason, dict(error.details)) == ("SOME_REASON", {"caf": "921"})
    assert cause.code() is code


def test_a_kind_of_a_service_arrives_as_the_kind_with_its_reason(habpps: Path, cdap: Path) -> None:
    error, _ = _outcome(habpps, cdap, DossierUnknownError("no such dossier"))
    assert (type(error), error.reason) == (NotFoundError, "DOSSIER_UNKNOWN")


def test_wrong_fields_are_named(habpps: Path, cdap: Path) -> None:
    error, _ = _outcome(habpps, cdap, InvalidInputError("2 fields", reason="INVALID", fields={"siret": "SIRET_KEY"}))
    assert isinstance(error, InvalidInputError)
    assert error.fields == {"siret": "SIRET_KEY"}


def test_the_time_to_wait_crosses_the_wire(habpps: Path, cdap: Path) -> None:
    wait = timedelta(seconds=12, milliseconds=5)
    error, _ = _outcome(habpps, cdap, TooManyRequestsError("slow down", reason="LIMIT", retry_after=wait))
    assert isinstance(error, TooManyRequestsError)
    assert error.retry_after == wait


def test_what_nobody_foresaw_leaves_as_a_fixed_text_and_is_logged_under_its_id(habpps: Path, cdap: Path) -> None:
    with capture_logs() as lines:
        error, cause = _outcome(habpps, cdap, ZeroDivisionError("matricule 0346145"))
    incident_id = error.details["incident_id"]
    assert isinstance(error, DependencyUnavailableError)
    assert cause.code() is grpc.StatusCode.INTERNAL
    assert cause.details() == f"internal error, incident {incident_id}"
    assert [line["event"] for line in lines if line.get("incident_id") == incident_id] == ["call failed"]


def test_an_error_in_the_middle_of_a_stream_keeps_its_kind(habpps: Path, cdap: Path) -> None:
    def watch(_request: Any, _context: grpc.ServicerContext) -> Any:
        yield feed.WatchResponse(revision=1)
        raise ConflictError("the epoch changed", reason="EPOCH_CHANGED")

    with serving(habpps, {"Watch": watch}) as server, stub(server, cdap) as client:
        received: list[int] = []
        with pytest.raises(ConflictError) as caught, remote_errors():
            received.extend(message.revision for message in client.Watch(feed.WatchRequest()))
    assert caught.value.reason == "EPOCH_CHANGED"


def test_a_service_that_is_not_there_is_an_unavailable_dependency(habpps: Path, cdap: Path) -> None:
    with serving(habpps, {}) as server:
        pass
    with stub(server, cdap) as client, pytest.raises(DependencyUnavailableError) as caught, remote_errors():
        client.GetRevision(feed.GetRevisionRequest(), timeout=0.5)
    assert caught.value.reason in {"REMOTE_UNAVAILABLE", "REMOTE_DEADLINE_EXCEEDED"}


def test_a_method_that_the_other_side_does_not_know_is_an_unavailable_dependency(habpps: Path, cdap: Path) -> None:
    with serving(habpps, {}) as server:
        options = ChannelOptions(
            address=f"127.0.0.1:{server.port}", server="habpps", service="cdap", environment="test", tls_directory=cdap
        )
        with open_channel(options) as channel:
            call: Any = channel.unary_unary("/partenaire.habpps.v1.RightsFeed/OfALaterVersion")
            with pytest.raises(DependencyUnavailableError) as caught, remote_errors():
                call(b"")
    assert caught.value.reason == "REMOTE_UNIMPLEMENTED"


def test_an_error_carries_the_reference_of_its_request() -> None:
    status = status_of(NotFoundError("no such thing", reason="THING_UNKNOWN", details={"kind": "x"}), "7K4Q-2M9D")
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert dict(info.metadata) == {"kind": "x", "reference": "7K4Q-2M9D"}


def test_every_kind_has_a_code() -> None:
    assert set(ServiceError.__subclasses__()) <= set(CODES)

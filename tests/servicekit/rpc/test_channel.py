"""The client side: retries, what every call carries, health, and certificates that change."""

from pathlib import Path
from typing import Any

import grpc
import pytest
import structlog
from cryptography import x509

from partenaire.habpps.v1 import rights_feed_pb2 as feed
from servicekit.errors import DependencyUnavailableError, ServiceError, StartError
from servicekit.rpc import Call, ChannelOptions, bearer, current_call, open_channel, remote_errors
from servicekit.rpc.certificates import issue
from tests.servicekit.rpc.serving import Authority, revision, serving, stub, wait_until

ASK = feed.GetRevisionRequest()
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Failing:
    """Fails with a status of the transport a number of times, then answers."""

    def __init__(self, code: grpc.StatusCode, times: int) -> None:
        self.code = code
        self.left = times
        self.calls = 0

    def __call__(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.calls += 1
        if self.left:
            self.left -= 1
            context.abort(self.code, "as a proxy or a server that stops would")
        return revision(request, context)


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED])
def test_a_failure_of_the_transport_is_tried_again(habpps: Path, cdap: Path, code: grpc.StatusCode) -> None:
    failing = Failing(code, times=3)
    with serving(habpps, {"GetRevision": failing}) as server, stub(server, cdap) as client:
        assert client.GetRevision(ASK).revision == 7
    assert failing.calls == 4


def test_four_attempts_are_the_last(habpps: Path, cdap: Path) -> None:
    failing = Failing(grpc.StatusCode.UNAVAILABLE, times=9)
    with (
        serving(habpps, {"GetRevision": failing}) as server,
        stub(server, cdap) as client,
        pytest.raises(DependencyUnavailableError),
        remote_errors(),
    ):
        client.GetRevision(ASK)
    assert failing.calls == 4


def test_what_the_service_itself_refuses_is_not_tried_again(habpps: Path, cdap: Path) -> None:
    calls = []

    def handler(_request: Any, _context: grpc.ServicerContext) -> Any:
        calls.append(1)
        raise DependencyUnavailableError("the journal does not answer", reason="AUDIT_UNAVAILABLE")

    with (
        serving(habpps, {"GetRevision": handler}) as server,
        stub(server, cdap) as client,
        pytest.raises(DependencyUnavailableError) as caught,
        remote_errors(),
    ):
        client.GetRevision(ASK)
    assert (len(calls), caught.value.reason) == (1, "AUDIT_UNAVAILABLE")


def test_a_channel_without_retries_tries_once(habpps: Path, cdap: Path) -> None:
    failing = Failing(grpc.StatusCode.UNAVAILABLE, times=9)
    with (
        serving(habpps, {"GetRevision": failing}) as server,
        stub(server, cdap, retries=False) as client,
        pytest.raises(DependencyUnavailableError),
        remote_errors(),
    ):
        client.GetRevision(ASK)
    assert failing.calls == 1


def test_the_request_id_and_trace_of_a_page_reach_the_service(habpps: Path, cdap: Path) -> None:
    calls: list[Call] = []
    with serving(habpps, {"GetRevision": _noting(calls)}) as server, stub(server, cdap) as client:
        with structlog.contextvars.bound_contextvars(request_id="page-1", traceparent=TRACE):
            client.GetRevision(ASK, metadata=bearer("the.access.token"))
        client.GetRevision(ASK)
    assert (calls[0].request_id, calls[0].traceparent, calls[0].bearer) == ("page-1", TRACE, "the.access.token")
    assert calls[1].request_id not in {"", "page-1"}
    assert (calls[1].traceparent, calls[1].bearer) == (None, None)


def test_a_call_made_while_answering_carries_the_same_request_id_but_never_the_token(habpps: Path, cdap: Path) -> None:
    calls: list[Call] = []
    with serving(habpps, {"GetRevision": _noting(calls)}) as behind, stub(behind, cdap) as to_behind:

        def outer(_request: Any, _context: grpc.ServicerContext) -> Any:
            return to_behind.GetRevision(ASK)

        with serving(habpps, {"GetRevision": outer}) as front, stub(front, cdap) as client:
            client.GetRevision(ASK, metadata=(*bearer("person"), ("x-request-id", "r-9"), ("traceparent", TRACE)))
    assert (calls[0].request_id, calls[0].traceparent, calls[0].bearer) == ("r-9", TRACE, None)


def test_a_server_that_is_not_ready_gets_no_call_until_it_is(habpps: Path, cdap: Path) -> None:
    with serving(habpps, {"GetRevision": revision}) as server, stub(server, cdap) as client:
        server.set_serving(False)
        with pytest.raises(DependencyUnavailableError), remote_errors():
            client.GetRevision(ASK)
        server.set_serving(True)
        wait_until(lambda: _answers(client), "a server that is ready again")


def test_a_new_certificate_of_the_client_is_used_by_the_next_calls(
    authority: Authority, habpps: Path, tmp_path: Path
) -> None:
    folder = issue(authority.directory, "cdap", "test", into=tmp_path / "cdap")
    seen: list[int] = []

    def handler(request: Any, context: grpc.ServicerContext) -> Any:
        shown: Any = context.auth_context()["x509_pem_cert"]  # a list of bytes, whatever the published types say
        seen.append(x509.load_pem_x509_certificate(shown[0]).serial_number)
        return revision(request, context)

    with serving(habpps, {"GetRevision": handler}) as server, stub(server, folder) as client:
        client.GetRevision(ASK)
        issue(authority.directory, "cdap", "test", into=folder)
        wait_until(lambda: _answers(client) and len(set(seen)) == 2, "the new certificate")
        (folder / "service-key.pem").write_text("half written", encoding="utf-8")
        wait_until(lambda: _answers(client), "calls that go on with the last good certificate")


def test_a_channel_says_what_is_wrong_with_its_certificate(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"ca\.pem cannot be read"):
        open_channel(
            ChannelOptions(
                address="127.0.0.1:1", server="habpps", service="cdap", environment="test", tls_directory=tmp_path
            )
        )


def test_a_message_of_more_than_one_mebibyte_is_refused(habpps: Path, cdap: Path) -> None:
    def handler(_request: Any, _context: grpc.ServicerContext) -> Any:
        return feed.GetRevisionResponse(digest=b"x" * (1024 * 1024 + 1))

    with (
        serving(habpps, {"GetRevision": handler}) as server,
        stub(server, cdap) as client,
        pytest.raises(ServiceError) as caught,
        remote_errors(),
    ):
        client.GetRevision(ASK)
    assert caught.value.reason == "REMOTE_RESOURCE_EXHAUSTED"


def _noting(calls: list[Call]) -> Any:
    def handler(request: Any, context: grpc.ServicerContext) -> Any:
        calls.append(current_call())
        return revision(request, context)

    return handler


def _answers(client: Any) -> bool:
    try:
        return bool(client.GetRevision(ASK).revision == 7)
    except grpc.RpcError:
        return False

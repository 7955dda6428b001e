"""Health, drain and ports of the server."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc
from structlog.testing import capture_logs

from partenaire.habpps.v1 import rights_feed_pb2 as feed
from servicekit.errors import DependencyUnavailableError, StartError
from servicekit.rpc import RpcServer, remote_errors
from tests.servicekit.rpc.serving import NAME, PATIENCE_S, revision, serving, stub

ASK = feed.GetRevisionRequest()
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def test_health_is_told_for_the_server_and_each_of_its_services(habpps: Path, cdap: Path) -> None:
    with serving(habpps, {}) as server:
        assert [_health(server, cdap, name) for name in ("", NAME)] == [SERVING, SERVING]
        server.set_serving(False)
        assert [_health(server, cdap, name) for name in ("", NAME)] == [NOT_SERVING, NOT_SERVING]


def test_health_is_answered_while_every_thread_is_busy(habpps: Path, cdap: Path) -> None:
    begun, release = threading.Event(), threading.Event()

    def slow(request: Any, context: grpc.ServicerContext) -> Any:
        begun.set()
        release.wait(PATIENCE_S)
        return revision(request, context)

    with serving(habpps, {"GetRevision": slow}, threads=1) as server, stub(server, cdap) as client:
        call = client.GetRevision.future(ASK, timeout=PATIENCE_S)
        assert begun.wait(PATIENCE_S)
        assert _health(server, cdap, NAME) == SERVING
        release.set()
        assert call.result().revision == 7


def test_a_call_in_flight_is_answered_while_the_server_drains(habpps: Path, cdap: Path) -> None:
    begun, release = threading.Event(), threading.Event()

    def slow(request: Any, context: grpc.ServicerContext) -> Any:
        begun.set()
        release.wait(PATIENCE_S)
        return revision(request, context)

    with serving(habpps, {"GetRevision": slow}) as server, stub(server, cdap) as client, ThreadPoolExecutor() as pool:
        answer = client.GetRevision.future(ASK, timeout=PATIENCE_S)
        assert begun.wait(PATIENCE_S)
        drained = pool.submit(server.drain, 0.05)
        release.set()
        assert drained.result(PATIENCE_S)
        assert answer.result().revision == 7
        with pytest.raises(DependencyUnavailableError), remote_errors():
            client.GetRevision(ASK, timeout=0.5)


def test_a_call_that_does_not_end_is_cancelled_after_the_grace(habpps: Path, cdap: Path) -> None:
    begun, release = threading.Event(), threading.Event()

    def stuck(request: Any, context: grpc.ServicerContext) -> Any:
        begun.set()
        release.wait(PATIENCE_S)
        return revision(request, context)

    with serving(habpps, {"GetRevision": stuck}) as server, stub(server, cdap, retries=False) as client:
        answer = client.GetRevision.future(ASK, timeout=PATIENCE_S)
        assert begun.wait(PATIENCE_S)
        server.drain(pause_s=0, grace_s=0.05)
        with pytest.raises(DependencyUnavailableError), remote_errors():
            answer.result()
        release.set()


def test_two_servers_never_share_a_port(habpps: Path) -> None:
    with serving(habpps, {}) as server:
        taken = pytest.raises(StartError, match=f"gRPC cannot listen on 127.0.0.1:{server.port}")
        with taken, serving(habpps, {}, port=server.port):
            pass


def test_each_call_leaves_one_line_with_its_request_id_and_no_content(habpps: Path, cdap: Path) -> None:
    logged = capture_logs([structlog.contextvars.merge_contextvars])
    with logged as lines, serving(habpps, {"GetRevision": revision}) as server, stub(server, cdap) as client:
        client.GetRevision(ASK, metadata=(("x-request-id", "r-1"), ("authorization", "Bearer s3cret")))
    # A call of another test that ends only now leaves its line here as well: every thread writes into one log.
    (line,) = [line for line in lines if line["event"] == "call" and line["request_id"] == "r-1"]
    assert (line["method"], line["caller"], line["status"]) == (f"/{NAME}/GetRevision", "cdap", "OK")
    assert "s3cret" not in str(line)


def test_callers_that_leave_while_health_changes_never_hold_up_the_server(habpps: Path, cdap: Path) -> None:
    changing = threading.Event()

    def change(server: RpcServer) -> None:
        while not changing.is_set():
            server.set_serving(False)
            server.set_serving(True)

    with serving(habpps, {}) as server, _channel(server, cdap) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        changer = threading.Thread(target=change, args=(server,), daemon=True)
        changer.start()
        for _ in range(300):
            watch = health.Watch(health_pb2.HealthCheckRequest(service=NAME), timeout=PATIENCE_S)
            next(watch)
            watch.cancel()
        changing.set()
        changer.join(PATIENCE_S)
        assert not changer.is_alive()
        assert server.drain(pause_s=0.01)


def _channel(server: RpcServer, tls: Path) -> Any:
    read = [(tls / file).read_bytes() for file in ("ca.pem", "service-key.pem", "service.pem")]
    return grpc.secure_channel(f"localhost:{server.port}", grpc.ssl_channel_credentials(*read))


def _health(server: RpcServer, tls: Path, name: str) -> Any:
    with _channel(server, tls) as channel:
        request = health_pb2.HealthCheckRequest(service=name)
        return health_pb2_grpc.HealthStub(channel).Check(request, timeout=5).status

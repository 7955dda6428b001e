"""A service as a real process: it starts, says what is wrong, drains."""

import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from partenaire.habpps.v1 import rights_feed_pb2 as feed
from partenaire.habpps.v1 import rights_feed_pb2_grpc as feed_grpc
from servicekit.errors import DependencyUnavailableError
from servicekit.rpc import ChannelOptions, open_channel, remote_errors
from servicekit.rpc.certificates import issue, write_authority
from tests.promises import promise
from tests.servicekit.core.running import PATIENCE_S, Tiny, free_port, tiny_service

DRAINED = ["stop second", "stop first", "close"]


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates of the tiny service and of its caller, in one folder."""
    folder = tmp_path_factory.mktemp("tls")
    write_authority(folder)
    issue(folder, "caller", "demo")
    return issue(folder, "tiny", "demo")


@contextmanager
def _calling(tiny: Tiny, tls: Path) -> Iterator[Any]:
    address = f"127.0.0.1:{tiny.rpc_port}"
    with open_channel(
        ChannelOptions(
            address=address, server="tiny", service="caller", environment="demo", tls_directory=tls.parent / "caller"
        )
    ) as channel:
        yield feed_grpc.RightsFeedStub(channel)


def _revision(client: Any) -> int:
    try:
        with remote_errors():
            return int(client.GetRevision(feed.GetRevisionRequest()).revision)
    except DependencyUnavailableError:
        return 0


def _refused(command: str, directory: Path, tls: Path, **more: str) -> str:
    """What a start that must not succeed says."""
    with tiny_service(command, directory, tls, **more) as tiny:
        assert tiny.end() == 2
        return tiny.log()


@pytest.mark.parametrize("command", ["serve", "serve-rpc", "serve-web"])
def test_sigterm_stops_everything_in_reverse_order_and_ends_with_0(command: str, tmp_path: Path, tls: Path) -> None:
    with tiny_service(command, tmp_path, tls) as tiny:
        tiny.wait_for('"started"')
        tiny.process.send_signal(signal.SIGTERM)
        assert tiny.end() == 0
        assert tiny.diary()[1:] == ["start first", "start second", *DRAINED]


@promise("front:a-dead-front-is-told")
def test_a_process_whose_web_front_dies_ends_with_1(tmp_path: Path, tls: Path) -> None:
    with tiny_service("serve-web", tmp_path, tls) as tiny:
        tiny.wait_for('"started"')
        with socket.create_connection(("127.0.0.1", tiny.web_port), timeout=PATIENCE_S) as client:
            client.sendall(b"GET /break-the-front HTTP/1.1\r\nHost: a\r\n\r\n")
            assert tiny.end() == 1
        assert '"a thread of the web front ended"' in tiny.log()
        assert tiny.diary()[-3:] == DRAINED


@pytest.mark.parametrize("command", ["serve", "serve-rpc"])
def test_a_call_in_flight_is_answered_before_the_process_ends(command: str, tmp_path: Path, tls: Path) -> None:
    with tiny_service(command, tmp_path, tls) as tiny, _calling(tiny, tls) as client:
        tiny.wait_for('"started"')
        tiny.wait_until(lambda: _revision(client) == 1, "a server that answers")
        stream = client.Watch(feed.WatchRequest())
        next(stream)
        answer = client.Acknowledge.future(feed.AcknowledgeRequest(), timeout=PATIENCE_S)
        tiny.wait_for("in flight")
        tiny.process.send_signal(signal.SIGTERM)
        tiny.wait_for('"stopping"')
        (tmp_path / "release").touch()
        assert answer.result() == feed.AcknowledgeResponse()
        assert list(stream) == []
        assert tiny.end() == 0
        assert tiny.diary()[-3:] == DRAINED


def test_a_page_in_flight_is_answered_before_the_process_ends(tmp_path: Path, tls: Path) -> None:
    with tiny_service("serve-web", tmp_path, tls) as tiny, ThreadPoolExecutor() as pool:
        tiny.wait_for('"started"')
        assert _page(tiny, "/") == b"bonjour"
        answer = pool.submit(_page, tiny, "/slow")
        tiny.wait_for("page /slow")
        tiny.process.send_signal(signal.SIGTERM)
        (tmp_path / "release").touch()
        assert answer.result(PATIENCE_S) == b"bonjour"
        assert tiny.end() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_whole_group_drains_once(number: signal.Signals, tmp_path: Path, tls: Path) -> None:
    """What Ctrl-C or a closed terminal does."""
    with tiny_service("serve", tmp_path, tls) as tiny:
        tiny.wait_for('"started"')
        os.killpg(tiny.process.pid, number)
        assert tiny.end() == 0
        assert tiny.diary()[-3:] == DRAINED
        assert tiny.diary().count("close") == 1


def test_a_signal_during_the_start_is_not_lost(tmp_path: Path, tls: Path) -> None:
    with tiny_service("serve", tmp_path, tls, mode="slow-start") as tiny:
        tiny.worker()
        os.killpg(tiny.process.pid, signal.SIGINT)
        (tmp_path / "go-on").touch()
        assert tiny.end() == 0
        assert tiny.diary()[-1] == "close"


def test_a_signal_during_the_start_of_gRPC_alone_is_not_lost(tmp_path: Path, tls: Path) -> None:  # noqa: N802
    with tiny_service("serve-rpc", tmp_path, tls, mode="slow-start") as tiny:
        tiny.worker()
        tiny.process.send_signal(signal.SIGTERM)
        (tmp_path / "go-on").touch()
        assert tiny.end() == 0
        assert tiny.diary()[-1] == "close"


def test_a_start_that_is_refused_is_one_sentence_and_code_2(tmp_path: Path, tls: Path) -> None:
    assert _refused("serve", tmp_path / "a", tls, mode="broken-start") == (
        "tiny: The tiny service does not want to start.\n"
    )
    assert _refused("serve-rpc", tmp_path / "b", tls, mode="broken-start") == (
        "tiny: The tiny service does not want to start.\n"
    )


def test_a_busy_port_is_named(tmp_path: Path, tls: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        web = _refused("serve", tmp_path / "a", tls, web_port=port)
        rpc = _refused("serve-rpc", tmp_path / "b", tls, rpc_port=port)
    assert web == f"tiny: Port {port} of 127.0.0.1, for pages, cannot be used: Address already in use.\n"
    assert rpc == f"tiny: Port {port} of 127.0.0.1, for gRPC, cannot be used: Address already in use.\n"


def test_a_missing_certificate_is_named(tmp_path: Path) -> None:
    said = _refused("serve", tmp_path, tmp_path / "nowhere")
    assert said == f"tiny: The certificate file {tmp_path}/nowhere/ca.pem cannot be read: No such file or directory.\n"


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path, tls: Path) -> None:
    (tmp_path / "file").touch()
    said = _refused("serve", tmp_path / "a", tls, data_directory=str(tmp_path / "file" / "data"))
    assert said == f"tiny: The data folder {tmp_path}/file/data cannot be written: Not a directory.\n"


def test_health_follows_the_problems_of_the_backgrounds(tmp_path: Path, tls: Path) -> None:
    with tiny_service("serve-rpc", tmp_path, tls, mode="not-ready") as tiny, _calling(tiny, tls) as client:
        tiny.wait_for("first: the file `ready` is missing")
        assert _revision(client) == 0
        (tmp_path / "ready").touch()
        tiny.wait_until(lambda: _revision(client) == 1, "a server that answers")


def test_a_problem_that_does_not_stop_answers_is_said_and_calls_go_on(tmp_path: Path, tls: Path) -> None:
    with tiny_service("serve-rpc", tmp_path, tls, mode="answers-anyway") as tiny, _calling(tiny, tls) as client:
        tiny.wait_for("first: the file `ready` is missing")
        tiny.wait_until(lambda: _revision(client) == 1, "a server that answers")


def _page(tiny: Tiny, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{tiny.web_port}{path}", timeout=PATIENCE_S) as answer:
        content: bytes = answer.read()
        return content


def _metrics(port: int, path: str = "/metrics") -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_S) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


@promise("metrics:take-no-thread-of-the-pages")
def test_metrics_are_shown_while_every_thread_of_the_pages_is_taken(tmp_path: Path, tls: Path) -> None:
    port = free_port()
    more = {"metrics_port": str(port), "web_threads": "2"}
    with tiny_service("serve", tmp_path, tls, **more) as tiny, ThreadPoolExecutor(4) as pool:
        tiny.wait_for('"started"')
        answers = [pool.submit(_page, tiny, "/slow") for _ in range(4)]
        tiny.wait_until(lambda: tiny.diary().count("page /slow") == 2, "two pages in flight")
        tiny.wait_until(lambda: 'partenaire_lane_waiting{lane="pages"} 2.0' in _metrics(port)[1], "two pages that wait")
        assert 'partenaire_lane_running{lane="pages"} 2.0' in _metrics(port)[1]
        assert _metrics(port, "/")[0] == 404
        (tmp_path / "release").touch()
        assert [answer.result(PATIENCE_S) for answer in answers] == [b"bonjour"] * 4
        status, text = _metrics(port)
        assert (status, 'partenaire_page_seconds_count{method="GET",route="unmatched",status="2xx"} 4.0' in text) == (
            200,
            True,
        )


def test_metrics_are_off_unless_a_port_is_named_and_a_taken_one_is_said(tmp_path: Path, tls: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = _refused("serve", tmp_path / "a", tls, metrics_port=port)
    assert said == f"tiny: Port {port} of 127.0.0.1, for metrics, cannot be used: Address already in use.\n"
    with tiny_service("serve-rpc", tmp_path / "b", tls) as tiny:
        tiny.wait_for('"started"')
        assert _listening(tiny.process.pid) == {tiny.rpc_port}


def _listening(pid: int) -> set[int]:
    """TCP ports on which a process listens."""
    sockets = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    lines = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
    ]
    found = [line[1] for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in sockets]
    return {int(address.rpartition(":")[2], 16) for address in found}

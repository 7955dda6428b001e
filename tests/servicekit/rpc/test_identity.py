"""Who is at the other end: both sides prove it, and nobody may call unless the list says so."""

import socket
import ssl
from pathlib import Path
from typing import Any

import grpc
import pytest

from partenaire.habpps.v1 import rights_feed_pb2 as feed
from partenaire.habpps.v1 import rights_feed_pb2_grpc as feed_grpc
from servicekit.errors import AccessDeniedError, DependencyUnavailableError, NotAuthenticatedError, StartError
from servicekit.rpc import CallerPolicy, ServerOptions, current_call, open_server, remote_errors
from servicekit.rpc.certificates import issue
from servicekit.rpc.server import RpcServer
from servicekit.rpc.steps import STEPS
from tests.servicekit.rpc.serving import NAME, Authority, feed_of_the_test, revision, serving, stub

ASK = feed.GetRevisionRequest()


def test_the_handler_learns_the_caller_from_its_certificate(habpps: Path, cdap: Path) -> None:
    callers = []

    def handler(request: Any, context: grpc.ServicerContext) -> Any:
        callers.append(current_call().caller)
        return revision(request, context)

    with serving(habpps, {"GetRevision": handler}) as server, stub(server, cdap) as client:
        assert client.GetRevision(ASK).revision == 7
    assert callers == ["cdap"]


def test_a_service_that_is_not_on_the_list_is_refused(authority: Authority, habpps: Path) -> None:
    audit = authority.certificate("audit")
    with (
        serving(habpps, {"GetRevision": revision}) as server,
        stub(server, audit, service="audit") as client,
        pytest.raises(AccessDeniedError) as caught,
        remote_errors(),
    ):
        client.GetRevision(ASK)
    assert caught.value.reason == "CALLER_NOT_ALLOWED"


def test_nobody_is_the_default(habpps: Path, cdap: Path) -> None:
    with (
        serving(habpps, {"GetRevision": revision}, allowed=frozenset()) as server,
        stub(server, cdap) as client,
        pytest.raises(AccessDeniedError),
        remote_errors(),
    ):
        client.GetRevision(ASK)


def test_a_caller_of_another_environment_is_refused_even_with_the_same_authority(
    authority: Authority, habpps: Path
) -> None:
    """The channel looks for a server of its own environment, so this one is made by hand."""
    other = authority.certificate("cdap", "production")
    with (
        serving(habpps, {"GetRevision": revision}) as server,
        _bare_channel(server, other) as channel,
        pytest.raises(NotAuthenticatedError) as caught,
        remote_errors(),
    ):
        feed_grpc.RightsFeedStub(channel).GetRevision(ASK, timeout=5)
    assert caught.value.reason == "PEER_UNKNOWN"


def test_a_caller_with_a_certificate_of_another_authority_gets_no_connection(
    tmp_path: Path, authority: Authority, habpps: Path
) -> None:
    stranger = Authority.new(tmp_path / "stranger").certificate("cdap")
    (stranger / "ca.pem").write_bytes((authority.directory / "ca.pem").read_bytes())
    with (
        serving(habpps, {"GetRevision": revision}) as server,
        stub(server, stranger) as client,
        pytest.raises(DependencyUnavailableError),
        remote_errors(),
    ):
        client.GetRevision(ASK, timeout=1)


def test_a_caller_without_a_certificate_gets_no_connection(authority: Authority, habpps: Path) -> None:
    credentials = grpc.ssl_channel_credentials((authority.directory / "ca.pem").read_bytes())
    with (
        serving(habpps, {"GetRevision": revision}) as server,
        grpc.secure_channel(f"localhost:{server.port}", credentials) as channel,
        pytest.raises(DependencyUnavailableError),
        remote_errors(),
    ):
        feed_grpc.RightsFeedStub(channel).GetRevision(ASK, timeout=1)


def test_a_caller_without_tls_gets_no_connection(habpps: Path) -> None:
    with (
        serving(habpps, {"GetRevision": revision}) as server,
        grpc.insecure_channel(f"localhost:{server.port}") as channel,
        pytest.raises(DependencyUnavailableError),
        remote_errors(),
    ):
        feed_grpc.RightsFeedStub(channel).GetRevision(ASK, timeout=1)


def test_a_server_that_is_another_service_is_not_trusted(authority: Authority, cdap: Path) -> None:
    impostor = authority.certificate("audit")
    with (
        serving(impostor, {"GetRevision": revision}, service="audit") as server,
        stub(server, cdap) as client,
        pytest.raises(DependencyUnavailableError),
        remote_errors(),
    ):
        client.GetRevision(ASK, timeout=1)


def test_a_server_of_another_environment_is_not_trusted(authority: Authority, cdap: Path) -> None:
    production = authority.certificate("habpps", "production")
    with (
        serving(production, {"GetRevision": revision}, environment="production") as server,
        stub(server, cdap) as client,
        pytest.raises(DependencyUnavailableError),
        remote_errors(),
    ):
        client.GetRevision(ASK, timeout=1)


def test_a_server_does_not_start_with_the_certificate_of_another_service(cdap: Path) -> None:
    with pytest.raises(StartError, match=r"certificate of spiffe://partenaire/test/cdap"), serving(cdap, {}):
        pass


def test_a_server_does_not_start_when_the_list_leaves_a_service_out(habpps: Path) -> None:
    services = [(feed_grpc.add_RightsFeedServicer_to_server, feed_of_the_test({}), NAME)]
    options = ServerOptions(service="habpps", environment="test", host="127.0.0.1", port=0, tls_directory=habpps)
    with pytest.raises(StartError, match=f"says nothing of {NAME}"):
        open_server(options, services=services, callers=CallerPolicy({}))


def test_the_steps_say_in_one_tuple_what_no_handler_can_skip() -> None:
    assert [step.__name__ for step in STEPS] == [
        "name_call",
        "keep_deadline",
        "allow_caller",
        "capture_bearer",
        "enter_call",
    ]


def test_a_new_certificate_is_used_without_a_restart(authority: Authority, tmp_path: Path) -> None:
    folder = issue(authority.directory, "habpps", "test", into=tmp_path / "habpps")
    client = authority.certificate("cdap")
    with serving(folder, {"GetRevision": revision}) as server:
        first = _presented(server, client)
        issue(authority.directory, "habpps", "test", into=folder)
        second = _presented(server, client)
        (folder / "service-key.pem").write_text("half written", encoding="utf-8")
        third = _presented(server, client)
    assert first != second
    assert second == third


def _presented(server: RpcServer, client: Path) -> bytes | None:
    """The certificate that the server shows in a new handshake."""
    context = ssl.create_default_context(cafile=client / "ca.pem")
    context.load_cert_chain(client / "service.pem", client / "service-key.pem")
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="habpps.test.partenaire.internal") as encrypted,
    ):
        return encrypted.getpeercert(binary_form=True)


def _bare_channel(server: RpcServer, tls: Path) -> grpc.Channel:
    read = [(tls / name).read_bytes() for name in ("ca.pem", "service-key.pem", "service.pem")]
    return grpc.secure_channel(f"localhost:{server.port}", grpc.ssl_channel_credentials(*read))

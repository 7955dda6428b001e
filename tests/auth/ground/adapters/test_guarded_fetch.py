"""Asking addresses that clients gave: the guard and its limits."""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from auth.ground.adapters.clients.guarded_fetch import FetchRefusedError, GuardedFetch

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """A server on loopback that answers as a test says, and keeps what was asked."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.asked: list[tuple[str, str, str, bytes]] = []
        self.answer: Answer = with_json({"keys": []})
        self.over = threading.Event()
        """Set at the end of the test: answers that take for ever give up."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.asked.append((self.command, self.path, self.headers["Host"], body))
                outer.answer(self)

            do_POST = do_GET  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Quiet."""

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """The guard hangs up on purpose."""

        self.http = Quiet(("127.0.0.1", 0), Handler)
        if context is not None:
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        self.port: int = self.http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/keys"
        self._thread = threading.Thread(target=self.http.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self.over.set()
        self.http.shutdown()
        self.http.server_close()
        self._thread.join(30)


@contextmanager
def a_server(context: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(context)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def server() -> Iterator[Server]:
    with a_server() as one:
        yield one


def with_bytes(content: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def with_json(content: object, status: int = 200, **headers: str) -> Answer:
    return with_bytes(json.dumps(content).encode(), status, **headers)


def names(**known: Sequence[str]) -> Callable[[str, int], Sequence[str]]:
    """A resolver that knows these names, with `_` for `.`."""

    def resolve(host: str, _port: int) -> Sequence[str]:
        try:
            return known[host.replace(".", "_")]
        except KeyError:
            raise socket.gaierror(f"{host} is not known") from None

    return resolve


LOCAL = GuardedFetch(allow_loopback=True)


def reason(fetch: GuardedFetch, url: str) -> str:
    with pytest.raises(FetchRefusedError) as refused:
        fetch.json(url)
    return refused.value.reason


def test_a_json_object_is_fetched(server: Server) -> None:
    server.answer = with_json({"keys": [{"kty": "EC"}]}, Content_Type="text/html")
    assert LOCAL.json(server.url + "?v=1") == {"keys": [{"kty": "EC"}]}
    assert server.asked == [("GET", "/keys?v=1", f"127.0.0.1:{server.port}", b"")]
    assert LOCAL.json(f"http://localhost:{server.port}")
    assert server.asked[-1][1:3] == ("/", f"localhost:{server.port}")


def test_a_list_of_texts_is_fetched_and_nothing_else_passes_for_one(server: Server) -> None:
    server.answer = with_json(["https://a.example/cb", "https://b.example/cb"])
    assert LOCAL.json_list(server.url) == ["https://a.example/cb", "https://b.example/cb"]
    for other in ({"a": 1}, [1], [["x"]], "x", None):
        server.answer = with_json(other)
        with pytest.raises(FetchRefusedError) as refused:
            LOCAL.json_list(server.url)
        assert refused.value.reason == "FETCH_BAD_ANSWER"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b'"x"', b"{", b'{"a":"\xe9"}', '{"a":1}'.encode("utf-16"), b"<html>", b"[" * 5000]
)
def test_what_is_no_json_object_in_utf8_is_refused(server: Server, content: bytes) -> None:
    server.answer = with_bytes(content, Content_Type="application/json; charset=utf-16")
    assert reason(LOCAL, server.url) == "FETCH_BAD_ANSWER"


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 308, 400, 404, 500])
def test_only_status_200_counts_and_no_redirect_is_followed(server: Server, status: int) -> None:
    server.answer = with_json({"keys": []}, status, Location=server.url + "/elsewhere")
    assert reason(LOCAL, server.url) == "FETCH_BAD_ANSWER"
    assert len(server.asked) == 1


def test_an_answer_is_read_up_to_64_kib(server: Server) -> None:
    fitting = b'{"a":"' + b"x" * (64 * 1024 - 8) + b'"}'
    server.answer = with_bytes(fitting)
    assert LOCAL.json(server.url)
    server.answer = with_bytes(fitting + b" ")
    assert reason(LOCAL, server.url) == "FETCH_TOO_LARGE"


def test_an_answer_without_end_is_left(server: Server) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not server.over.is_set():
            handler.wfile.write(b" " * 4096)

    server.answer = endless
    assert reason(LOCAL, server.url) == "FETCH_TOO_LARGE"


def test_endless_headers_are_left(server: Server) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not server.over.is_set():
            handler.wfile.write(b"X-Header: " + b"x" * 4096 + b"\r\n")

    server.answer = endless
    assert reason(LOCAL, server.url) == "FETCH_FAILED"


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_slow_sender_does_not_stretch_the_time_limit(server: Server, start: bytes) -> None:
    def drops(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(start)
        while start and not server.over.wait(0.02):  # each byte comes well within the limit
            handler.wfile.write(b" ")
        server.over.wait(30)

    server.answer = drops
    assert reason(GuardedFetch(allow_loopback=True, timeout=timedelta(seconds=0.3)), server.url) == "FETCH_FAILED"


def test_a_slow_resolver_does_not_stretch_the_time_limit() -> None:
    over = threading.Event()

    def resolve(_host: str, _port: int) -> Sequence[str]:
        over.wait(30)
        return ["127.0.0.1"]

    fetch = GuardedFetch(allow_loopback=True, timeout=timedelta(seconds=0.1), resolve=resolve)
    assert reason(fetch, "https://slow.example/") == "FETCH_FAILED"
    over.set()


def test_nobody_at_the_address_is_a_failure() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert reason(LOCAL, f"http://127.0.0.1:{closed.getsockname()[1]}/") == "FETCH_FAILED"
    assert reason(GuardedFetch(allow_loopback=True, resolve=names()), "https://nobody.example/") == "FETCH_FAILED"


@pytest.mark.parametrize("content", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00" * 10, b""])
def test_what_speaks_no_http_is_a_failure(server: Server, content: bytes) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(content)
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)

    server.answer = answer
    assert reason(LOCAL, server.url) == "FETCH_FAILED"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https:client.example",
        "//client.example/",
        "ftp://client.example/",
        "file:///etc/passwd",
        "data:application/json,{}",
        "gopher://client.example/",
        "https://user@client.example/",
        "https://user:secret@client.example/",
        "https://client.example/#fragment",
        "https://client.example/#",
        "https://client.example:x/",
        "https://client.example:99999/",
        "https://client.example/a b",
        "https://client.example/\r\nHost: other",
        "https://client.example\\@other.example/",
        "https://clïent.example/",
        "https://client%2eexample/",
        "https://[::1/",
        "https://[fe80::1%25lo]/",
        "https://client.example/" + "a" * 2048,
        "http://client.example/",
    ],
)
def test_only_plain_https_addresses_are_asked(url: str) -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    fetch = GuardedFetch(allow_loopback=False, resolve=resolve)
    assert reason(fetch, url) == "FETCH_BAD_ADDRESS"
    assert asked == []


PRIVATE = """
0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 169.254.169.254 172.16.0.1 192.0.0.8 192.0.0.9 192.0.2.1 192.88.99.1 192.168.1.1
198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1
::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 64:ff9b::10.0.0.1 64:ff9b:1::1 100::1 2001::1 2001:10::1 2001:db8::1
2002:7f00:1:: 3fff::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%2 fec0::1 ff02::1 ff0e::1 client.example
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_a_name_that_leads_to_a_private_machine_is_refused(address: str) -> None:
    for found in ([address], ["8.8.8.8", address], ["2606:4700::1111", address]):
        fetch = GuardedFetch(allow_loopback=False, resolve=names(client_example=found))
        assert reason(fetch, "https://client.example/keys") == "FETCH_FORBIDDEN_ADDRESS"
    with pytest.raises(FetchRefusedError) as refused:
        GuardedFetch(allow_loopback=False, resolve=names(client_example=[address])).post_form(
            "https://client.example/logout", {"logout_token": "x"}
        )
    assert refused.value.reason == "FETCH_FORBIDDEN_ADDRESS"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254", "0.0.0.0"])
def test_a_private_address_written_as_such_is_refused(host: str) -> None:
    assert reason(GuardedFetch(allow_loopback=False), f"https://{host}/") == "FETCH_FORBIDDEN_ADDRESS"


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1", "localhost"])
def test_a_private_address_in_disguise_is_refused(host: str) -> None:
    # What the system makes of such a name is checked, whatever it is; without an answer it fails as well.
    fetch = GuardedFetch(allow_loopback=False, resolve=lambda _host, _port: ["127.0.0.1"])
    assert reason(fetch, f"https://{host}/") == "FETCH_FORBIDDEN_ADDRESS"


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_a_public_address_passes(address: str) -> None:
    fetch = GuardedFetch(allow_loopback=False, resolve=names(client_example=[address]))
    with pytest.raises(RuntimeError, match=f"stay on this machine.*{address}"):  # the tests' own guard stops us there
        fetch.json("https://client.example/")


def test_where_loopback_is_allowed_other_private_machines_are_not() -> None:
    for address in ("10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"):
        fetch = GuardedFetch(allow_loopback=True, resolve=names(client_example=["127.0.0.1", address]))
        assert reason(fetch, "https://client.example/") == "FETCH_FORBIDDEN_ADDRESS"


def test_plain_http_is_for_loopback_only() -> None:
    fetch = GuardedFetch(allow_loopback=True, resolve=names(client_example=["8.8.8.8"]))
    assert reason(fetch, "http://client.example/") == "FETCH_FORBIDDEN_ADDRESS"
    assert reason(fetch, "http://8.8.8.8/") == "FETCH_FORBIDDEN_ADDRESS"


def test_a_name_is_resolved_once_and_the_connection_goes_where_it_was_checked(server: Server) -> None:
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    fetch = GuardedFetch(allow_loopback=True, resolve=lambda _host, _port: answers.pop(0))
    assert fetch.json(f"http://client.example:{server.port}/keys") == {"keys": []}
    assert server.asked[0][2] == f"client.example:{server.port}"
    assert answers == [["10.0.0.1"]]


def test_the_next_address_is_tried_where_nobody_answers(server: Server) -> None:
    fetch = GuardedFetch(allow_loopback=True, resolve=names(client_example=["127.0.0.2", "127.0.0.1"]))
    assert fetch.json(f"http://client.example:{server.port}/keys") == {"keys": []}


def a_certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts of a server called `name` and of somebody who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(secret + certificate.public_bytes(pem))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(folder / "server.pem")
    return serving, ssl.create_default_context(cadata=certificate.public_bytes(pem).decode())


def test_the_certificate_must_be_that_of_the_name(tmp_path: Path) -> None:
    serving, trusting = a_certificate(tmp_path, "client.example")
    resolve = names(client_example=["127.0.0.1"], other_example=["127.0.0.1"])
    with a_server(serving) as server:
        fetch = GuardedFetch(allow_loopback=True, resolve=resolve, ssl_context=trusting)
        assert fetch.json(f"https://client.example:{server.port}/keys") == {"keys": []}
        assert reason(fetch, f"https://other.example:{server.port}/keys") == "FETCH_FAILED"
        stranger = GuardedFetch(allow_loopback=True, resolve=resolve)
        assert reason(stranger, f"https://client.example:{server.port}/keys") == "FETCH_FAILED"


def test_a_form_is_posted_and_the_status_comes_back(server: Server) -> None:
    for status in (200, 204, 302, 400, 503):
        server.answer = with_bytes(b"", status, Location="/elsewhere")
        assert LOCAL.post_form(server.url, {"logout_token": "a.b.c", "x": "é&="}) == status
    assert len(server.asked) == 5
    assert server.asked[0][0::3] == ("POST", b"logout_token=a.b.c&x=%C3%A9%26%3D")


def test_the_answer_to_a_form_is_not_read(server: Server) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not server.over.is_set():
            handler.wfile.write(b" " * 4096)

    server.answer = endless
    assert LOCAL.post_form(server.url, {}) == 200


def test_a_refusal_holds_nothing_of_what_was_fetched(server: Server) -> None:
    for answer in (with_bytes(b"secret"), with_json("secret"), with_json({"secret": 1}, 404)):
        server.answer = answer
        with pytest.raises(FetchRefusedError) as refused:
            LOCAL.json(server.url + "/secret")
        assert "secret" not in str(refused.value)
        assert "secret" not in str(refused.value.__cause__)


@given(st.text(max_size=40) | st.text(alphabet="htps:/[]@#?.%a1\\", max_size=30).map("https://".__add__))
def test_no_address_makes_the_guard_fall_over(url: str) -> None:
    fetch = GuardedFetch(allow_loopback=False, resolve=lambda _host, _port: ["10.0.0.1"])
    assert reason(fetch, url) in {"FETCH_BAD_ADDRESS", "FETCH_FORBIDDEN_ADDRESS"}


@given(st.ip_addresses())
def test_what_the_guard_lets_through_is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if not address.is_global or address.is_multicast or getattr(address, "ipv4_mapped", None):
        fetch = GuardedFetch(allow_loopback=False, resolve=lambda _host, _port: [str(address)])
        assert reason(fetch, "https://client.example/") == "FETCH_FORBIDDEN_ADDRESS"

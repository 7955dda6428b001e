"""Reads whole HTTP/1.1 requests (RFC 9112) out of what arrives, bounded at every byte, into WSGI environments.

llhttp (through httptools) reads the grammar: it refuses Content-Length beside Transfer-Encoding, a second, negative or
too large Content-Length, bare line feeds, spaces before colons and bad chunk sizes. Added here: the bounds, one Host, a
Transfer-Encoding that is not just "chunked", and what no application may see (trailers, header names with "_", which
WSGI cannot tell from "-"). The body of a chunked request is told by its length, as if it had come in one piece.
"""

from __future__ import annotations

import io
import re
import sys
from collections import deque
from typing import Any
from urllib.parse import unquote_to_bytes

import httptools

_ONCE = frozenset({"HTTP_HOST", "CONTENT_LENGTH", "CONTENT_TYPE", "HTTP_AUTHORIZATION", "HTTP_TRANSFER_ENCODING"})
_HOST = re.compile(r"[A-Za-z0-9._~!$&'()*+;=%-]*(:[0-9]{0,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{0,5})?")
"""What a Host may be (RFC 9110 §7.2) without the comma: nobody can take two names for one."""
_UNSEEN = re.compile(rb"[\x00-\x1f\x7f]")
_MOST_KNOWN_NAMES = 512
_LONGEST_KNOWN_NAME = 64
_MOST_HEADERS = 100
_REQUESTS_AHEAD = 32


class RefusedRequestError(Exception):
    """What was sent cannot be answered; the connection ends. `status`: the code to say it with."""

    def __init__(self, status: int) -> None:
        """`status`: 400, 413, 417, 431, 501 or 505."""
        super().__init__(str(status))
        self.status = status


class Request:
    """A whole request. `environ` lacks only what belongs to the server."""

    __slots__ = ("body", "environ", "keeps_alive", "method", "path", "queued_at")

    def __init__(self, method: str, path: str, environ: dict[str, Any], *, keeps_alive: bool) -> None:
        """`path` without its query, decoded."""
        self.method = method
        self.path = path
        self.environ = environ
        self.keeps_alive = keeps_alive
        self.body = b""
        self.queued_at = 0.0


class RequestReader:
    """The bytes of one connection, as requests."""

    __slots__ = (
        "_begun_count",
        "_body_coding",
        "_chunks",
        "_environ",
        "_head_bytes",
        "_headers",
        "_headers_done",
        "_largest_body",
        "_largest_head",
        "_parser",
        "_refusal",
        "_request",
        "_silent",
        "_stopped",
        "_unfinished_bytes",
        "_url",
        "begun",
        "body_bytes",
        "requests",
        "wants_to_go_on",
    )

    def __init__(self, largest_head: int, largest_body: int) -> None:
        """Both in bytes."""
        self._largest_head = largest_head
        self._largest_body = largest_body
        self.requests: deque[Request] = deque()
        self.wants_to_go_on = False
        self._refusal = 0
        self._begun_count = 0
        self._silent = self._stopped = False
        self._body_coding = ""
        self._parser = httptools.HttpRequestParser(self)
        self._clear()

    @property
    def in_body(self) -> bool:
        """Whether the head of an unfinished request is complete."""
        return self.begun and self._headers_done

    def feed(self, data: bytes) -> None:
        """Whole requests are appended to `requests`.

        Raises:
            RefusedRequestError: the request under way cannot be answered.
        """
        before = self._begun_count
        self._feed(data)
        if self.begun and not self._headers_done and before == self._begun_count:
            self._unfinished_bytes += len(data)  # of a header under way nothing is told before its end
            if self._unfinished_bytes > self._largest_head:
                raise RefusedRequestError(431)

    def _feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:  # no other protocol is spoken here: RFC 9110 §7.8 lets us ignore
            rest = data[upgrade.args[0] :]
            self._parser = httptools.HttpRequestParser(self)
            if self.begun:
                self._feed_body_head()
            if rest:
                self._feed(rest)
        except httptools.HttpParserError as error:
            raise RefusedRequestError(self._refusal or 400) from error

    def _feed_body_head(self) -> None:
        """The parser stopped at the head of a request that has a body: a new one is told how to read that body."""
        coding = self._body_coding
        self._stopped, self._silent = False, True
        self._parser.feed_data(f"POST / HTTP/1.1\r\n{coding}\r\n\r\n".encode("ascii"))
        self._silent = False

    def _clear(self) -> None:
        self.begun = False
        self.body_bytes = 0
        self._head_bytes = 0
        self._unfinished_bytes = 0
        self._headers = 0
        self._headers_done = False
        self._url = b""
        self._environ: dict[str, Any] = {}
        self._chunks: list[bytes] = []
        self._request: Request | None = None

    def _refuse(self, status: int) -> None:
        self._refusal = status
        raise RefusedRequestError(status)

    # What httptools calls, by these names.

    def on_message_begin(self) -> None:
        """A first byte."""
        if self._silent:
            return
        self._clear()
        self.begun = True
        self._begun_count += 1
        if len(self.requests) >= _REQUESTS_AHEAD:
            self._refuse(400)

    def on_url(self, url: bytes) -> None:
        """A part of the target."""
        if self._silent:
            return
        self._url += url
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; after the body, one trailer, which nobody asked for."""
        if self._silent:
            return
        self._headers += 1
        if self._headers > _MOST_HEADERS:
            self._refuse(431)
        self._count(len(name) + len(value) + 4)
        key = _KEYS.get(name)
        if key is None:
            key = _key(name)
        if self._headers_done or not key:
            return
        text = value.decode("latin-1")
        environ = self._environ
        if key in environ:
            if key in _ONCE:
                self._refuse(400)
            text = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{text}"
        environ[key] = text

    def _count(self, number: int) -> None:
        self._head_bytes += number
        if self._head_bytes > self._largest_head:
            self._refuse(431)

    def on_headers_complete(self) -> None:
        """The head is whole: what can be refused is refused before the body comes."""
        if self._silent:
            return
        self._headers_done = True
        environ, parser = self._environ, self._parser
        version = parser.get_http_version()
        if version not in {"1.1", "1.0"}:
            self._refuse(505)
        if version == "1.1" and "HTTP_HOST" not in environ:
            self._refuse(400)
        coding = environ.pop("HTTP_TRANSFER_ENCODING", None)
        if coding is not None and (coding.strip().lower() != "chunked" or version == "1.0"):
            self._refuse(501 if version == "1.1" else 400)
        length = environ.get("CONTENT_LENGTH")
        if length is not None and int(length) > self._largest_body:
            self._refuse(413)
        # At an offer of another protocol llhttp takes the message for whole at its head, and its body for the next one.
        self._stopped = parser.should_upgrade() and (coding is not None or int(length or 0) > 0)
        self._body_coding = f"Content-Length: {length or 0}" if coding is None else "Transfer-Encoding: chunked"
        expected = environ.pop("HTTP_EXPECT", None)
        if expected is not None:
            if expected.lower() != "100-continue":
                self._refuse(417)
            self.wants_to_go_on = version == "1.1"
        method = parser.get_method().decode("ascii")
        path, query, authority = _split(self._url)
        host = environ.get("HTTP_HOST", "")
        if method == "CONNECT" or path is None or not _HOST.fullmatch(host) or (path == "*" and method != "OPTIONS"):
            self._refuse(400)
        assert path is not None
        if authority is not None and authority.lower() != host.lower():
            self._refuse(400)  # the target and Host name two servers: whoever stands before us may have read the other
        environ["REQUEST_METHOD"] = method
        environ["PATH_INFO"] = path
        environ["QUERY_STRING"] = query
        environ["SERVER_PROTOCOL"] = f"HTTP/{version}"
        self._request = Request(method, path, environ, keeps_alive=parser.should_keep_alive() and version == "1.1")

    def on_body(self, data: bytes) -> None:
        """A part of the body, without the marks of chunks."""
        self.body_bytes += len(data)
        if self.body_bytes > self._largest_body:
            self._refuse(413)
        self._chunks.append(data)

    def on_message_complete(self) -> None:
        """A whole request."""
        if self._stopped:
            return
        request = self._request
        assert request is not None
        chunks = self._chunks
        if chunks:
            request.body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
            request.environ["CONTENT_LENGTH"] = str(len(request.body))
        request.environ["wsgi.input"] = io.BytesIO(request.body)
        self.wants_to_go_on = False
        self.requests.append(request)
        self._clear()


def _split(url: bytes) -> tuple[str | None, str, str | None]:
    """Path (as WSGI wants it: decoded bytes as Latin-1), query and, of an absolute form, authority of a target.

    The path is None when the target is none of ours: another scheme, a fragment, a control character.
    """
    authority = None
    if b"#" in url:
        return None, "", None
    if not url.startswith(b"/"):
        if url == b"*":
            return "*", "", None
        scheme, separator, rest = url.partition(b"://")  # absolute form, RFC 9112 §3.2.2
        if not separator or scheme.lower() not in {b"http", b"https"}:
            return None, "", None
        end = min((at for at in (rest.find(b"/"), rest.find(b"?")) if at >= 0), default=len(rest))
        authority = rest[:end].decode("latin-1")
        url = rest[end:] if rest[end : end + 1] == b"/" else b"/" + rest[end:]
    path, _, query = url.partition(b"?")
    if b"%" in path:
        path = unquote_to_bytes(path)
    if _UNSEEN.search(path):
        return None, "", None
    return path.decode("latin-1"), query.decode("latin-1"), authority


_KEYS: dict[bytes, str] = {}


def _key(name: bytes) -> str:
    """The name of a header in WSGI, empty when applications must not see it."""
    if b"_" in name:
        return ""
    text = sys.intern(name.decode("latin-1").upper().replace("-", "_"))
    key = text if text in {"CONTENT_TYPE", "CONTENT_LENGTH"} else sys.intern(f"HTTP_{text}")
    if len(_KEYS) < _MOST_KNOWN_NAMES and len(name) <= _LONGEST_KNOWN_NAME:
        _KEYS[name] = key
    return key

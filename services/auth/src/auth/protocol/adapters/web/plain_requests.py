"""A client's HTTP request as plain values, read from WSGI: form, Basic header, DPoP proof, TLS certificate."""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749.requests import OAuth2Payload, OAuth2Request

from auth.clients.domain.clients import Client
from auth.ground.adapters.web.bodies import read_body
from auth.ground.domain.errors import RequestRefusedError
from auth.protocol.adapters.web.token_form import REPEATABLE, TokenForm
from auth.protocol.domain.bindings import NOBODY, Sender
from auth.protocol.domain.certificates import ClientCertificate
from servicekit.media_types import FORM, media_type_of

_MOST_FIELDS = 100


class FormPayload(OAuth2Payload):  # type: ignore[misc]  # Authlib is untyped
    """The parameters of a request; `datalist` keeps repeated ones visible."""

    def __init__(self, lists: Mapping[str, list[str]]) -> None:
        self._lists = lists
        self._first = {name: values[0] for name, values in lists.items()}

    @property
    def data(self) -> dict[str, str]:
        return self._first

    @property
    def datalist(self) -> Mapping[str, list[str]]:
        return self._lists


class PlainRequest(OAuth2Request):  # type: ignore[misc]  # Authlib is untyped
    """A request of Authlib made without werkzeug. The constructor of OAuth2Request is left out on purpose: it checks
    the scheme of the request, which the proxy in front of us has already ended.

    `sent` are the parameters that we read ourselves; `uri` is the public address that was called; `dpop` the header of
    that name; `certificate` what the proxy handed on; `caller` is the client, once it has proved who it is; `sender`
    what it has shown to hold, once that is checked.
    """

    def __init__(self, method: str, uri: str, headers: Mapping[str, str], lists: Mapping[str, list[str]]) -> None:
        self.method, self.uri, self.headers = method, uri, headers
        self.payload = FormPayload(lists)
        self.sent = TokenForm.of(lists)
        self.client = self.auth_method = self.user = self.credential = None
        self.authorization_code = self.refresh_token = None
        self.basic: tuple[str, str] | None = None
        self.has_authorization = False
        self.dpop: str | None = None
        self.certificate: ClientCertificate | None = None
        self.sender: Sender = NOBODY
        self.caller: Client | None = None
        self._scope = self._body = None

    @property
    def args(self) -> dict[str, str]:
        return {}

    @property
    def form(self) -> dict[str, str]:
        data: dict[str, str] = self.payload.data
        return data


class Certificates:
    """The client certificate that the proxy which ends TLS hands on in a header (RFC 9440); nobody else is believed."""

    def __init__(self, header: str, proxies: Collection[str], read: Callable[[str], ClientCertificate | None]) -> None:
        """`header` empty: there is no such proxy. `proxies`: network addresses of those that may say it."""
        self._key = f"HTTP_{header.upper().replace('-', '_')}" if header else ""
        self._proxies = frozenset(proxies)
        self._read = read

    def of(self, environ: Mapping[str, Any]) -> ClientCertificate | None:
        """The certificate, or None.

        Raises:
            CertificateRefusedError: the header of a trusted proxy cannot be read.
        """
        value = str(environ.get(self._key, "")) if self._key else ""
        if not value or environ.get("REMOTE_ADDR") not in self._proxies:
            return None
        return self._read(value)


def read_call(environ: Mapping[str, Any], uri: str, certificates: Certificates) -> PlainRequest:
    """The request of a client that posts a form.

    Raises:
        RequestRefusedError: no form, too large, a parameter twice (RFC 6749 §3.2), or two ways to authenticate (§2.3).
        CertificateRefusedError: see `Certificates.of`.
    """
    header = str(environ.get("HTTP_AUTHORIZATION", ""))
    lists = _form(environ)
    request = PlainRequest("POST", uri, {}, lists)
    request.has_authorization = bool(header)
    request.basic = read_basic(header)
    request.dpop = read_dpop(environ)
    request.certificate = certificates.of(environ)
    _refuse_ambiguity(request)
    return request


def read_dpop(environ: Mapping[str, Any]) -> str | None:
    """The header DPoP: one proof (RFC 9449 §4.3, rule 1)."""
    value = environ.get("HTTP_DPOP")
    return str(value) if value else None


def _form(environ: Mapping[str, Any]) -> dict[str, list[str]]:
    if media_type_of(environ.get("CONTENT_TYPE")) != FORM:
        raise RequestRefusedError("invalid_request", f"the body must be {FORM}")
    return parse_form(read_body(environ))


def parse_form(body: bytes) -> dict[str, list[str]]:
    """The parameters of a form body that have a value, each with all its values.

    Raises:
        RequestRefusedError: there are too many.
    """
    text = body.decode("utf-8", "replace")
    if text.count("&") >= _MOST_FIELDS:
        raise RequestRefusedError("invalid_request", "the body holds too many parameters")
    lists: dict[str, list[str]] = {}
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            lists.setdefault(_decoded(name), []).append(_decoded(value))
    return given(lists)


def given(lists: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The parameters that have a value: one without is as good as left out (RFC 6749 §3.1, §3.2). Whatever reads
    parameters of a client, from a form, a query or a signed object, reads them through here."""
    return {name: kept for name, values in lists.items() if (kept := [value for value in values if value])}


def _decoded(part: str) -> str:
    """Most parts have nothing to decode, and `parse_qsl` takes three times as long to find out."""
    return unquote_plus(part) if "%" in part or "+" in part else part


def _refuse_ambiguity(request: PlainRequest) -> None:
    lists: Mapping[str, list[str]] = request.payload.datalist
    if [name for name, values in lists.items() if len(values) > 1 and name not in REPEATABLE]:
        raise RequestRefusedError("invalid_request", "a parameter is there more than once")
    if request.has_authorization + ("client_secret" in lists) + ("client_assertion" in lists) > 1:
        raise RequestRefusedError("invalid_request", "the client authenticates in two ways")
    basic = request.basic
    if basic is not None and "client_id" in lists and lists["client_id"] != [basic[0]]:
        raise RequestRefusedError("invalid_request", "client_id is not the client that authenticates")


def read_basic(header: str) -> tuple[str, str] | None:
    """Identifier and secret, without the form encoding that RFC 6749 §2.3.1 asks of both, which Authlib leaves in.
    None when the header is of another scheme or malformed."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:  # not base64, not ASCII, not UTF-8
        return None
    return (_decoded(user), _decoded(password)) if colon else None

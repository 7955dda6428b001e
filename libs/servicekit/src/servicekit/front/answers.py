"""Runs a WSGI application (PEP 3333) on a whole request and makes the bytes of its answer."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from servicekit.front.requests import Request
from servicekit.logging import get_logger
from servicekit.references import new_reference

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = get_logger("servicekit.front")

_WITHOUT_BODY = ("204", "304")
_STATUS = re.compile(r"[2-5][0-9][0-9] [^\r\n\0]*")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OF_THE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade", "trailer", "te"})
"""What this server alone says (PEP 3333: hop-by-hop headers are not the application's)."""
_RETRY_AFTER_S = 2
_date: tuple[int, str] = (0, "")


def answer(application: WSGIApplication, request: Request, *, keeps_alive: bool) -> bytes:
    """The whole answer. What the application raises becomes a 500 with a reference that the log knows."""
    said: list[Any] = []
    parts: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], object]:
        if said and error is None:
            raise AssertionError("start_response was called twice")
        said[:] = (status, headers)
        return parts.append

    try:
        result = application(request.environ, start_response)
        try:
            parts.extend(result)
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()
        return _bytes(request, said[0], said[1], b"".join(parts), keeps_alive=keeps_alive)
    except BaseException as error:  # noqa: BLE001 - the outermost edge of a request: not even SystemExit ends a thread
        reference = new_reference()
        log.error(  # noqa: TRY400 - a traceback could hold what the request says
            "request failed", reference=reference, kind=type(error).__name__, method=request.method
        )
        return refusal(500, request, reference=reference)


def _bytes(request: Request, status: str, headers: list[tuple[str, str]], body: bytes, *, keeps_alive: bool) -> bytes:
    if not _STATUS.fullmatch(status):
        raise ValueError("not a status that ends a request")
    lines = [f"HTTP/1.1 {status}"]
    without_body = status.startswith(_WITHOUT_BODY)
    length: str | None = None
    for name, value in headers:
        lowered = name.lower()
        if not _NAME.fullmatch(name) or "\0" in value:
            raise ValueError("a header that is none")
        if lowered == "content-length":
            length = value
        elif lowered not in _OF_THE_CONNECTION:
            lines.append(f"{name}: {value}")
    if request.method == "HEAD" and length is not None and length.isdecimal() and not body:
        lines.append(f"Content-Length: {length}")  # of the body that a GET would have
    elif not without_body:
        lines.append(f"Content-Length: {len(body)}")  # never what is said of it: the next answer begins behind it
    lines.append(f"Date: {_now()}")
    if not keeps_alive:
        lines.append("Connection: close")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1:
        raise ValueError("a header holds a line break")
    encoded = f"{head}\r\n\r\n".encode("latin-1")
    return encoded if without_body or request.method == "HEAD" else encoded + body


def refusal(status: int, request: Request | None = None, *, reference: str = "") -> bytes:
    """An answer that no application gave; the connection ends after it unless it is a 503 (there `request` is whole).

    People read French, programs JSON.
    """
    accept = str(request.environ.get("HTTP_ACCEPT", "")) if request is not None else ""
    reference = reference or new_reference()
    if "text/html" in accept:
        body = _PAGE.format(text=_SENTENCES.get(status, _SENTENCES[400]), reference=reference).encode()
        kind = "text/html; charset=utf-8"
    else:
        error = "temporarily_unavailable" if status == 503 else "server_error" if status == 500 else "invalid_request"
        words = HTTPStatus(status).phrase
        body = f'{{"error":"{error}","error_description":"{words} (reference {reference})"}}'.encode()
        kind = "application/json"
    head = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        f"Date: {_now()}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        f"X-Request-Id: {reference}",
    ]
    if status == 503:
        head.append(f"Retry-After: {_RETRY_AFTER_S}")
    if not keeps_alive_after(status, request):
        head.append("Connection: close")
    if request is not None and request.method == "HEAD":
        body = b""
    return ("\r\n".join(head) + "\r\n\r\n").encode("ascii") + body


def keeps_alive_after(status: int, request: Request | None) -> bool:
    """Whether the connection goes on after a refusal."""
    return status in {500, 503} and request is not None and request.keeps_alive


def _now() -> str:
    global _date
    second = int(time.time())
    known, text = _date
    if known != second:
        text = sys.intern(formatdate(second, usegmt=True))
        _date = (second, text)
    return text


_SENTENCES = {
    400: ("La demande n'a pas été comprise.", "Revenez à la page précédente et recommencez."),
    408: ("La demande n'est pas arrivée en entier à temps.", "Vérifiez votre connexion, puis recommencez."),
    413: ("Ce que vous envoyez est trop volumineux.", "Réduisez le fichier ou le texte, puis recommencez."),
    500: ("Une erreur s'est produite.", "Recommencez. Si cela dure, donnez la référence ci-dessous à l'assistance."),
    503: (
        "Trop de personnes utilisent le service en ce moment.",
        "Votre demande n'a pas été traitée, rien n'a été enregistré. Recommencez dans quelques secondes.",
    ),
}
_PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{text[0]}</title><style>:root{{color-scheme:light dark}}body{{font:1.1rem/1.5 system-ui,sans-serif;\
max-width:40rem;margin:4rem auto;padding:0 1rem}}</style></head>
<body><main><h1>{text[0]}</h1><p>{text[1]}</p><p>Référence : {reference}</p></main></body></html>
"""

"""Whom auth believes when it calls out over TLS, and in which words it says that a call failed.

Every outgoing call of auth takes its context from here: logout tokens, keys of clients, lists of sectors, mails.
"""

from __future__ import annotations

import socket
import ssl
from functools import cached_property
from pathlib import Path

from servicekit.errors import StartError


class TlsTrust:
    """The authorities of the system, and those of one file more: extranets of partners have certificates of their own
    authorities. Safe for threads."""

    def __init__(self, further_authorities: Path | None = None) -> None:
        """`further_authorities`: a PEM file, read now, so that a wrong one stops the start.

        Raises:
            StartError: it cannot be read, or holds no certificate.
        """
        self._further = _read(further_authorities) if further_authorities is not None else None

    @cached_property
    def context(self) -> ssl.SSLContext:
        """Checks the chain and the name; TLS 1.2 at least."""
        context = ssl.create_default_context()
        if self._further is not None:
            context.load_verify_locations(cadata=self._further)
        return context


def _read(path: Path) -> str:
    try:
        text = path.read_text(encoding="ascii")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise StartError(f"The file of further authorities {path} cannot be used: {why}.") from error
    return text


_WORDS: tuple[tuple[type[BaseException], str], ...] = (  # the first that fits; what is special stands before its kind
    (ssl.SSLCertVerificationError, "CERTIFICATE_NOT_TRUSTED"),
    (ssl.SSLError, "TLS_FAILED"),
    (socket.gaierror, "NAME_UNKNOWN"),
    (ConnectionRefusedError, "CONNECTION_REFUSED"),
    (ConnectionResetError, "CONNECTION_RESET"),
    (TimeoutError, "NO_ANSWER_IN_TIME"),
)


def why_failed(error: BaseException) -> str:
    """A word for the log, without anything that was sent or received: from the exception, or what caused it."""
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    for kind, word in _WORDS:
        if any(isinstance(one, kind) for one in causes):
            return word
    if any("Timeout" in type(one).__name__ for one in causes):  # of httpx and httpcore, which are read late
        return "NO_ANSWER_IN_TIME"
    return str(getattr(error, "reason", "")) or "NO_ANSWER"

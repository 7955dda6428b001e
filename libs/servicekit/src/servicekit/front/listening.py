"""The socket a front listens on, and where applications write what goes wrong."""

from __future__ import annotations

import socket

from servicekit.logging import get_logger

_BACKLOG = 1024

log = get_logger("servicekit.front")


def listen(host: str, port: int) -> socket.socket:
    """Bound and listening; it never blocks.

    Raises:
        OSError: the port cannot be used.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
        listener.settimeout(0)
    except OSError:
        listener.close()
        raise
    return listener


class LogErrors:
    """`wsgi.errors`: what applications write there goes to the log."""

    def write(self, text: str) -> int:
        """One line."""
        if text.strip():
            log.error("an application wrote to wsgi.errors", characters=len(text))  # what it says may name people
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Several."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Nothing waits."""

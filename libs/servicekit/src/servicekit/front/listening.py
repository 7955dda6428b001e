"""The socket a front listens on, who comes in, and where applications write what goes wrong."""

from __future__ import annotations

import errno
import select
import socket
from contextlib import suppress

from servicekit.front.connections import Connection, Connections
from servicekit.front.limits import FrontLimits
from servicekit.logging import get_logger

READ = select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLONESHOT
_LISTEN = select.EPOLLIN | select.EPOLLONESHOT
_BACKLOG = 1024
_ACCEPTED_AT_ONCE = 64
_NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

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


class Entrance:
    """Accepts clients. Without a descriptor for the next one it waits for `look_again` instead of asking at once."""

    def __init__(
        self, listener: socket.socket, epoll: select.epoll, connections: Connections, limits: FrontLimits
    ) -> None:
        """Nobody comes in before `open`."""
        self._listener = listener
        self._number = listener.fileno()
        self._epoll = epoll
        self._connections = connections
        self._limits = limits
        self._no_room = self._closed = False

    def open(self) -> None:
        """Let them in."""
        self._epoll.register(self._listener, _LISTEN)

    def close(self) -> None:
        """Nobody more."""
        self._closed = True
        self._listener.close()

    def accept(self) -> None:
        """Those who wait. Never raises."""
        for _ in range(_ACCEPTED_AT_ONCE):
            try:
                client, address = self._listener.accept()
            except BlockingIOError:
                break
            except OSError as error:
                if self._closed:
                    return
                if error.errno in _NO_ROOM:
                    self._connections.make_room()
                    self._no_room = True  # the listener stays ready: asking at once would keep a processor busy
                    return
                continue  # the client went before it was accepted
            self._take(client, str(address[0]))
        self._arm()

    def look_again(self) -> None:
        """Now and then: perhaps there is room."""
        if self._no_room:
            self._no_room = False
            log.error("no descriptor left for a new connection", connections=len(self._connections))
            self._arm()

    def _arm(self) -> None:
        if not self._closed:
            with suppress(OSError, ValueError):  # it is closed at this moment: the process stops
                self._epoll.modify(self._number, _LISTEN)

    def _take(self, client: socket.socket, address: str) -> None:
        try:
            client.settimeout(0)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(client, address, self._limits)
        except OSError:
            client.close()
            return
        if not self._connections.add(connection):
            client.close()
            return
        try:
            self._epoll.register(client, READ)
        except OSError:
            self._connections.forget(connection)
            client.close()


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

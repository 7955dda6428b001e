"""The web front of a process: it takes a thread only for a request that has arrived whole.

One of its threads ("doors") leads: it waits for events, reads what is there and never waits for a client. A whole
request goes to its lane: answered at once from memory; or by the thread that leads, which goes on leading until the
answer has to wait for something (`servicekit.waiting`); or, a page, by that thread after it gave the lead to another.
There is one door more than all lanes together may take, so that somebody reads, accepts and answers health whatever
the others do. What a client does not take of its answer waits in memory, within bounds, without a thread.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from servicekit.front.answers import answer, keeps_alive_after, refusal
from servicekit.front.connections import Connection, Connections
from servicekit.front.lanes import Job, Lead, Turns, Verdict
from servicekit.front.limits import FrontOptions, Lane, only_pages
from servicekit.front.listening import READ, Entrance, LogErrors, listen
from servicekit.front.requests import RefusedRequestError, Request
from servicekit.logging import get_logger
from servicekit.waiting import on_wait

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_READ_BYTES = 64 * 1024
_SMALL_BYTES = 16 * 1024
_SWEEP_S = 0.25
_LOOK_S = 0.02
_LONGEST_LEAD_S = 0.02
"""After that long in one answer the lead is taken away: somewhere a wait was not announced."""
_EVENTS_AT_ONCE = 64
_LOG_EVERY_S = 10.0
_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
_OUT = select.EPOLLOUT | select.EPOLLONESHOT

log = get_logger("servicekit.front")


class Front:
    """An HTTP/1.1 server for one WSGI application. `start`, then `stop` once."""

    def __init__(
        self,
        application: WSGIApplication,
        options: FrontOptions,
        lane_of: Callable[[str, str], Lane] | None = None,
        *,
        on_failure: Callable[[], None] = lambda: None,
    ) -> None:
        """Bind the port. `lane_of(method, path)`: without it everything is a page.

        `on_failure` is called once when a thread of the front ended by a mistake: the process must end.

        Raises:
            OSError: the port cannot be used.
        """
        self._application = application
        self._lane_of = lane_of or only_pages
        self._limits = options.limits
        self._listener = listen(options.host, options.port)
        self.port: int = self._listener.getsockname()[1]
        self._environ: dict[str, Any] = {
            "SCRIPT_NAME": "",
            "SERVER_NAME": options.host,
            "SERVER_PORT": str(self.port),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": LogErrors(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
        }
        self.connections = Connections(options.limits)
        self._epoll = select.epoll()
        self._entrance = Entrance(self._listener, self._epoll, self.connections, options.limits)
        self.turns = {lane: Turns(lane, limits) for lane, limits in options.lanes.items()}
        self._lead = Lead()
        self._ready: deque[int | Connection] = deque()  # events that the one that leads has not looked at
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._failure: str | None = None
        self._on_failure = on_failure
        self._wake_r, self._wake_w = socket.socketpair()
        self._listening, self._waking = self._listener.fileno(), self._wake_r.fileno()
        self._wake_r.settimeout(0)
        self._wake_w.settimeout(0)
        doors = sum(limits.threads for limits in options.lanes.values()) + 1
        self._doors = [
            threading.Thread(target=self._stand_at_door, name=f"door-{number}", daemon=True) for number in range(doors)
        ]
        self._sweeper = threading.Thread(target=self._sweep, name="front-sweeper", daemon=True)

    def start(self) -> None:
        """Accept connections."""
        self._epoll.register(self._wake_r, select.EPOLLIN)
        self._entrance.open()
        for thread in (*self._doors, self._sweeper):
            thread.start()

    def stop(self, grace_s: float = 30.0) -> bool:
        """Accept nothing more, answer what is under way or queued, end. Returns whether all was answered in time."""
        self._stopping.set()
        self._entrance.close()
        pause, end = threading.Event(), time.monotonic() + (grace_s if self._failure is None else 1.0)
        while True:
            self.connections.end_idle()
            if not len(self.connections) and not self._busy():
                break
            if time.monotonic() > end:
                break
            pause.wait(0.01)
        done = not self._busy()
        self._ended.set()
        self._wake()
        for thread in (*self._doors, self._sweeper):
            thread.join(1.0 if done else 0.0)
        if done:
            self.connections.close_all()
            for one in (self._wake_r, self._wake_w, self._epoll):
                one.close()
        return done

    def _busy(self) -> bool:
        return any(turns.busy for turns in self.turns.values())

    # The doors.

    def _stand_at_door(self) -> None:
        lead = self._lead
        on_wait(lead.give)
        try:
            while not self._ended.is_set():
                lead.take()
                while lead.is_mine() and not self._ended.is_set():
                    self._look()
                lead.give()
        except BaseException as error:  # noqa: BLE001 - the edge of the thread: nothing may end it unseen
            self._failed("door", error)

    def _failed(self, what: str, error: BaseException) -> None:
        log.critical("a thread of the web front ended", thread=what, kind=type(error).__name__)
        first, self._failure = self._failure is None, f"a thread ended ({type(error).__name__})"
        self._lead.give()
        if first:
            self._on_failure()

    def problem(self) -> str | None:
        """One sentence when a thread that must live does not; else None."""
        return self._failure

    def _look(self) -> None:
        """The next event."""
        ready = self._ready
        if not ready:
            ready.extend(fd for fd, _events in self._epoll.poll(-1, _EVENTS_AT_ONCE))
        one = ready.popleft()
        if isinstance(one, Connection):
            self._dispatch(one)
        elif one == self._listening:
            self._entrance.accept()
        elif one == self._waking:
            with suppress(BlockingIOError):
                self._wake_r.recv(4096)
        else:
            connection = self.connections.get(one)
            if connection is not None:
                self._guarded(connection)

    def _wake(self) -> None:
        """The one that leads looks at `_ready` and at `_ended`."""
        with suppress(BlockingIOError):  # many wake it already
            self._wake_w.send(b"x")

    def _guarded(self, connection: Connection) -> None:
        try:
            if not connection.own():
                self._close(connection)
            elif connection.out is not None:
                if self._flush(connection):
                    self._go_on(connection)
            else:
                self._read(connection)
        except Exception as error:
            log.exception("a connection failed", kind=type(error).__name__)
            self._close(connection)

    def _read(self, connection: Connection) -> None:
        try:
            data = connection.socket.recv(_READ_BYTES)
        except BlockingIOError:
            self._arm(connection)
            return
        except OSError:
            data = b""
        if not data:
            self._close(connection)
            return
        if connection.lingers:
            self._arm(connection)
            return
        reader = connection.reader
        was_in_body = reader.in_body
        try:
            reader.feed(data)
        except RefusedRequestError as error:
            self._refuse(connection, error.status)
            return
        if reader.in_body and not was_in_body:
            connection.began = 0.0  # the time of the body begins
        if reader.requests:
            self._go_on(connection)
            return
        if reader.body_bytes > _SMALL_BYTES and not self.connections.hold(connection, reader.body_bytes):
            self._refuse(connection, 503)
            return
        self._go_on(connection)

    # What is whole.

    def _go_on(self, connection: Connection) -> None:
        """Whatever comes next on this connection: more bytes, or a request that came together with the last one."""
        reader = connection.reader
        if not reader.requests:
            if reader.wants_to_go_on:  # its head came together with the request before
                reader.wants_to_go_on = False
                self._try_to_send(connection, _GO_ON)
            self._arm(connection)
        elif self._lead.is_mine():
            self._ready.append(connection)
        else:
            self._ready.append(connection)
            self._wake()

    def _dispatch(self, connection: Connection) -> None:
        request = connection.reader.requests.popleft()
        now = connection.since = time.monotonic()
        connection.began = 0.0
        try:
            lane = self._lane_of(request.method, request.path)
        except Exception as error:
            log.exception("no lane for a request", kind=type(error).__name__)
            lane = Lane.PAGES
        if lane is Lane.AT_ONCE:
            self._lead.busy_since = now  # one that waits all the same loses the lead, too
            if self._perform(connection, request, None):
                self._go_on(connection)
            self._lead.ends()
            return
        turns = self.turns[lane]
        verdict = turns.offer((connection, request))
        if verdict is Verdict.FULL:
            if self._send(connection, refusal(503, request), goes_on=keeps_alive_after(503, request)):
                self._go_on(connection)
        elif verdict is Verdict.NOW:
            if lane is Lane.MACHINES:
                self._lead.busy_since = now
            else:
                self._lead.give()
            self._work((connection, request), turns)

    def _work(self, job: Job | None, turns: Turns) -> None:
        """Answer it, then those of its lane that wait meanwhile."""
        while job is not None:
            if self._perform(*job, turns):
                self._go_on(job[0])
            job = turns.next()
            if job is not None:
                self._lead.give()
        self._lead.ends()

    def _perform(self, connection: Connection, request: Request, turns: Turns | None) -> bool:
        """Answer one request; whether the connection goes on now. Never raises: what waits behind it must go on."""
        try:
            return self._answer(connection, request, turns)
        except Exception as error:
            log.exception("a connection failed", kind=type(error).__name__)
            self._close(connection)
            return False

    def _answer(self, connection: Connection, request: Request, turns: Turns | None) -> bool:
        if turns is not None and turns.is_late(request):
            turns.refused += 1
            return self._send(connection, refusal(503, request), goes_on=keeps_alive_after(503, request))
        goes_on = request.keeps_alive and not self._stopping.is_set()
        environ = request.environ
        environ.update(self._environ)
        environ["REMOTE_ADDR"] = connection.address
        return self._send(connection, answer(self._application, request, keeps_alive=goes_on), goes_on=goes_on)

    # What goes out.

    def _send(self, connection: Connection, data: bytes, *, goes_on: bool) -> bool:
        """Send what can be sent now, keep the rest; whether the connection goes on now."""
        if not goes_on:
            connection.lingers = True
            connection.reader.requests.clear()
        sent = self._try_to_send(connection, data)
        if sent < 0:
            self._close(connection)
            return False
        if sent == len(data):
            return self._sent(connection)
        if not self.connections.hold(connection, len(data) - sent):
            self._close(connection)
            return False
        connection.out = memoryview(data)[sent:]
        connection.taken = 0
        connection.began = time.monotonic()
        self._arm_to_send(connection)
        return False

    def _flush(self, connection: Connection) -> bool:
        assert connection.out is not None
        sent = self._try_to_send(connection, connection.out)
        if sent < 0:
            self._close(connection)
            return False
        connection.taken += sent
        if sent < len(connection.out):
            connection.out = connection.out[sent:]
            self._arm_to_send(connection)
            return False
        connection.out = None
        return self._sent(connection)

    def _sent(self, connection: Connection) -> bool:
        connection.began = 0.0
        self.connections.hold(connection, 0)
        if not connection.lingers:
            return True
        try:
            connection.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(connection)
            return False
        self._arm(connection)
        return False

    def _try_to_send(self, connection: Connection, data: bytes | memoryview) -> int:
        """Bytes sent; -1 when the client is gone."""
        try:
            return connection.socket.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            return -1

    def _refuse(self, connection: Connection, status: int) -> None:
        self.connections.refused += 1
        self._send(connection, refusal(status), goes_on=False)

    def _arm(self, connection: Connection) -> None:
        """Wait for what the client sends next."""
        if self._stopping.is_set() and not connection.reader.begun and not connection.lingers:
            self._close(connection)
            return
        connection.wait_for_more(self._limits, time.monotonic())
        self._epoll.modify(connection.fd, READ)

    def _arm_to_send(self, connection: Connection) -> None:
        connection.deadline = self._limits.answer_deadline(connection.began, connection.taken)
        self._epoll.modify(connection.fd, _OUT)

    def _close(self, connection: Connection) -> None:
        self.connections.forget(connection)
        connection.socket.close()

    def _sweep(self) -> None:
        try:
            self._sweep_until_the_end()
        except BaseException as error:  # noqa: BLE001 - the edge of the thread: nothing may end it unseen
            self._failed("sweeper", error)

    def _sweep_until_the_end(self) -> None:
        said, next_line, next_sweep = (0, 0, 0), 0.0, 0.0
        while not self._ended.wait(_LOOK_S):
            self._lead.take_away(_LONGEST_LEAD_S)
            now = time.monotonic()
            if now < next_sweep:
                continue
            next_sweep = now + _SWEEP_S
            self.connections.sweep()
            self._entrance.look_again()
            ended = self.connections
            counts = (ended.ended_slow, ended.ended_for_room, ended.refused)
            if counts != said and now >= next_line:
                names = ("too_slow", "made_room", "refused")
                log.warning("connections ended", **dict(zip(names, counts, strict=True)), open=len(ended))
                said, next_line = counts, now + _LOG_EVERY_S

"""The threads of auth: mails, logout notices, sessions whose time is over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from auth.use_cases.tell_clients import LogoutReport, TellClients
from servicekit.errors import ServiceError
from servicekit.logging import get_logger

log = get_logger("auth.workers")


class Repeated:
    """A `Background` that runs a task every `pause`, and at once when woken. A failure is logged and tried again."""

    def __init__(self, name: str, task: Callable[[], object], pause: timedelta) -> None:
        """`task` handles what is due and returns."""
        self.name = name
        self._task = task
        self._pause_s = pause.total_seconds()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._round = threading.Condition()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins with a first round at once."""
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends after the round under way."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def problem(self) -> str | None:
        """Requests can be answered without it."""
        return None

    def wake(self) -> None:
        """Something is due now."""
        self._wake.set()

    def wait_until(self, is_done: Callable[[], bool], longest: timedelta) -> bool:
        """Wakes the thread and waits until `is_done` holds after a round; False when it took too long."""
        with self._round:
            self.wake()
            return self._round.wait_for(is_done, longest.total_seconds())

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self._task()
            except ServiceError as error:
                log.warning("a task failed and will be tried again", task=self.name, reason=error.reason)
            with self._round:
                self._round.notify_all()
            self._wake.wait(self._pause_s)


class LogoutWorker(Repeated):
    """Delivers logout notices as they come; several clients at the same time."""

    def __init__(self, tell_clients: TellClients, at_once: int = 8) -> None:
        """`at_once`: calls made in parallel."""
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="logout-call")
        self._tell_clients = tell_clients
        super().__init__("logout-notices", lambda: tell_clients(self._pool), timedelta(seconds=1))

    def stop(self) -> None:
        """Ends after the calls under way."""
        super().stop()
        self._pool.shutdown()

    def report(self, session_id: str, longest: timedelta = timedelta(seconds=2)) -> LogoutReport:
        """Delivers now and tells how many clients have closed their session; waits `longest` at most."""
        found = self._tell_clients.report(session_id)
        if found.done == found.total:
            return found
        self.wait_until(lambda: self._is_done(session_id), longest)
        return self._tell_clients.report(session_id)

    def _is_done(self, session_id: str) -> bool:
        found = self._tell_clients.report(session_id)
        return found.done == found.total

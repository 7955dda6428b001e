"""The one process that does the work: builds a service, starts its parts in order, drains them in reverse.

It runs under granian's parent (`run_under_granian`) or, when there are no pages, by itself (`run_alone`).
"""

import fcntl
import importlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from granian.server import Server

from servicekit.errors import ServiceError, StartError
from servicekit.logging import get_logger
from servicekit.process import STOP_SIGNALS, WORKER_STOP_LIMIT_S, Background, Outcome, Parts, Process
from servicekit.settings import ServiceSettings

_HEALTH_INTERVAL_S = 0.25
_LOADER = 2
"""Position of the application loader among the arguments granian gives a worker."""

log = get_logger("servicekit.worker")

Plan = tuple[Any, ServiceSettings, Parts]
"""(build or "module:function", settings, parts)"""

_core_locks: list[int] = []


def run_alone(build: Any, settings: ServiceSettings, parts: Parts) -> int:
    """Serve gRPC alone until SIGTERM or SIGINT; returns the exit code.

    Raises:
        StartError: `build` says why it cannot start.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)  # inherited by every thread, and kept until sigwait
    with _sentences(), _running((build, settings, parts)) as (_, drained):
        received = signal.sigwait(STOP_SIGNALS)
        log.info("stopping", signal=signal.Signals(received).name)
    _leave_stuck_threads(drained)
    return 0


def run_under_granian(plan: Plan, outcome: Connection, *granian_arguments: Any) -> None:
    """What granian runs in the forked worker; tells `outcome` how it ended."""
    signals = _StopSignals()
    _end_with_parent()
    try:
        with _sentences(), _running(plan) as (process, drained):
            if not signals.asked.is_set():
                _serve_pages(process, granian_arguments)
            log.info("stopping")
    except StartError as error:
        outcome.send((Outcome.REFUSED, str(error)))
        _leave(2)  # whatever threads the half-built service has
    outcome.send((Outcome.DRAINED, ""))
    _leave_stuck_threads(drained)


def _serve_pages(process: Process, granian_arguments: tuple[Any, ...]) -> None:
    """Returns when granian has seen a stop signal and the pages in flight are answered."""
    arguments = list(granian_arguments)
    arguments[_LOADER] = lambda: process.web
    Server._spawn_wsgi_worker(*arguments)  # noqa: SLF001 - the one way to run code after granian's worker


@contextmanager
def _sentences() -> Iterator[None]:
    """What an operator can mend becomes a StartError; a mistake in the program stays what it is.

    Raises:
        StartError: the sentence to print.
    """
    try:
        yield
    except ServiceError as error:
        raise StartError(f"{error} ({error.reason})") from error
    except OSError as error:
        raise StartError(f"{error.strerror or error} {error.filename or ''}".strip() + ".") from error


@contextmanager
def _running(plan: Plan) -> Iterator[tuple[Process, threading.Event]]:
    """Everything built and started; on the way out everything drained, last started first."""
    build, settings, parts = plan
    drained = threading.Event()
    if settings.pin_to_core:
        pin_to_free_core(settings.service, settings.data_directory)
    process = _resolve(build)(settings, parts)
    with ExitStack() as stack:
        stack.callback(process.close)
        for background in process.background:
            background.start()
            stack.callback(background.stop)
        if process.rpc is not None:
            stack.callback(_drain_rpc, process.rpc, drained)
            process.rpc.start()
            monitor = _HealthMonitor(process.rpc.set_serving, process.background, process.answers_without)
            monitor.start()
            stack.callback(monitor.stop)
        else:
            drained.set()
        log.info("started", parts=parts.value)
        yield process, drained
    log.info("stopped")


def _drain_rpc(rpc: Any, drained: threading.Event) -> None:
    if rpc.drain():
        drained.set()
    else:
        log.error("calls did not end in time")


def _resolve(build: Any) -> Callable[[ServiceSettings, Parts], Process]:
    if not isinstance(build, str):
        return build  # type: ignore[no-any-return]
    module, _, name = build.partition(":")
    return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]


def _leave_stuck_threads(drained: threading.Event) -> None:
    """A handler that ignores its cancellation must not keep the process alive."""
    if not drained.is_set():
        _leave(1)


def _leave(code: int) -> NoReturn:
    sys.stderr.flush()
    os._exit(code)


class _HealthMonitor:
    """Tells gRPC health while a background has a problem, and again when it has none."""

    def __init__(
        self, set_serving: Callable[[bool], None], backgrounds: tuple[Background, ...], answers_without: frozenset[str]
    ) -> None:
        self._set_serving = set_serving
        self._answers_without = answers_without
        self._backgrounds = backgrounds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="health", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _watch(self) -> None:
        known: list[str] | None = None  # names only: the sentences carry ages that change at every look
        try:
            while True:
                found = {b.name: problem for b in self._backgrounds if (problem := b.problem())}
                if list(found) != known:
                    serving = not (found.keys() - self._answers_without)
                    log.info("health", serving=serving, problems=[_named(*problem) for problem in found.items()])
                    self._set_serving(serving)
                known = list(found)
                if self._stopping.wait(_HEALTH_INTERVAL_S):
                    return
        finally:
            self._set_serving(False)  # noqa: FBT003


def _named(name: str, problem: str) -> str:
    return problem if problem.startswith(name) else f"{name}: {problem}"


class _StopSignals:
    """Passes the first stop signal to granian, once, and only when granian listens; the others change nothing.

    granian's own handler must not run twice before its worker serves: the second run would block for ever. So the
    signals stay blocked in every thread, and one thread waits for them from the first moment of the worker.
    """

    def __init__(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        self._inherited = signal.getsignal(signal.SIGTERM)
        self.asked = threading.Event()
        threading.Thread(target=self._pass_on, name="stop-signals", daemon=True).start()

    def _pass_on(self) -> None:
        signal.sigwait(STOP_SIGNALS)
        self.asked.set()
        while (handler := signal.getsignal(signal.SIGTERM)) == self._inherited:
            time.sleep(0.005)  # granian has not put its handler yet
        if callable(handler):
            handler(signal.SIGTERM, None)


def _end_with_parent() -> None:
    """When granian's parent dies, even by SIGKILL, the worker drains and ends: nobody would stop it later."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def follow() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(WORKER_STOP_LIMIT_S)
        os._exit(1)

    threading.Thread(target=follow, name="parent", daemon=True).start()


def pin_to_free_core(service: str, directory: Path) -> int | None:
    """Keep this process on the first core no other process of the service holds; None when there is none or no way.

    Raises:
        OSError: the folder cannot be written.
    """
    if not hasattr(os, "sched_setaffinity"):
        return None
    for core in sorted(os.sched_getaffinity(0)):
        lock = os.open(directory / f"{service}.core{core}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        _core_locks.append(lock)
        os.sched_setaffinity(0, {core})
        return core
    return None

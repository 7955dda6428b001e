"""Builds a service in this process, starts its parts in order, waits for a stop signal, drains them in reverse.

What the parts are: `servicekit.process`.
"""

import contextlib
import importlib
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NoReturn

from servicekit.cores import kept_on_core
from servicekit.errors import ServiceError, StartError
from servicekit.front import Front, FrontLimits, FrontOptions, lanes_of
from servicekit.health import HealthWatch, health_lane, with_health
from servicekit.logging import configure_logging, get_logger
from servicekit.process import STOP_SIGNALS, Build, Parts, Process, S
from servicekit.settings import ServiceSettings

log = get_logger("servicekit.worker")

Plan = tuple[Any, ServiceSettings, Parts]
"""(build or "module:function", settings, parts)"""


def run_service(build: "Build[S] | str", settings: S, parts: Parts) -> int:
    """Run until told to stop; returns the exit code: 0 drained, 1 something did not end in time.

    `build` as "module:function" is imported only after the first checks.

    Raises:
        StartError: a port is taken, the data folder cannot be written, or `build` said why it cannot start.
    """
    configure_logging(settings.service, settings.log_level)
    _check_start(settings, parts)
    return _run(build, settings, parts)


def _run(build: Any, settings: ServiceSettings, parts: Parts) -> int:
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)  # inherited by every thread, and kept until sigwait
    stuck: list[str] = []
    with (
        _sentences(),
        kept_on_core(settings.core, settings.core_table) as kept,
        _running((build, settings, parts), stuck),
    ):
        log.info("started", parts=parts.value, core=kept.core)
        if kept.core is None and kept.why_not:
            log.warning("not kept on one core", why=kept.why_not)
        received = signal.sigwait(STOP_SIGNALS)
        log.info("stopping", signal=signal.Signals(received).name)
    if stuck:
        _leave(1)  # a handler that ignores its cancellation must not keep the process alive
    return 0


def _check_start(settings: ServiceSettings, parts: Parts) -> None:
    """What can be known before anything is started.

    Raises:
        StartError: a setting is missing, the data folder cannot be written, or a port is taken.
    """
    if missing := settings.what_is_missing(web=parts.web):
        raise StartError(missing)
    directory = settings.data_directory
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise StartError(f"The data folder {directory} cannot be written: {error.strerror}.") from error
    if parts.web:
        _check_port(settings.web_host, settings.web_port, "pages")
    if parts.rpc:
        _check_port(settings.rpc_host, settings.rpc_port, "gRPC")


def _check_port(host: str, port: int, what: str) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with contextlib.closing(socket.socket(family, kind, protocol)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise StartError(f"Port {port} of {host}, for {what}, cannot be used: {error.strerror}.") from error


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
def _running(plan: Plan, stuck: list[str]) -> Iterator[None]:
    """Everything built and started; on the way out everything drained, last started first. What does not end in time
    is named in `stuck`."""
    build, settings, parts = plan
    process = _resolve(build)(settings, parts)
    tell = process.rpc.set_serving if process.rpc is not None else _tell_nobody
    fronts: list[Front] = []
    health = process.health_watch(tell, {"web": lambda: next((front.problem() for front in fronts), None)})
    front = _front(process, settings, health, lambda: _end_of_itself(stuck))
    fronts += [front] if front is not None else []
    with ExitStack() as stack:
        stack.callback(process.close)
        for background in process.background:
            background.start()
            stack.callback(background.stop)
        if process.rpc is not None:
            stack.callback(_ended_in_time, process.rpc.drain, "calls", stuck)
            process.rpc.start()
        health.start()
        stack.callback(health.stop)
        if front is not None:
            front.start()
            stack.callback(_ended_in_time, front.stop, "pages", stuck)
        yield
    log.info("stopped")


def _end_of_itself(stuck: list[str]) -> None:
    """A thread that answers is dead: end with code 1, so that the supervisor starts a whole process."""
    stuck.append("web front")
    os.kill(os.getpid(), signal.SIGTERM)


def _front(
    process: Process, settings: ServiceSettings, health: HealthWatch, on_failure: Callable[[], None]
) -> Front | None:
    """The web front with its port bound; health is answered in front of the pages."""
    if process.web is None:
        return None
    options = FrontOptions(
        settings.web_host,
        settings.web_port,
        FrontLimits.of(settings),
        lanes_of(settings, process.computing_threads),
    )
    return Front(with_health(process.web, health), options, health_lane(process.lane_of), on_failure=on_failure)


def _tell_nobody(_serving: bool) -> None:  # noqa: FBT001
    """There is no gRPC here."""


def _ended_in_time(end: Callable[[], bool], what: str, stuck: list[str]) -> None:
    if not end():
        stuck.append(what)
        log.error("did not end in time", what=what)


def _resolve(build: Any) -> Callable[[ServiceSettings, Parts], Process]:
    if not isinstance(build, str):
        return build  # type: ignore[no-any-return]
    module, _, name = build.partition(":")
    return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]


def _leave(code: int) -> NoReturn:
    sys.stderr.flush()
    os._exit(code)

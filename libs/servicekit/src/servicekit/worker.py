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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from servicekit.clock import SystemClock
from servicekit.cores import kept_on_core
from servicekit.errors import ServiceError, StartError
from servicekit.front import Front, FrontLimits, FrontOptions, Lane, LaneLimits, lanes_of
from servicekit.health import HealthWatch, health_lane, with_health
from servicekit.logging import configure_logging, get_logger
from servicekit.metrics import MetricsPage, counted
from servicekit.process import STOP_SIGNALS, Build, Parts, Process, S
from servicekit.process_gauges import gauges_of
from servicekit.settings import ServiceSettings

if TYPE_CHECKING:
    from servicekit.rpc.certificate_life import CertificateLife

_METRICS_GRACE_S = 1.0

log = get_logger("servicekit.worker")


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
        running(build, settings, parts, stuck),
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
    if settings.metrics_port:
        _check_port(settings.metrics_host, settings.metrics_port, "metrics")


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


@dataclass(frozen=True)
class Running:
    """A service that is being served."""

    process: Process
    health: HealthWatch
    front: Front | None
    metrics: MetricsPage


@contextmanager
def running(build: Any, settings: ServiceSettings, parts: Parts, stuck: list[str]) -> Iterator[Running]:
    """Everything built and started; on the way out everything drained, last started first. What does not end in time
    is named in `stuck`. `build`: the function, or "module:function"."""
    process = _resolve(build)(settings, parts)
    tell = process.rpc.set_serving if process.rpc is not None else _tell_nobody
    fronts: list[Front] = []
    certificate = _certificate(settings)
    own = {"web": lambda: next((problem for front in fronts if (problem := front.problem())), None)}
    health = process.health_watch(tell, own, {"certificate": certificate.problem} if certificate is not None else {})
    front = _front(process, settings, health, lambda: _end_of_itself(stuck))
    metrics = MetricsPage(gauges_of(process, health, front, certificate))
    shown = _metrics_front(settings, metrics, lambda: _end_of_itself(stuck))
    fronts += [one for one in (front, shown) if one is not None]
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
        if shown is not None:
            shown.start()
            stack.callback(shown.stop, _METRICS_GRACE_S)
        if front is not None:
            front.start()
            stack.callback(_ended_in_time, front.stop, "pages", stuck)
        yield Running(process, health, front, metrics)
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
    pages = with_health(counted(process.web), health)
    return Front(pages, options, health_lane(process.lane_of), on_failure=on_failure)


def _metrics_front(settings: ServiceSettings, page: MetricsPage, on_failure: Callable[[], None]) -> Front | None:
    """The metrics on a port and a thread of their own: they take no thread of the pages and are not in their way."""
    if not settings.metrics_port:
        return None
    lanes = {Lane.PAGES: LaneLimits(threads=1, queued=8)}
    limits = FrontLimits(connections=32, connections_per_address=32, body_bytes=1024)
    options = FrontOptions(settings.metrics_host, settings.metrics_port, limits, lanes)
    return Front(page, options, on_failure=on_failure)


def _certificate(settings: ServiceSettings) -> "CertificateLife | None":
    """None for a process without certificates: a demo extranet."""
    if not settings.tls_directory.is_dir():
        return None
    from servicekit.rpc.certificate_life import CertificateLife  # imports gRPC, which an extranet does not need
    from servicekit.rpc.tls import TlsFiles

    return CertificateLife(TlsFiles(settings.tls_directory), SystemClock())


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

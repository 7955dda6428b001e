"""Starts one Apache with a folder of its own, waits until it listens, ends it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_MODULES = Path("/usr/lib/apache2/modules")
_START_LIMIT_S = 20.0
_STOP_LIMIT_S = 10.0


@contextmanager
def apache(port: int, configuration: str, pages: Mapping[str, str] | None = None, modules: str = "") -> Iterator[Path]:
    """An Apache on loopback with this `configuration`, these `pages` and, by name, these further `modules`; gives its
    folder. Without Apache or a module the test is left out, except in CI."""
    program = _program(modules.split())
    folder = Path(tempfile.mkdtemp(prefix="partenaire-apache-"))  # pytest's folders are closed to www-data
    try:
        _write(folder, port, configuration, pages or {}, modules.split())
        with _running(program, folder, port):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program(modules: list[str]) -> str:
    program = shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    missing = "" if program else "apache2"
    missing = missing or next((name for name in modules if not (_MODULES / f"mod_{name}.so").exists()), "")
    if missing:
        reason = f"Apache cannot run here: {missing} is not installed"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(f"left out: {reason}")
    assert program is not None
    return program


def _write(folder: Path, port: int, configuration: str, pages: Mapping[str, str], modules: list[str]) -> None:
    folder.chmod(0o755)
    (folder / "pages").mkdir()
    (folder / "pages").chmod(0o755)
    for name, text in pages.items():
        (folder / "pages" / name).write_text(text)
        (folder / "pages" / name).chmod(0o644)
    defined = {"FOLDER": folder, "PORT": port, "MODULES": _MODULES}
    lines = [f'Define {name} "{value}"' for name, value in defined.items()]
    lines.append((_HERE / "httpd.conf").read_text())
    lines += [f'LoadModule {name}_module "${{MODULES}}/mod_{name}.so"' for name in modules]
    (folder / "httpd.conf").write_text("\n".join([*lines, configuration]))


@contextmanager
def _running(program: str, folder: Path, port: int) -> Iterator[None]:
    with (folder / "output.log").open("w") as output:
        process = subprocess.Popen(
            [program, "-DFOREGROUND", "-f", str(folder / "httpd.conf")],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait(process, folder, port)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(process: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    deadline, pause = time.monotonic() + _START_LIMIT_S, threading.Event()
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            assert process.poll() is None, f"Apache ended: {said(folder)}"
            assert time.monotonic() < deadline, f"Apache is not ready: {said(folder)}"
            pause.wait(0.05)


def said(folder: Path) -> str:
    """What Apache wrote into its logs."""
    return "\n".join(log.read_text() for log in sorted(folder.glob("*.log")))

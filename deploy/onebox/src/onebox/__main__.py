"""`make demo`: prepare the folder, start everything, say what to try first, end cleanly on Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import time
from pathlib import Path

from onebox.layout import Layout
from onebox.preparation import example_dossier, prepare
from onebox.programs import demo_programs
from onebox.supervisor import OneboxError, Supervisor
from onebox.welcome import welcome

LOWEST_PORT, HIGHEST_PORT = 1024, 65535 - 60
_PORT_DIGITS = 5
_FEWEST_DOSSIERS = 1  # the first one drawn is the example


def main(arguments: list[str] | None = None) -> int:
    """Runs the demo until Ctrl-C. Exit code: 0 ended cleanly, 1 something ended by itself, 2 could not start."""
    options = _options(arguments)
    layout = Layout(directory=options.data_directory.absolute(), first_port=options.first_port)
    supervisor = Supervisor()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: supervisor.stopping.set())
    started = time.monotonic()
    try:
        _check_folder(layout)
        _check_ports(layout)
        prepare(layout, dossiers=options.dossiers, tell=_tell)
        _tell("Starting…")
        for program in demo_programs(layout):
            supervisor.start(program)
        supervisor.wait_until_healthy()
    except OneboxError as error:
        supervisor.stop_all()
        print(f"Error: {error}", file=sys.stderr)
        return 2
    if not supervisor.stopping.is_set():
        print(welcome(layout, time.monotonic() - started, example_dossier(layout)), flush=True)
    ended = supervisor.watch()
    if ended is not None:
        print(f"Error: {ended} ended by itself; its log is {layout.log(ended)}.", file=sys.stderr)
    _tell("Ending…")
    codes = supervisor.stop_all()
    unclean = sorted(name for name, code in codes.items() if code != 0)
    if unclean:
        print(
            f"Error: these did not end cleanly: {', '.join(unclean)}; see {layout.directory / 'logs'}.", file=sys.stderr
        )
        return 1
    _tell("Everything has ended.")
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="onebox", description="Mon compte partenaire on one machine.")
    parser.add_argument(
        "--data-directory",
        type=Path,
        default=Path("demo-data"),
        help="where databases, keys and logs go (default: demo-data)",
    )
    parser.add_argument(
        "--first-port", type=_first_port, default=8400, help="first of the 60 ports used on loopback (default: 8400)"
    )
    parser.add_argument(
        "--dossiers", type=_dossiers, default=10_000, help="synthetic dossiers made at the first start (default: 10000)"
    )
    return parser.parse_args(arguments)


def _first_port(text: str) -> int:
    """A port that leaves room for the others after it."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= _PORT_DIGITS else 0
    if not LOWEST_PORT <= number <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text}: give a number from {LOWEST_PORT} to {HIGHEST_PORT}")
    return number


def _check_folder(layout: Layout) -> None:
    """Raises OneboxError when the folder cannot be written."""
    try:
        layout.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = layout.directory / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise OneboxError(
            f"the folder {layout.directory} cannot be written ({os.strerror(error.errno or 0)}); "
            "choose another one with --data-directory."
        ) from error


def _check_ports(layout: Layout) -> None:
    """Raises OneboxError when a port is taken."""
    for port, purpose in layout.ports().items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise OneboxError(
                    f"port {port} ({purpose}) is already used on this machine; end the program that uses it, "
                    "or start with other ports: .venv/bin/python -m onebox --first-port 9400."
                ) from error


def _dossiers(text: str) -> int:
    """So many that the example of the welcome is among them, and no more than matricules can name."""
    if not (text.isascii() and text.isdecimal() and len(text) < 8 and int(text) >= _FEWEST_DOSSIERS):
        raise argparse.ArgumentTypeError(f"{text[:20]}: give a number from {_FEWEST_DOSSIERS} to 9999999")
    return int(text)


def _tell(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""Clients that do nothing against the whole demo: how much slower everybody else becomes.

    python -m tests.bench.idle_clients [--first-port 9400] [--clients 300]

Without a port it starts a demo of its own. Prints the 99th percentile of requests on connections of their own, in
milliseconds, quiet and under each kind of idle client, and the ratio. No time is asserted.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from onebox.layout import DEMO_EXTRANETS, SERVICES, Layout
from tests.servicekit.front.idle_clients import ALL_KINDS, idle_clients, p99_ms, times_of
from tests.system.onebox_process import OneboxProcess, free_first_port

_REQUESTS = 600
_SETTLED_S = 2.0
"""Requests that were whole are answered by then; what is left does nothing."""


def main() -> None:
    """Prints every figure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.idle_clients")
    parser.add_argument("--first-port", type=int, default=0, help="of a demo that runs already")
    parser.add_argument("--clients", type=int, default=300)
    options = parser.parse_args()
    with _demo(options.first_port) as layout:
        for name in (*SERVICES, *DEMO_EXTRANETS, "inbox"):
            paths = ["/aide", "/healthz", *(["/jwks"] if name == "auth" else [])]
            measure(name, ("127.0.0.1", layout.web_port(name)), paths, options.clients)


def measure(name: str, address: tuple[str, int], paths: list[str], clients: int) -> None:
    """One server, under each kind; the quiet figure is taken anew before each, for what was so fast wanders."""
    for kind in ALL_KINDS:
        quiet = {path: p99_ms(times_of(address, path, number=_REQUESTS)) for path in paths}
        with idle_clients(address, kind, clients):
            threading.Event().wait(_SETTLED_S)
            for path in paths:
                before, now = quiet[path], p99_ms(times_of(address, path, number=_REQUESTS))
                print(f"{name:<12}{path:<10}{kind:<28}{before:8.1f}{now:8.1f}  x{now / before:.2f}", flush=True)


@contextmanager
def _demo(first_port: int) -> Iterator[Layout]:
    if first_port:
        yield Layout(Path(), first_port)
        return
    with tempfile.TemporaryDirectory() as folder:
        demo = OneboxProcess(Layout(Path(folder) / "demo", free_first_port()))
        demo.start()
        try:
            yield demo.layout
        finally:
            demo.interrupt()


if __name__ == "__main__":
    main()

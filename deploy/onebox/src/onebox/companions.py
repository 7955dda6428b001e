"""python -m onebox.companions: the inbox and the demo extranets, forked from one parent that imported what they share.

Each is a process tree of its own, as if it had been started alone; only the reading of modules, the largest part of a
start, is done once. None of them uses gRPC, which does not survive a fork.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import onebox.demo_extranet.app
import onebox.inbox.app  # noqa: F401
from onebox.demo_extranet.__main__ import serve as serve_extranet
from onebox.inbox.__main__ import main as serve_inbox

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def main() -> int:
    """Exit code: 0 when all ended as asked, otherwise that of the first that did not."""
    parser = argparse.ArgumentParser(prog="python -m onebox.companions", description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--inbox-port", type=int, required=True)
    parser.add_argument("--core-table", required=True, help="folder in which processes agree on cores")
    parser.add_argument("--extranet", type=Path, action="append", default=[], help="settings of a demo extranet")
    options = parser.parse_args()
    inbox = ["--smtp-port", str(options.smtp_port), "--web-port", str(options.inbox_port)]
    inbox += ["--core-table", options.core_table]
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)  # a signal that comes now waits until everybody can hear it
    children = {_fork(partial(serve_inbox, inbox))}
    children |= {_fork(partial(serve_extranet, config)) for config in options.extranet}
    for number in _SIGNALS:
        signal.signal(number, lambda *_: _tell(children))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    return _wait(children)


def _fork(serve: Callable[[], int]) -> int:
    pid = os.fork()
    if pid:
        return pid
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    code = 1
    try:
        code = serve()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _tell(children: set[int]) -> None:
    for pid in list(children):
        os.kill(pid, signal.SIGTERM)


def _wait(children: set[int]) -> int:
    """Waits for all; when one ends with an error the others are asked to end too."""
    first_error = 0
    while children:
        pid, status = os.wait()
        children.discard(pid)
        code = os.waitstatus_to_exitcode(status)
        if code and not first_error:
            first_error = code if code > 0 else 1
            _tell(children)
    return first_error


if __name__ == "__main__":
    sys.exit(main())

"""The commands of the services: in this process, or in one of their own when they change what is the process's."""

import importlib
import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def run(service: str, *arguments: object) -> Done:
    """What `python -m SERVICE ARGUMENTS` does, without the start of Python, which costs more than most commands."""
    main = importlib.import_module(f"{service}.__main__").main
    out, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(errors):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = ended.code
    return Done(code, out.getvalue(), errors.getvalue())


def run_apart(service: str, *arguments: object) -> Done:
    """The same in a process of its own, for commands that configure the log."""
    command = [sys.executable, "-m", service, *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    return Done(ended.returncode, ended.stdout, ended.stderr)

"""One scenario in one node process: JSON lines each way."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.tree import ROOT

_HERE = Path(__file__).parent
_ANSWER_LIMIT_S = 60.0


@dataclass(frozen=True)
class Scripts:
    """A copy of the scenarios beside the installed packages, where node finds both."""

    folder: Path

    def run(
        self, scenario: str, configuration: Mapping[str, Any], answer: Callable[[dict[str, Any]], Any]
    ) -> dict[str, Any]:
        """Runs a scenario to its end; `answer` replies to each thing it asks. Gives what the scenario found.

        Raises:
            AssertionError: the scenario failed; carries what openid-client said.
        """
        script = self.folder / "scenarios" / f"{scenario}.mjs"
        with _node(script, {}) as (process, lines, errors):
            _say(process, configuration)
            while True:
                line = lines.get(timeout=_ANSWER_LIMIT_S)
                assert line is not None, f"{scenario} ended without a word: {errors.read_text()}"
                said: dict[str, Any] = json.loads(line)
                if "done" in said:
                    found: dict[str, Any] = said["done"]
                    return found
                assert "failed" not in said, f"openid-client: {json.dumps(said, indent=1, ensure_ascii=False)}"
                _say(process, {"answer": answer(said)})

    @contextmanager
    def serve(self, name: str, source: str, environment: Mapping[str, str]) -> Iterator[str]:
        """Runs a program that serves until it is ended; gives the first line it printed."""
        script = self.folder / name
        script.write_text(source)
        with _node(script, environment) as (_process, lines, errors):
            line = lines.get(timeout=_ANSWER_LIMIT_S)
            assert line is not None, errors.read_text()
            yield line


@contextmanager
def installed_scripts() -> Iterator[Scripts]:
    """Installs the packages once and copies the scenarios. Without npm the tests are left out, except in CI."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        _leave_out("node and npm are not installed")
    folder = ROOT / "build" / "openid_client"
    done = subprocess.run(
        ["scripts/node_packages.sh", str(_HERE.relative_to(ROOT))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        _leave_out(f"npm could not install openid-client: {done.stderr.strip()[-500:]}")
    copy = Path(tempfile.mkdtemp(prefix="run-", dir=folder))
    try:
        shutil.copytree(_HERE / "scenarios", copy / "scenarios")
        yield Scripts(copy)
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _leave_out(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(f"left out: openid-client, {reason}")


@contextmanager
def _node(
    script: Path, environment: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[str], queue.Queue[str | None], Path]]:
    errors = script.with_suffix(".errors")
    with errors.open("w") as said:
        process = subprocess.Popen(
            ["node", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            env={**os.environ, **environment},
        )
    lines: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process, lines), name="node-output", daemon=True)
    reader.start()
    try:
        yield process, lines, errors
    finally:
        process.kill()
        process.wait()
        reader.join()
        if process.stdin is not None:
            process.stdin.close()


def _read(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    assert process.stdout is not None
    with process.stdout as output:
        for line in output:
            lines.put(line.strip())
    lines.put(None)


def _say(process: subprocess.Popen[str], value: object) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(value) + "\n")
    process.stdin.flush()

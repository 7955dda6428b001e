"""`make demo` as a newcomer meets it: it starts, starts again quickly, ends cleanly, and says what is wrong."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from onebox.layout import SERVICES, Layout
from tests.architecture.tree import ROOT
from tests.promises import promise
from tests.system.onebox_process import OneboxProcess, free_first_port

pytestmark = pytest.mark.system

_SECOND_START_LIMIT = 2.5  # times the floor: the four services only read their modules, at the same moment


@pytest.mark.timeout(300)
@promise("demo:second-start", "demo:clean-end")
def test_the_demo_starts_quickly_the_second_time_and_ends_cleanly(tmp_path: Path) -> None:
    demo = OneboxProcess(Layout(tmp_path / "demo", free_first_port()), dossiers=50)
    demo.start()
    assert demo.interrupt() == 0
    ratios = []
    for _attempt in range(3):  # a busy machine may be slow once
        ratios.append(demo.start() / seconds_to_read_modules())
        assert demo.interrupt() == 0
        if ratios[-1] < _SECOND_START_LIMIT:
            break
    assert min(ratios) < _SECOND_START_LIMIT


def seconds_to_read_modules() -> float:
    """The floor of a start: four interpreters import what the services import, and nothing more."""
    began = time.monotonic()
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", f"import {service}.bootstrap"], env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
        )
        for service in SERVICES
    ]
    for reader in readers:
        assert reader.wait(60) == 0
    return time.monotonic() - began


def start_refused(*arguments: str) -> tuple[int, str]:
    """Exit code and stderr of a demo that cannot start."""
    answer = subprocess.run(
        [sys.executable, "-m", "onebox", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    return answer.returncode, answer.stderr


@promise("demo:clear-refusals")
def test_a_busy_port_is_said_in_one_sentence_that_names_it(tmp_path: Path) -> None:
    first_port = free_first_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first_port + 2))
        taken.listen()
        code, said = start_refused("--data-directory", str(tmp_path / "demo"), "--first-port", str(first_port))
    assert code == 2
    assert said.count("\n") == 1
    assert f"port {first_port + 2} (the pages of cdap)" in said
    assert "--first-port" in said


@promise("demo:clear-refusals")
def test_an_unwritable_folder_is_said_in_one_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file stands where the folder should be")
    code, said = start_refused("--data-directory", str(blocked / "demo"), "--first-port", str(free_first_port()))
    assert code == 2
    assert said.count("\n") == 1
    assert str(blocked) in said
    assert "--data-directory" in said


@promise("demo:clear-refusals")
def test_a_folder_made_for_other_ports_is_refused_with_the_way_out(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "prepared.json").write_text('{"ports": "1234"}')
    code, said = start_refused("--data-directory", str(folder), "--first-port", str(free_first_port()))
    assert code == 2
    assert "1234" in said
    assert "--first-port" in said


def test_a_missing_python_is_said_in_one_sentence(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "git", "dirname", "env"):
        found = next(Path(folder) / name for folder in os.environ["PATH"].split(":") if (Path(folder) / name).exists())
        (tools / name).symlink_to(found)
    answer = subprocess.run(
        ["bash", str(ROOT / "scripts" / "environment.sh")],
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert "Python 3.11, 3.12 or 3.13 is missing" in answer.stderr
    assert answer.stderr.count("\n") == 1

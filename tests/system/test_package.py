"""One service, packed here and installed on another machine: a fresh environment, outside the checkout."""

import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, SERVICES, tracked
from tests.promises import promise

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

NOT_NEEDED = {"servicekit/web/README.md"}


@pytest.fixture(scope="module", params=SERVICES)
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make package` writes for each service."""
    service: str = request.param
    target = tmp_path_factory.mktemp(service) / service
    command = [sys.executable, str(ROOT / "scripts" / "package.py"), service, "--output", str(target)]
    subprocess.run(command, check=True, timeout=300, capture_output=True)
    return target


def _run(*command: str, cwd: Path) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(command, cwd=cwd, env=kept, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def _in_wheels(package: Path) -> set[str]:
    names: set[str] = set()
    for wheel in (package / "wheels").iterdir():
        with zipfile.ZipFile(wheel) as archive:
            names |= {name for name in archive.namelist() if ".dist-info/" not in name}
    return names


def _sources_of(tops: Sequence[str]) -> set[str]:
    found = set()
    for path in tracked():
        if "src" in path.parts[:3] and path.parts[0] in {"libs", "services", "protos"}:
            inside = Path(*path.parts[path.parts.index("src") + 1 :])
            if inside.parts[0] in tops:
                found.add(str(inside))
    return found


@promise("operators:wheels-hold-the-data")
def test_the_wheels_hold_every_file_of_the_sources(package: Path) -> None:
    held = _in_wheels(package)
    tops = sorted({name.split("/")[0] for name in held})
    assert package.name in tops
    assert _sources_of(tops) - held - NOT_NEEDED == set()
    for ending in (".html", ".css", ".po", "py.typed", "versions/0001_", "callers.toml"):
        assert [name for name in held if ending in name], f"no {ending} in the wheels of {package.name}"


def test_nothing_of_another_service_is_in_the_package(package: Path) -> None:
    tops = {name.split("/")[0] for name in _in_wheels(package)}
    assert tops & set(SERVICES) == {package.name}


def test_the_requirements_are_locked_by_hash_and_hold_no_tool_of_developers(package: Path) -> None:
    text = (package / "requirements.txt").read_text()
    names = set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))
    assert "://" not in text
    assert text.count("--hash=sha256:") >= len(names)
    developers = {"pytest", "mypy", "ruff", "uv", "hatchling", "playwright", "python-stdnum", "aiosmtpd", "faker"}
    assert names & developers == set()
    assert ("authlib" in names) == (package.name == "auth")


@promise("operators:one-service-installs-elsewhere")
@pytest.mark.parametrize("package", ["audit"], indirect=True)
def test_the_package_runs_in_a_fresh_environment_outside_the_checkout(package: Path, tmp_path: Path) -> None:
    service, home = package.name, tmp_path / "elsewhere"
    shutil.copytree(package, home)
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / "bin" / "python")

    _run("sha256sum", "--check", "SHA256SUMS", cwd=home)
    _run(python, "-m", "pip", "install", "--require-hashes", "-r", "requirements.txt", cwd=home)
    wheels = [str(path) for path in sorted((home / "wheels").iterdir())]
    _run(python, "-m", "pip", "install", "--no-deps", "--no-index", *wheels, cwd=home)
    _run(python, "-m", "pip", "check", cwd=home)

    template = _run(python, "-m", service, "check-config", "--template", cwd=home)
    config = home / f"{service}.env"
    config.write_text(f"{template}\n{service.upper()}_DATA_DIRECTORY={home / 'data'}\n")
    assert "at migration" in _run(python, "-m", service, "migrate", "--config", str(config), cwd=home)
    assert "checked" in _run(python, "-m", service, "backup", "copy.sqlite3", "--config", str(config), cwd=home)
    assert str(ROOT) not in _run(python, "-c", f"import {service}, sys; print({service}.__file__, *sys.path)", cwd=home)
    _run(python, "-c", f"import {service}.bootstrap", cwd=home)

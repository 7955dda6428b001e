"""`make package SERVICE=audit`: what one service needs on another machine, in dist/<service>/.

    wheels/            the service, the libraries and the contracts of this project
    requirements.txt   every other package, with the versions and hashes of requirements.lock
    SHA256SUMS         of all these files
    INSTALL.txt        the commands

Nothing is fetched: the closure is walked in the metadata of the packages that are installed here.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
SERVICES = ("auth", "habpps", "cdap", "audit")
PYTHONS = ("3.11", "3.12", "3.13")

INSTALL = """{service} of Mon compte partenaire, for Python 3.11 to 3.13 on Linux.

    sha256sum --check SHA256SUMS
    python3 -m venv /opt/partenaire/{service}
    /opt/partenaire/{service}/bin/python -m pip install --require-hashes -r requirements.txt
    /opt/partenaire/{service}/bin/python -m pip install --no-deps --no-index wheels/*.whl
    /opt/partenaire/{service}/bin/python -m {service} check-config --template > {service}.env && chmod 600 {service}.env

The first of the two pip commands needs a package registry, or a folder of wheels made before by
`pip download --require-hashes -r requirements.txt -d FOLDER` and named by `--no-index --find-links FOLDER`.
Settings, certificates, first start, backup: docs/operate.md of the project.
"""


def members() -> dict[str, Path]:
    """Folder of each package of this project, by its name."""
    folders = [ROOT / "protos", *(path.parent for path in sorted(ROOT.glob("*/*/pyproject.toml")))]
    return {str(_project(folder)["name"]): folder for folder in folders}


def own_packages(service: str) -> list[Path]:
    """Folders of the packages of this project that `service` needs, itself included."""
    known, found, waiting = members(), set[str](), [f"partenaire-{service}"]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [need for need in map(_name, _needs(known[name])) if need in known]
    return [known[name] for name in sorted(found)]


def locked(service: str) -> list[str]:
    """The blocks of requirements.lock that `service` needs.

    Raises:
        SystemExit: a package is needed and not locked.
    """
    blocks = dict(_blocks((ROOT / "requirements.lock").read_text()))
    wanted: dict[str, set[str]] = {}
    waiting = [Requirement(need) for folder in own_packages(service) for need in _needs(folder)]
    known = members()
    while waiting:
        one = waiting.pop()
        name, extras = canonicalize_name(one.name), {"", *one.extras}
        if name in known or extras <= wanted.get(name, set()):
            continue
        if name not in blocks:
            raise SystemExit(f"{name} is needed and is not in requirements.lock: run make lock")
        wanted.setdefault(name, set()).update(extras)
        waiting += [need for need in map(Requirement, requires(name) or []) if _counts(need, extras)]
    return [blocks[name] for name in sorted(wanted)]


def _counts(need: Requirement, extras: set[str]) -> bool:
    marker = need.marker
    if marker is None:
        return True
    places = [{"extra": extra, "python_version": python} for extra in extras for python in PYTHONS]
    return any(marker.evaluate({**place, "python_full_version": f"{place['python_version']}.0"}) for place in places)


def _blocks(lock: str) -> Iterator[tuple[str, str]]:
    lines = [line for line in lock.splitlines() if not line.lstrip().startswith("#")]
    for block in re.split(r"\n(?=\S)", "\n".join(lines)):
        yield str(canonicalize_name(block.split("==")[0])), block.rstrip()


def _project(folder: Path) -> dict[str, object]:
    project: dict[str, object] = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    return project


def _needs(folder: Path) -> list[str]:
    needs = _project(folder).get("dependencies", [])
    return [str(need) for need in needs] if isinstance(needs, list) else []


def _name(need: str) -> str:
    return str(canonicalize_name(Requirement(need).name))


def build(service: str, target: Path) -> None:
    """Writes everything into the empty folder `target`."""
    wheels = target / "wheels"
    wheels.mkdir(parents=True)
    for folder in own_packages(service):
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(wheels)]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - of this file
    (target / "requirements.txt").write_text("\n".join(locked(service)) + "\n")
    (target / "INSTALL.txt").write_text(INSTALL.format(service=service))
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(target)}\n"
        for path in sorted(target.rglob("*"))
        if path.is_file()
    ]
    (target / "SHA256SUMS").write_text("".join(sums))


def main() -> int:
    """Builds the package of the service that is named; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make package SERVICE=…", description="One service for another machine.")
    parser.add_argument("service", choices=SERVICES, nargs="?")
    parser.add_argument("--output", type=Path, help="folder (default dist/<service>); what is in it is replaced")
    arguments = parser.parse_args([argument for argument in sys.argv[1:] if argument])
    if arguments.service is None:
        sys.stderr.write(f"Name the service: make package SERVICE=audit (one of {', '.join(SERVICES)}).\n")
        return 2
    target: Path = arguments.output or ROOT / "dist" / arguments.service
    if target.exists() and any(target.iterdir()) and not (target / "SHA256SUMS").exists():
        sys.stderr.write(f"{target} holds something else; name an empty folder.\n")
        return 2
    shutil.rmtree(target, ignore_errors=True)
    build(arguments.service, target)
    sys.stdout.write(f"{target} holds {arguments.service}: see INSTALL.txt there.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

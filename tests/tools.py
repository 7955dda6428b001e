"""What the tests need beyond the README's two commands: one list, read by the tests, by `.ci/run` and by people.

    python3 tests/tools.py            one line for each tool that this machine lacks, and the command that brings them
    python3 tests/tools.py packages   the Debian packages of what is missing, on one line (for `.ci/run`)

A test asks with `needed("Apache")`: where the tool is missing it is left out with one line, and in CI it fails.
Only the standard library is used: `.ci/run` reads this before there is an environment.
"""

from __future__ import annotations

import ctypes.util
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Tool:
    """Something outside the Python environment. `is_here` looks for it; `packages` are Debian's."""

    name: str
    what_for: str
    packages: tuple[str, ...]
    is_here: Callable[[], bool]


def _programs(*names: str) -> Callable[[], bool]:
    """Whether one of these programs is on the path, or in the folder of system programs."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/go/bin"
    return lambda: any(shutil.which(name, path=path) for name in names)


def _node() -> bool:
    return _programs("node")() and _programs("npm")()


def _apache() -> bool:
    modules = Path("/usr/lib/apache2/modules")
    return _programs("apache2")() and (modules / "mod_auth_openidc.so").exists()


def _playwright_runs() -> bool:
    return ctypes.util.find_library("atomic") is not None


_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TOOLS = (
    Tool("make", "the two commands of the README", ("make",), _programs("make")),
    Tool("Chromium", "stories in a real browser", ("chromium", "fonts-dejavu-core"), _programs(*_BROWSERS)),
    Tool("libatomic", "the driver of the browser", ("libatomic1",), _playwright_runs),
    Tool("Node", "openid-client, oidc-client-ts, buf", ("nodejs", "npm"), _node),
    Tool("Apache", "mod_auth_openidc, a proxy for certificates", ("apache2", "libapache2-mod-auth-openidc"), _apache),
    Tool("Go", "oauth2-proxy, go-oidc", ("golang-go",), _programs("go")),
    Tool("Maven", "Spring Security", ("maven", "default-jdk-headless"), _programs("mvn")),
    Tool("nginx", "the example of a virtual host", ("nginx-light",), _programs("nginx")),
    Tool("pdftotext", "what a printed page says", ("poppler-utils",), _programs("pdftotext")),
)  # fmt: skip


def missing() -> list[Tool]:
    """The tools that this machine lacks."""
    return [tool for tool in TOOLS if not tool.is_here()]


def packages_of(tools: list[Tool]) -> list[str]:
    """Debian packages that bring them."""
    return [package for tool in tools for package in tool.packages]


def needed(name: str) -> None:
    """Leaves the test out, with one line, where this tool is missing; fails in CI, where none may be.

    Raises:
        KeyError: there is no tool of this name in the list.
    """
    import pytest

    tool = {tool.name: tool for tool in TOOLS}[name]
    if tool.is_here():
        return
    sentence = (
        f"{tool.name} is not installed (for {tool.what_for}; on Debian: apt-get install {' '.join(tool.packages)})"
    )
    if os.environ.get("CI"):
        pytest.fail(sentence, pytrace=False)
    pytest.skip(f"left out: {sentence}")


def main(arguments: list[str]) -> int:
    """Prints what is missing."""
    lacking = missing()
    if arguments == ["packages"]:
        print(*packages_of(lacking))
        return 0
    for tool in lacking:
        print(f"left out without {tool.name}: {tool.what_for}")
    if lacking:
        print(f"to run everything, on Debian: apt-get install {' '.join(packages_of(lacking))}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

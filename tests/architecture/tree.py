"""The files of the project, as git sees them."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("auth", "habpps", "cdap", "audit")


@cache
def tracked(suffix: str = "") -> tuple[Path, ...]:
    """Tracked and new, not ignored files that end with `suffix`, relative to the root."""
    answer = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(Path(line) for line in answer.stdout.splitlines() if line.endswith(suffix) and (ROOT / line).is_file())


def own_python() -> tuple[Path, ...]:
    """Python files that people write."""
    return tuple(path for path in tracked(".py") if "_pb2" not in path.name)

"""Memory of a process and its children, read from /proc."""

from __future__ import annotations

import re
from pathlib import Path


def resident_megabytes(pid: int) -> float:
    """Proportional set size of a process and its descendants, in MB (shared pages are counted once, in parts)."""
    return sum(_proportional_kilobytes(one) for one in [pid, *_descendants(pid)]) / 1000


def _proportional_kilobytes(pid: int) -> int:
    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


def _descendants(pid: int) -> list[int]:
    children = [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
    return children + [grandchild for child in children for grandchild in _descendants(child)]

"""The time, as a port: use cases receive a `Clock`, tests give them a fixed one."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from servicekit.identifiers import new_id

_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """Two times: the one of the calendar, and one that only measures how long something lasts."""

    def now(self) -> datetime:
        """The time of the calendar, aware, in UTC."""
        ...

    def boottime(self) -> float:
        """Seconds since the machine started. Never goes back, and goes on while the machine sleeps."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The time of the calendar, aware, in UTC."""
        return datetime.now(UTC)

    def boottime(self) -> float:
        """Seconds since the machine started (CLOCK_BOOTTIME; the monotonic clock where there is none)."""
        return time.clock_gettime(_BOOTTIME)


def start_of_machine() -> str:
    """Which start of which machine `boottime` counts from. Where the system does not say it: one for each call, so
    that ticks of two processes are never compared."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return new_id()

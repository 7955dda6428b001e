"""How often a password may be tried: a growing delay, then a refusal (CNIL 2022; ANSSI passwords guide R10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class AttemptLimits:
    """Limits over one sliding window, for one account or one network address."""

    window: timedelta = timedelta(minutes=15)
    maximum: int = 10
    free: int = 3
    first_delay: timedelta = timedelta(seconds=1)


def wait_before(attempts: Sequence[datetime], limits: AttemptLimits, now: datetime) -> timedelta | None:
    """How long to wait before one more attempt, or None when it may be made now.

    `attempts` are the failures so far, oldest first. After `free` failures the delay doubles from `first_delay`;
    after `maximum` of them nothing is tried until the oldest leaves the window.
    """
    recent = [at for at in attempts if now - at < limits.window]
    if len(recent) >= limits.maximum:
        return recent[-limits.maximum] + limits.window - now
    if len(recent) < limits.free:
        return None
    delay: timedelta = limits.first_delay * (1 << (len(recent) - limits.free))
    remaining = recent[-1] + delay - now
    return remaining if remaining > timedelta(0) else None

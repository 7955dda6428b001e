"""How often a password may be tried: a growing delay, then a refusal (CNIL 2022; ANSSI passwords guide R10).

What is counted is the pair of account and network: a stranger who guesses does not keep the owner out, and one wrong
machine does not keep an office out. A browser or a network from which the account has signed in before has an
allowance that nobody else can use up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

_CLOCK_TOLERANCE = timedelta(seconds=5)
_LONGEST_ADDRESS = 64
_V6_BITS_OF_A_HOST = 64


@dataclass(frozen=True)
class AttemptLimits:
    """Limits over one sliding window, for one key."""

    window: timedelta = timedelta(minutes=15)
    maximum: int = 10
    free: int = 3
    first_delay: timedelta = timedelta(seconds=1)


def wait_before(attempts: Sequence[datetime], limits: AttemptLimits, now: datetime) -> timedelta | None:
    """How long to wait before one more attempt, or None when it may be made now.

    `attempts` are the failures so far, oldest first. After `free` failures the delay doubles from `first_delay`;
    after `maximum` of them nothing is tried until the oldest leaves the window. A failure that lies in the future was
    counted by a clock that was wrong, and keeps nobody out.
    """
    recent = [min(at, now) for at in attempts if at - now <= _CLOCK_TOLERANCE and now - at < limits.window]
    if len(recent) >= limits.maximum:
        return recent[-limits.maximum] + limits.window - now
    if len(recent) < limits.free:
        return None
    delay: timedelta = limits.first_delay * (1 << (len(recent) - limits.free))
    remaining = recent[-1] + delay - now
    return remaining if remaining > timedelta(0) else None


def network_of(address: str) -> str:
    """What counts as one sender: an IPv4 address, or the /64 of an IPv6 one, which one household or office holds whole
    (RFC 6177 §2); the text itself when it is no address."""
    try:
        parsed = ip_address(address.strip().partition("%")[0])
    except ValueError:
        return address[:_LONGEST_ADDRESS]
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> _V6_BITS_OF_A_HOST << _V6_BITS_OF_A_HOST)}/64"

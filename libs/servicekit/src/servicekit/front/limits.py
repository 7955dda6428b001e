"""How much a client may send, hold and take its time for; everything here is a setting (see `ServiceSettings`)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from servicekit.settings import ServiceSettings

LINGER_SECONDS = 2.0
"""After a refusal what the client still sends is read and thrown away that long, so that it sees the answer."""


class Lane(Enum):
    """Who answers a request. No lane waits behind another."""

    AT_ONCE = "at-once"
    """Answered from memory by whoever read it: health, keys, discovery. It must never wait for anything."""
    MACHINES = "machines"
    """What programs call, in short steps: tokens, introspection."""
    PAGES = "pages"
    """What people see."""
    COMPUTING = "computing"
    """What keeps a processor busy for a while: passwords. It waits in a queue without a thread."""


@dataclass(frozen=True)
class LaneLimits:
    """`threads` answer at the same time; `queued` requests may wait, `longest_wait` seconds each."""

    threads: int
    queued: int = 256
    longest_wait: float = 10.0


@dataclass(frozen=True, kw_only=True)
class FrontLimits:
    """Bytes and seconds; the defaults are those of the settings."""

    head_bytes: int = 32 * 1024
    body_bytes: int = 1024 * 1024
    head_seconds: float = 10.0
    body_seconds: float = 60.0
    grace_seconds: float = 10.0
    bytes_per_second: int = 1024
    idle_seconds: float = 60.0
    connections: int = 1000
    connections_per_address: int = 500
    held_bytes: int = 64 * 1024 * 1024

    @classmethod
    def of(cls, settings: ServiceSettings) -> FrontLimits:
        """What the settings of a service say."""
        return cls(
            head_bytes=settings.web_head_kib * 1024,
            body_bytes=settings.web_body_kib * 1024,
            head_seconds=settings.web_head_seconds,
            body_seconds=settings.web_body_seconds,
            bytes_per_second=settings.web_slowest_bytes_per_second,
            idle_seconds=settings.web_idle_seconds,
            connections=settings.web_connections,
            connections_per_address=settings.web_connections_per_address,
            held_bytes=settings.web_held_mib * 1024 * 1024,
        )

    def body_deadline(self, began: float, received: int) -> float:
        """When a body of which so many bytes came must be further on: the whole time, or the slowest rate."""
        return min(began + self.body_seconds, self.answer_deadline(began, received))

    def answer_deadline(self, began: float, taken: int) -> float:
        """When a client that took so many bytes of an answer must have taken more."""
        return began + self.grace_seconds + taken / self.bytes_per_second


NEVER = math.inf


def only_pages(_method: str, _path: str) -> Lane:
    """Which lane answers where there are pages and nothing else."""
    return Lane.PAGES


@dataclass(frozen=True)
class FrontOptions:
    """Where a front listens and within what bounds."""

    host: str
    port: int
    """0 lets the system choose; `Front.port` tells which."""
    limits: FrontLimits = field(default_factory=FrontLimits)
    lanes: Mapping[Lane, LaneLimits] = field(
        default_factory=lambda: {
            Lane.MACHINES: LaneLimits(1),
            Lane.PAGES: LaneLimits(8),
            Lane.COMPUTING: LaneLimits(1),
        }
    )


def lanes_of(settings: ServiceSettings, computing_threads: int = 1) -> dict[Lane, LaneLimits]:
    """The lanes of a service."""
    queued, wait = settings.web_queue, settings.web_queue_seconds
    return {
        Lane.MACHINES: LaneLimits(settings.web_machine_threads, queued, wait),
        Lane.PAGES: LaneLimits(settings.web_threads, queued, wait),
        Lane.COMPUTING: LaneLimits(computing_threads, queued, wait),
    }

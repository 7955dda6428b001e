"""The processor cores that this process may use, as they were before it kept itself on one of them."""

from __future__ import annotations

import os

ALLOWED_CORES = frozenset(os.sched_getaffinity(0))
"""By cpuset or taskset; a CPU quota is not seen here."""

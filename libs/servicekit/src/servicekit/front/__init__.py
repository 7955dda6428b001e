"""The web front: reads requests without a thread each, bounds what clients may do, answers by lanes."""

from servicekit.front.limits import FrontLimits, FrontOptions, Lane, LaneLimits, lanes_of, only_pages
from servicekit.front.server import Front

__all__ = ["Front", "FrontLimits", "FrontOptions", "Lane", "LaneLimits", "lanes_of", "only_pages"]

"""Large values that live as long as the process: kept out of the walks of the garbage collector.

A full collection visits every object that may be part of a cycle, with all threads stopped. Over the rights of
50 000 people that is half a second, again and again, for values that hold no cycle at all.
"""

import gc
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def long_lived(build: Callable[[], T]) -> T:
    """What `build` returns, not visited by later collections (`gc.freeze`).

    Garbage is collected first, so that what is already dead is not kept for ever. The value must hold no cycle (an
    immutable one cannot): it is then freed as soon as nobody refers to it, frozen or not. What other threads hold in
    cycles at that moment is never collected, so call this rarely: when everything is loaded, not at each change.
    """
    gc.collect()
    value = build()
    gc.freeze()
    return value

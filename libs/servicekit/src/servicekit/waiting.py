"""What a thread says before it waits for something else than the processor, so that another takes over what it held up.

The web front has one thread that reads and answers short requests by itself, without a change of thread. As soon as
such an answer has to wait (a commit, the journal, another service) another thread reads on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable


class _Duty(threading.local):
    hand_over: Callable[[], None] | None = None


_duty = _Duty()


def about_to_wait() -> None:
    """Call it before each wait; it costs nothing where nobody is held up."""
    hand_over = _duty.hand_over
    if hand_over is not None:
        hand_over()


def on_wait(hand_over: Callable[[], None]) -> None:
    """What `about_to_wait` does in this thread."""
    _duty.hand_over = hand_over

"""Whether the clock of the calendar goes as the ticks of the machine do.

What is due by the calendar is forgotten, ended or destroyed for good: a clock that jumped must not decide it. A process
that sees a jump waits until the clock has gone on for an hour without another, in which health names the jump and the
operator can set it right. By then every short-lived token of before the jump is dead, so that a revocation which is
forgotten too early revives none when the clock comes back.
"""

from datetime import datetime, timedelta

from servicekit.clock import Clock
from servicekit.errors import DependencyUnavailableError

TOLERANCE = timedelta(minutes=5)
SETTLING = timedelta(hours=1)


class ClockJumpedError(DependencyUnavailableError):
    """The clock was set while the process ran: nothing that is due is done for an hour."""

    reason = "CLOCK_JUMPED"


class SteadyClock:
    """Compares both times of a clock at each look; of one process."""

    def __init__(self, clock: Clock) -> None:
        """What the clock says now is where it begins."""
        self._clock = clock
        self._anchor = clock.now(), clock.boottime()
        self._suspect_until = clock.boottime()

    def now(self) -> datetime:
        """The time, when it can be believed.

        Raises:
            ClockJumpedError: it jumped, less than an hour of ticks ago.
        """
        now, ticks = self._clock.now(), self._clock.boottime()
        before, ticks_before = self._anchor
        drift = (now - before) - timedelta(seconds=ticks - ticks_before)
        self._anchor = now, ticks
        if abs(drift) > TOLERANCE:
            self._suspect_until = ticks + SETTLING.total_seconds()
        if ticks < self._suspect_until:
            raise ClockJumpedError("the clock was set while the service ran: set it right if it is wrong")
        return now

"""Whether the clock can be believed: a time stamped wrongly would give an entry the wrong month, its key and its end.

Three witnesses: the newest entry (time does not go back), the ticks of the machine since the process began (a clock
that was set shows), and the events themselves (what producers tell is not a day away from now). Small differences are
nobody's fault: an entry is never older than the one before it.

Destroying a key cannot be undone, and asks for more: the clock must have gone as the ticks of the machine did since
retention looked last, whatever producers say, since their clocks may have jumped with it.
"""

from dataclasses import dataclass

from audit.domain.refusals import ClockNotBelievedError

TOLERANCE_US = 5 * 60 * 1_000_000
QUIET_US = 24 * 3600 * 1_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """The clock of the calendar and the ticks since the machine started, both in microseconds."""

    now_us: int
    ticks_us: int


@dataclass(frozen=True, slots=True)
class Believed:
    """The time of reception to stamp, and the reading that later ones are compared with."""

    received_at_us: int
    anchor: Reading


def believed_time(anchor: Reading, reading: Reading, last_us: int, told_us: tuple[int, ...]) -> Believed:
    """The time to stamp; `last_us` is that of the newest entry (0: none), `told_us` when the events happened.

    Raises:
        ClockNotBelievedError: CLOCK_BEHIND the newest entry, CLOCK_JUMPED since the process began, or CLOCK_AHEAD of
            all that is known.
    """
    now_us = reading.now_us
    if last_us - now_us > TOLERANCE_US:
        raise ClockNotBelievedError("CLOCK_BEHIND", "the newest entry is later than the clock")
    drift_us = (now_us - anchor.now_us) - (reading.ticks_us - anchor.ticks_us)
    if abs(drift_us) > TOLERANCE_US:
        if not any(abs(now_us - at_us) <= TOLERANCE_US for at_us in told_us):
            raise ClockNotBelievedError("CLOCK_JUMPED", "the clock was set while the journal ran")
        anchor = reading  # a producer's clock says the same: it was set right
    if last_us and now_us - last_us > QUIET_US and not any(abs(now_us - at_us) <= QUIET_US for at_us in told_us):
        raise ClockNotBelievedError("CLOCK_AHEAD", "the clock is days ahead of the newest entry and of every event")
    return Believed(max(now_us, last_us), anchor)


@dataclass(frozen=True, slots=True)
class ClockMark:
    """Where both clocks stood when retention looked; `start` says which start of which machine the ticks are of."""

    reading: Reading
    start: str


@dataclass(frozen=True, slots=True)
class WatchedClock:
    """Where the clock stood when retention looked last, and since when which jump keeps it from destroying."""

    mark: ClockMark
    problem: str = ""
    suspended_at_us: int = 0


def jump_since(mark: ClockMark, now: ClockMark) -> str:
    """Why the clock cannot be believed with what is destroyed for good; nothing when it can.

    CLOCK_JUMPED: calendar and ticks of one machine went apart. Of two machines, or after a restart of one, ticks say
    nothing: CLOCK_BEHIND when the calendar went back, CLOCK_UNWATCHED when it is more than a day later. So a jump that
    nobody sees is shorter than a day, which is what `retention.MARGIN` waits for.
    """
    passed_us = now.reading.now_us - mark.reading.now_us
    if now.start == mark.start:
        drift_us = passed_us - (now.reading.ticks_us - mark.reading.ticks_us)
        return "CLOCK_JUMPED" if abs(drift_us) > TOLERANCE_US else ""
    if passed_us < -TOLERANCE_US:
        return "CLOCK_BEHIND"
    return "CLOCK_UNWATCHED" if passed_us > QUIET_US else ""

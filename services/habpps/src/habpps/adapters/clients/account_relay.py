"""The threads that push account commands (woken after each act, and by time for what must be tried again) and that
remind those who leave soon."""

from collections.abc import Callable
from datetime import timedelta

from servicekit.background import Repeating, Rhythm

LONGEST_PAUSE = timedelta(seconds=2)
BETWEEN_REMINDERS = timedelta(hours=1)


def account_relay(push: Callable[[], object]) -> Repeating:
    """Return the repeating thread of a `PushAccountCommands`; whoever announces an act wakes it."""
    return Repeating("account-relay", push, Rhythm(every=LONGEST_PAUSE))


def departure_reminders(remind: Callable[[], object]) -> Repeating:
    """Return the repeating thread of a `RemindDepartures`."""
    return Repeating("departure-reminders", remind, Rhythm(every=BETWEEN_REMINDERS))

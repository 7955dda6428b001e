"""The thread that pushes account commands: woken by each act, and by time for what must be tried again."""

import threading
from datetime import timedelta

from habpps.use_cases.ports import Signal
from habpps.use_cases.push_account_commands import PushAccountCommands
from servicekit.errors import ServiceError
from servicekit.logging import get_logger

LONGEST_PAUSE = timedelta(seconds=2)

log = get_logger("habpps.account_relay")


class AccountRelay:
    """A `Background` of servicekit.process."""

    name = "account-relay"

    def __init__(self, push: PushAccountCommands, signal: Signal) -> None:
        """`signal` is announced after each act."""
        self._push = push
        self._signal = signal
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._problem: str | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Let the pass under way finish."""
        self._stopping.set()
        self._signal.announce()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def problem(self) -> str | None:
        """Say what keeps commands waiting; acts go on meanwhile."""
        return self._problem

    def _run(self) -> None:
        while not self._stopping.is_set():
            seen = self._signal.count()
            pause: timedelta | None = LONGEST_PAUSE
            try:
                pause = self._push()
                self._problem = None
            except ServiceError as failure:
                self._problem = f"account commands wait: {failure.reason}"
                log.warning("account commands could not be read", reason=failure.reason)
            self._signal.wait(seen, min(pause or LONGEST_PAUSE, LONGEST_PAUSE).total_seconds())

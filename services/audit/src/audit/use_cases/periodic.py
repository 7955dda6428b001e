"""Work that comes again and again beside the requests: signing the tree, looking for missing numbers."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from audit.domain.refusals import JournalDamagedError
from audit.use_cases.ports import Alarms
from servicekit.errors import ServiceError

_STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Work:
    """What is done, how often; `at_end` does it once more when the process stops."""

    name: str
    every: timedelta
    run: Callable[[], object]
    at_end: bool = False


class Periodically:
    """A `Background` of the process. A failure is said once and tried again; a damaged journal stops the work."""

    def __init__(self, work: Work, alarms: Alarms, on_damage: Callable[[str], None]) -> None:
        self.name = work.name
        self._work = work
        self._alarms = alarms
        self._on_damage = on_damage
        self._stopping = threading.Event()
        self._damage: str | None = None
        self._failing = ""
        self._thread = threading.Thread(target=self._run, name=work.name, daemon=True)

    def start(self) -> None:
        """Begins; the first time is at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after what is begun."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(_STOP_SECONDS)
        if self._work.at_end and self._damage is None:
            self._once()

    def problem(self) -> str | None:
        """The sentence about a damaged journal; nothing else stops this process from answering."""
        return self._damage

    def _run(self) -> None:
        while self._damage is None:
            self._once()
            if self._stopping.wait(self._work.every.total_seconds()):
                return

    def _once(self) -> None:
        try:
            self._work.run()
        except JournalDamagedError as error:
            self._damage = str(error)
            self._alarms.raised("JOURNAL_DAMAGED", {"problem": str(error)})
            self._on_damage(self._damage)
        except (ServiceError, OSError) as error:
            reason = error.reason if isinstance(error, ServiceError) else type(error).__name__
            if reason != self._failing:
                self._alarms.raised("WORK_FAILED", {"work": self.name, "reason": reason})
            self._failing = reason
        else:
            self._failing = ""

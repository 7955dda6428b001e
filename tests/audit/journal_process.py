"""A process of the journal that a test starts: `python -m tests.audit.journal_process FOLDER URL GUARD_URL`.

Reads lines `NUMBER EVENTS` (pickled, base64), answers `NUMBER ok` or `NUMBER refused`, and says `leads` each time it
begins to lead.
"""

import base64
import pickle
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from audit.adapters.background import LEADER_LOCK, Leadership
from audit.bootstrap import Core, build_core, repeating
from servicekit.background import Rhythm
from servicekit.clock import SystemClock
from servicekit.database import open_database
from servicekit.database.session_lock import open_lock
from servicekit.errors import ServiceError
from servicekit.process import Background
from tests.audit.builders import settings_in

LOOK_EVERY = timedelta(milliseconds=200)


class Told:
    """What the process says to the test."""

    def __init__(self, core: Core, leadership: Leadership) -> None:
        self._core, self._leadership = core, leadership
        self._lock = threading.Lock()
        self._led = False

    def say(self, line: str) -> None:
        """One line at a time."""
        with self._lock:
            print(line, flush=True)

    def sign(self) -> None:
        """As the service does."""
        if self._leadership.leads():
            self._core.use_cases.publish()

    def watch(self) -> None:
        """Says when it begins or ceases to lead."""
        led, self._led = self._led, self._leadership.leads()
        if led != self._led:
            self.say("leads" if self._led else "follows")

    def answer(self, line: str) -> None:
        """Appends what a line holds."""
        number, told = line.split()
        events = pickle.loads(base64.b64decode(told))
        try:
            self._core.use_cases.append(events[0].place.service, events, 5.0)
        except ServiceError as error:
            self.say(f"{number} refused {error.reason}")
        else:
            self.say(f"{number} ok")


def main() -> None:
    """Runs until the end of its input."""
    folder, url, guard_url = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    own = {"key_directory": folder.parent / "keys", "guard_url": guard_url}
    settings = settings_in(folder, url).model_copy(update=own)
    database = open_database(url, threads=12)
    leadership = Leadership(open_lock(url, LEADER_LOCK), LOOK_EVERY)
    core = build_core(settings, database, SystemClock(), leadership.leads)
    core.check_evidence()
    told = Told(core, leadership)
    quick = Rhythm(timedelta(milliseconds=50), at_end=True)
    signing = repeating("signing", told.sign, quick, core.sequencer)
    watching = repeating("watch", told.watch, quick, core.sequencer)
    threads: list[Background] = [leadership, signing, core.sequencer, watching]
    for one in threads:
        one.start()
    with ThreadPoolExecutor(8) as pool:
        for line in sys.stdin:
            pool.submit(told.answer, line)
    for one in reversed(threads):
        one.stop()
    core.outside.close()
    database.close()


if __name__ == "__main__":
    main()

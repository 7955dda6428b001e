"""The repeating work of the journal: what goes wrong is told and tried again; damage stops it and all writing."""

import threading
from datetime import timedelta
from pathlib import Path

from audit.bootstrap import repeating
from audit.domain.refusals import JournalDamagedError
from servicekit.background import Rhythm
from tests.audit.builders import FakeProducer, journal


def test_work_that_fails_in_any_way_is_tried_again_and_damage_stops_all_writing(
    tmp_path: Path, sqlite_url: str
) -> None:
    failures: list[Exception] = [OSError("x"), KeyError("x"), AssertionError(), JournalDamagedError("damaged")]
    done = threading.Event()

    def run() -> None:
        failure = failures.pop(0)
        if not failures:
            done.set()
        raise failure

    with journal(tmp_path, sqlite_url) as opened:
        opened.append(FakeProducer().event())
        work = repeating("signing", run, Rhythm(timedelta(milliseconds=1), at_end=True), opened.core.sequencer)
        work.start()
        assert done.wait(10)
        work.stop()
        assert work.problem() == "damaged"
        assert opened.core.sequencer.problem() == "damaged"
        assert failures == []

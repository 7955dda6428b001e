"""kill -9 in the middle of recording: what was released is there with its record, and no number is missing."""

import subprocess
import sys

from servicekit.database import open_database
from tests.servicekit.database.builders import all_things
from tests.servicekit.outbox.builders import assert_chains_hold, create_tables, stored_events
from tests.servicekit.outbox.conftest import service_on

RELEASED_BEFORE_THE_KILL = 60


def test_what_a_killed_process_had_released_is_recorded_without_a_hole(database_url: str) -> None:
    database = open_database(database_url)
    create_tables(database)
    database.close()
    command = [sys.executable, "-m", "tests.servicekit.outbox.killed_writer", database_url]

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        released = [process.stdout.readline().strip() for _ in range(RELEASED_BEFORE_THE_KILL)]
        process.kill()
        released += process.stdout.read().split("\n")[:-1]

    database = open_database(database_url)
    things, events = database.read(all_things), stored_events(database)
    assert set(released) <= set(things)
    assert len(things) == len(events)
    assert_chains_hold(events)

    successor = service_on(database)
    successor.relay.start()
    successor.relay.stop()
    assert stored_events(database, pending_only=True) == []
    database.close()

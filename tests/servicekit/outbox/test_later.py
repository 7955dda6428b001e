"""A command records its events beside any service, however long nobody delivers."""

from datetime import timedelta

import pytest

from servicekit.audit_events import Policy
from servicekit.database import Database
from servicekit.outbox import LaterDelivery, RecordingUnitOfWork
from tests.promises import promise
from tests.servicekit.fakes import FixedClock
from tests.servicekit.outbox.builders import SqlThings, adding, assert_chains_hold, stored_events


@promise("product:commands-come-before-services")
@pytest.mark.parametrize("policy", ["strict", "buffered"])
@pytest.mark.parametrize("pause", [timedelta(seconds=70), timedelta(days=3)])
def test_commands_one_after_another_are_not_held_back_by_events_that_nobody_delivers_yet(
    database: Database, policy: Policy, pause: timedelta
) -> None:
    clock = FixedClock()
    for name in ("first", "second", "third"):
        command = LaterDelivery(database, "cdap", clock)
        assert RecordingUnitOfWork(database, SqlThings, command).record(adding(name, policy=policy)) == name
        clock.advance(pause)
    kept = stored_events(database, pending_only=True)
    assert len(kept) == 3
    assert_chains_hold(kept)

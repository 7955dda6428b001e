"""A poisoned row in any queue of any service: set aside, told by health and metrics, shown; those behind it go on.

The queues are those that the real bootstraps name, and each place that works one off must name one of them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest

from servicekit.clock import SystemClock
from servicekit.database import Database, open_database
from servicekit.outbox import store
from servicekit.outbox.chain import Chains
from tests.architecture.tree import ROOT, own_python
from tests.promises import promise
from tests.whole.house import SERVICES, Whole, wait_until
from tests.whole.poison import POISON, one_value, run, some_events
from tests.whole.test_threads import replaced

IN_MEMORY = {("audit", "events to record")}
"""Its poison comes from a producer: the last test."""


def test_each_queue_of_a_service_is_in_these_tests(house: dict[str, Whole]) -> None:
    found = {(service, queue.name) for service, whole in house.items() for queue in whole.process.queues}
    assert found == POISON.keys() | IN_MEMORY


def _queues_worked_off() -> Iterator[tuple[str, str]]:
    """(service, name) of each `each_apart(…, queue=…)`."""
    for path in own_python():
        if path.parts[0] != "services":
            continue
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.keyword) and node.arg == "queue":
                module = import_module(".".join(path.with_suffix("").parts[path.parts.index("src") + 1 :]))
                name = node.value
                yield path.parts[1], getattr(module, name.id) if isinstance(name, ast.Name) else ast.literal_eval(name)


def test_each_queue_that_is_worked_off_is_named_by_its_bootstrap(house: dict[str, Whole]) -> None:
    worked_off = set(_queues_worked_off())
    named = {(service, queue.name) for service, whole in house.items() for queue in whole.process.queues}
    assert worked_off
    assert worked_off <= named


@contextmanager
def _opened(whole: Whole) -> Iterator[Database]:
    database = open_database(whole.settings.database_url, threads=1)
    try:
        yield database
    finally:
        database.close()


@promise("product:poison-is-set-aside")
@pytest.mark.parametrize(("service", "queue"), POISON, ids=[" ".join(one) for one in POISON])
def test_a_poisoned_row_is_set_aside_told_and_shown_and_those_behind_it_go_on(
    house: dict[str, Whole], service: str, queue: str
) -> None:
    whole, note = house[service], f"queue {queue}"
    before = whole.figure("partenaire_queue_set_aside", queue=queue) if queue == "expired sessions" else 0.0
    assert before is not None
    with _opened(whole) as database:
        poisoned = POISON[service, queue](whole, database)
        wait_until(poisoned.went_on, f"{queue}: the next one")
        wait_until(poisoned.shown, f"{queue}: the poisoned one")
        wait_until(lambda: whole.figure("partenaire_queue_set_aside", queue=queue) == before + 1, "the metrics")
        wait_until(lambda: "set aside" in whole.running.health.problems().get(note, ""), "a note of health")
        assert whole.figure("partenaire_health_note", check=note) == 1.0
        notes = {f"queue {one.name}" for one in whole.process.queues}
        assert whole.running.health.problems().keys() <= notes, "only notes"
        assert [task.problem() for task in whole.process.tasks() if task.problem()] == []
        poisoned.clean()
    if queue != "expired sessions":
        wait_until(lambda: whole.figure("partenaire_queue_set_aside", queue=queue) == before, "the metrics")


@promise("product:poison-is-set-aside")
def test_an_event_that_makes_the_journal_fail_is_set_aside_by_its_producer_and_the_others_are_recorded(
    house: dict[str, Whole],
) -> None:
    audit, cdap = house["audit"], house["cdap"]
    sequencer = audit.background("sequencer")
    events = some_events("cdap", 5)
    poisoned = events[2].event_id
    with replaced(sequencer, "_record", _failing_at(poisoned, sequencer._record)), _opened(cdap) as database:
        database.write(
            lambda connection: store.insert(connection, Chains("cdap").append(connection, events), SystemClock().now())
        )
        wait_until(lambda: [one.event_id for one in database.read(store.all_set_aside)] == [poisoned], "set aside")
        acknowledged = "SELECT count(*) FROM outbox WHERE acknowledged_at IS NOT NULL AND event_id IN "
        others = ", ".join(f"'{one.event_id}'" for one in events if one.event_id != poisoned)
        wait_until(lambda: one_value(database, f"{acknowledged} ({others})") == len(events) - 1, "the others")
        note = "queue events to record"
        wait_until(lambda: note in audit.running.health.problems(), "a note of health")
        assert (audit.figure("partenaire_queue_set_aside", queue="events to record") or 0) > 0
        assert "Leroy" not in str(audit.running.health.problems()) + audit.exposition()
        assert audit.running.health.problems().keys() == {note}
        run(database, "DELETE FROM outbox WHERE event_id = :id", id=poisoned)
    wait_until(lambda: not sequencer.problem(), "the journal well")
    wait_until(lambda: cdap.figure("partenaire_queue_set_aside", queue="audit outbox") == 0.0, "the metrics")


def _failing_at(event_id: str, record: Any) -> Any:
    """`record`, which makes a mistake at this event."""

    def fails(requests: Any) -> Any:
        if any(one.act.event_id == event_id for request in requests for one in request):
            raise ValueError("planted: Anne Leroy")
        return record(requests)

    return fails


def test_the_services_are_those_of_the_house(house: dict[str, Whole]) -> None:
    assert set(house) == set(SERVICES)

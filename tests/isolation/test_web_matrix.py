"""Who reaches what through the pages of the four services: every route and every actor, tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest
import sqlalchemy as sa

from servicekit.database import open_database
from tests.isolation.cast import ACTORS, CANARY, NOT_FOR
from tests.isolation.matrix import TABLE, Observed, Row, cells, observe, routes, rows
from tests.isolation.stage import World
from tests.promises import promise

ROWS = tuple(rows())
KEEPS_TRACE = frozenset({"outbox", "web_session", "web_form_answer", "web_seen_once", "kept_result", "replica"})
"""Tables that reading and refusing may write."""
WORKED_OFF = "account_command"
"""Its rows stay; the relay counts its attempts in them meanwhile."""


@pytest.fixture(scope="module")
def untouched(world: World) -> Iterator[Callable[[], Mapping[str, list[str]]]]:
    """What habpps holds, but for the traces of reading and refusing."""
    database = open_database(world.house["habpps"].settings.database_url, threads=1)

    def contents(connection: sa.Connection) -> Mapping[str, list[str]]:
        tables = sorted(set(sa.inspect(connection).get_table_names()) - KEEPS_TRACE)
        found: dict[str, list[str]] = {}
        for table in tables:
            known = "id" if table == WORKED_OFF else "*"
            rows = connection.execute(sa.text(f"SELECT {known} FROM {table}"))
            found[table] = sorted(repr(tuple(row)) for row in rows)
        return found

    try:
        yield lambda: database.read(contents)
    finally:
        database.close()


@pytest.fixture(scope="module")
def observed(world: World, untouched: Callable[[], Mapping[str, list[str]]]) -> Observed:
    """Every cell, tried once; nothing of the register changes by it."""
    before = untouched()
    found = observe(world)
    after = untouched()
    changed = [table for table in before if before[table] != after[table]]
    assert changed == [], "somebody who should be refused, or an empty form, changed the register"
    return found


def test_every_route_has_a_row_and_every_row_a_route(world: World) -> None:
    known, found = [row.key for row in ROWS], set(routes(world))
    new = sorted(found - set(known))
    gone = sorted(set(known) - found)
    assert new == [], f"write a row for each actor into {TABLE.name} (python -m tests.isolation.matrix prints them)"
    assert gone == [], f"rows of {TABLE.name} whose route is gone"
    assert len(known) == len(set(known)), "a row twice"


@promise("isolation:every-route-and-actor")
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_actor_gets_at_a_route_what_the_table_says(observed: Observed, row: Row) -> None:
    found = observed.get(row.key)
    assert found is not None, f"no such route: {row}"
    wrong = {
        actor: f"{one.outcome}, {expected} expected"
        for actor, one, expected in zip(ACTORS, found, row.outcomes, strict=True)
        if one.outcome != expected
    }
    assert wrong == {}, f"{row} {cells(found)}"


@promise("isolation:no-canary")
def test_no_answer_names_what_its_reader_may_not_see(observed: Observed) -> None:
    leaks = [
        f"{' '.join(key)}: {actor} sees {sorted(one.names & NOT_FOR[actor])}"
        for key, found in observed.items()
        for actor, one in zip(ACTORS, found, strict=True)
        if one.names & NOT_FOR[actor]
    ]
    assert leaks == []


def test_the_canaries_are_seen_by_those_who_may(observed: Observed) -> None:
    def seen(service: str, rule: str, actor: str, method: str = "GET") -> frozenset[str]:
        return observed[service, method, rule][list(ACTORS).index(actor)].names

    assert {"Alphaville", "Betaville", "Deltaville"} <= seen("habpps", "/organismes", "caf")
    assert "Gammaville" in seen("habpps", "/organismes", "caf_2")
    assert {"Alphapro", "Groupe-Alphaville"} <= seen("habpps", "/utilisateurs/<user_id>", "partner")
    assert "Deltapro" in seen("habpps", "/utilisateurs/<user_id>", "suspended")
    assert CANARY in seen("cdap", "/consultation", "pro", "SEND")
    assert "Logiciel-Cafneuf" in seen("auth", "/administration/clients", "caf")
    assert seen("audit", "/recherches/<uuid:search_id>", "auditor")

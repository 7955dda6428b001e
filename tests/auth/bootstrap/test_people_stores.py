"""What is kept of the sign-ins of people, on the fakes, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from auth.bootstrap.repositories import SqlRepositories
from auth.ground.adapters.database.tables import session as session_table
from auth.people.domain.factors import Factor, FactorKind
from auth.people.domain.sessions import SessionLimits
from auth.people.domain.steps import Step
from servicekit.database import open_database
from tests.auth.bootstrap.repository_builders import NOW, SECOND, Run, a_session

StoredRun = tuple[Run, Callable[[Any], Any]]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stored_run(request: pytest.FixtureRequest) -> Iterator[StoredRun]:
    """As `run`, and what executes a statement of its own."""
    url = request.getfixturevalue(f"{request.param}_url")
    database = open_database(url)
    yield (
        lambda work: database.write(lambda connection: work(SqlRepositories(connection))),
        lambda statement: database.write(lambda connection: connection.execute(statement)),
    )
    database.close()


def test_a_session_keeps_its_factors_and_what_remains(run: Run) -> None:
    factors = (Factor(FactorKind.PASSWORD, NOW - SECOND),)
    pending = (Step.CHOOSE_PASSWORD, Step.CHOOSE_ORGANISATION)
    run(lambda repos: repos.sessions.add(a_session(factors=factors, pending=pending)))
    found = run(lambda repos: repos.sessions.find("s1"))
    assert (found.factors, found.pending) == (factors, pending)
    assert run(lambda repos: repos.sessions.open_of("a1")) == [found]
    left = replace(found, pending=(Step.CHOOSE_ORGANISATION,), cookie_hash="another")
    assert run(lambda repos: repos.sessions.keep_pending(left))
    found = run(lambda repos: repos.sessions.find_by_cookie("c1"))
    assert found.pending == (Step.CHOOSE_ORGANISATION,)
    run(lambda repos: repos.sessions.save(replace(found, factors=(), pending=())))
    assert run(lambda repos: repos.sessions.find("s1")).is_finished
    run(lambda repos: repos.sessions.end("s1", NOW))
    assert not run(lambda repos: repos.sessions.keep_pending(left))


@pytest.mark.parametrize("stored", ["second_factor", "choose_password retina_scan", "retina_scan", "unknown"])
def test_a_step_that_this_version_cannot_show_leaves_nobody_signed_in(stored_run: StoredRun, stored: str) -> None:
    """As an older version finds what a newer one wrote."""
    run, execute = stored_run
    run(lambda repos: repos.sessions.add(a_session()))
    execute(update(session_table).values(pending=stored, factors="pwd:1 retina:2 pwd:x"))
    found = run(lambda repos: repos.sessions.find("s1"))
    assert found.pending == (Step.UNKNOWN,)
    assert not found.is_alive(SessionLimits(), NOW)
    assert found.amr == ("pwd",)

"""The stores of auth, three times: the fakes, SQLite, PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from auth.bootstrap.repositories import SqlRepositories
from servicekit.database import open_database
from tests.auth.bootstrap.repository_builders import Run
from tests.auth.fakes import InMemoryRepos


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """Runs work in a transaction."""
    if request.param == "memory":
        repos = InMemoryRepos()
        yield lambda work: work(repos)
        return
    url = request.getfixturevalue(f"{request.param}_url")
    database = open_database(url)
    yield lambda work: database.write(lambda connection: work(SqlRepositories(connection)))
    database.close()

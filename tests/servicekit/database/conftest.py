"""An open database with one small table, on both engines."""

from collections.abc import Iterator

import pytest

from servicekit.database import Database, open_database
from tests.servicekit.database.builders import create_things


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = open_database(database_url, threads=16)
    create_things(database)
    yield database
    database.close()

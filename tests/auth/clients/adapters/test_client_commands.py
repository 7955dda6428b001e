"""`auth clients` and `auth registration-tokens`, run in process on a database of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auth.__main__ import main
from auth.bootstrap.repositories import SqlRepositories
from auth.clients.domain.clients import Client
from servicekit.database import open_database
from servicekit.identifiers import hash_secret
from tests.auth.builders import SECRET, a_client
from tests.auth.conftest import MIGRATIONS
from tests.databases import SqliteFiles

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def store(tmp_path: Path, sqlite_files: SqliteFiles) -> Callable[[Callable[[SqlRepositories], Any]], Any]:
    """Writes to, or reads from, the database that the commands work on."""
    url = sqlite_files.copy(MIGRATIONS, tmp_path / "auth.sqlite3")

    def within(work: Callable[[SqlRepositories], Any]) -> Any:
        database = open_database(url)
        try:
            return database.write(lambda connection: work(SqlRepositories(connection)))
        finally:
            database.close()

    within(lambda repos: repos.clients.save(a_client()))
    return within


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], store: object) -> Run:
    """A command: exit code, what it wrote, what it complained of."""
    monkeypatch.setenv("AUTH_DATA_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("AUTH_ENVIRONMENT", "test")

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        written = capsys.readouterr()
        return code, written.out, written.err

    return command


def test_the_list_tells_the_clients_apart(run: Run) -> None:
    code, output, _ = run("clients", "list")
    heading, line = output.splitlines()
    assert code == 0
    assert heading.split() == ["client_id", "owner", "extranet", "profile", "authentication", "state", "name"]
    assert line.split() == ["cdap", "national", "cdap", "baseline", "client_secret_basic", "enabled", "CDAP"]


def test_a_client_is_shown_without_its_secret(run: Run) -> None:
    code, output, _ = run("clients", "show", "cdap")
    assert code == 0
    shown = json.loads(output)
    assert shown["redirect_uris"] == ["http://localhost:8402/retour"]
    assert not {"secret", "secret_hash"} & shown.keys()
    assert hash_secret(SECRET) not in output


def test_a_client_is_disabled_enabled_and_deleted(run: Run, store: Any) -> None:
    def found() -> Client | None:
        client: Client | None = store(lambda repos: repos.clients.find("cdap"))
        return client

    assert run("clients", "disable", "cdap")[:2] == (0, "cdap is disabled\n")
    assert "disabled" in run("clients", "list")[1]
    client = found()
    assert client is not None
    assert client.enabled is False
    assert run("clients", "enable", "cdap")[:2] == (0, "cdap is enabled\n")
    client = found()
    assert client is not None
    assert client.enabled is True
    assert run("clients", "delete", "cdap")[:2] == (0, "cdap is deleted\n")
    assert found() is None


def test_a_renewed_secret_is_shown_once_and_kept_as_a_hash(run: Run, store: Any) -> None:
    code, output, _ = run("clients", "renew-secret", "cdap")
    assert code == 0
    secret = output.splitlines()[0].removeprefix("secret=")
    client: Client = store(lambda repos: repos.clients.find("cdap"))
    assert client.is_secret(hash_secret(secret))
    assert not client.is_secret(hash_secret(SECRET))


@pytest.mark.parametrize("action", ["show", "disable", "enable", "delete", "renew-secret"])
def test_an_unknown_client_gets_one_sentence(run: Run, action: str) -> None:
    assert run("clients", action, "unknown") == (2, "", "auth: no such client\n")


def test_a_token_for_registration_is_made_listed_and_revoked(run: Run, store: Any) -> None:
    code, output, _ = run(
        "registration-tokens", "create", "--name", "Alpha", "--owner", "921", "--days", "30", "--uses", "3"
    )
    assert code == 0
    token = output.splitlines()[0].removeprefix("token=")
    kept = store(lambda repos: repos.initial_access_tokens.find(hash_secret(token)))
    assert (kept.name, kept.uses_left) == ("Alpha", 3)
    _, listed, _ = run("registration-tokens", "list")
    assert listed.splitlines()[1].split()[:2] == ["Alpha", "921"]
    assert token not in listed
    assert run("registration-tokens", "create", "--name", "Alpha", "--owner", "921")[0] == 2
    assert run("registration-tokens", "revoke", "Alpha")[:2] == (0, "Alpha is revoked\n")
    assert run("registration-tokens", "revoke", "Alpha")[0] == 2
    assert store(lambda repos: repos.initial_access_tokens.all()) == []


def test_limits_of_a_token_are_said(run: Run) -> None:
    code, _, complaint = run("registration-tokens", "create", "--name", "Alpha", "--owner", "921", "--days", "1000")
    assert code == 2
    assert "1 to 366" in complaint


def test_every_act_of_the_operator_waits_for_audit(run: Run, tmp_path: Path) -> None:
    for arguments in (
        ("clients", "disable", "cdap"),
        ("registration-tokens", "create", "--name", "Alpha", "--owner", "921"),
    ):
        assert run(*arguments)[0] == 0
    database = open_database(f"sqlite:///{tmp_path / 'auth.sqlite3'}")
    staged = database.read(lambda connection: connection.exec_driver_sql("SELECT * FROM outbox").fetchall())
    database.close()
    told = repr(staged)
    assert "auth.client.disabled" in told
    assert "auth.registration_token.created" in told
    assert "operator" in told

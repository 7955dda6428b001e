"""Mails over real SMTP, logout calls over real HTTP, the threads, the commands."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from auth.__main__ import main
from auth.adapters.clients.guarded_fetch import GuardedFetch
from auth.adapters.clients.logout_calls import HttpLogoutCalls
from auth.adapters.clients.smtp_mailer import MailNotSentError, SmtpMailer, SmtpOptions
from auth.adapters.clients.workers import LogoutWorker, Repeated
from auth.domain.mails import Message
from auth.use_cases.ports import LogoutAnswer
from servicekit.commands import migrations_folder
from servicekit.database import migrate
from servicekit.errors import DependencyUnavailableError
from tests.auth.builders import SECRET, Provider
from tests.auth.conftest import MIGRATIONS


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Inbox:
    """An SMTP handler that keeps what comes."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.received.append(envelope.content)
        return "250 OK"


def test_a_mail_arrives_with_its_accents() -> None:
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=a_free_port())
    controller.start()
    try:
        mailer = SmtpMailer(SmtpOptions("127.0.0.1", controller.port, "Partenaire <x@partenaire.invalid>"))
        mailer.send(Message("chloe@commune.example", "Votre identifiant à garder", "Bonjour Chloé,\n"))
    finally:
        controller.stop()
    mail = message_from_bytes(inbox.received[0], policy=policy.default)
    assert mail["Subject"] == "Votre identifiant à garder"
    assert mail["To"] == "chloe@commune.example"
    assert "Bonjour Chloé," in mail.get_content()


def test_an_absent_mail_server_is_a_clear_failure() -> None:
    mailer = SmtpMailer(SmtpOptions("127.0.0.1", a_free_port(), "x@partenaire.invalid"))
    with pytest.raises(MailNotSentError) as failed:
        mailer.send(Message("secret.name@commune.example", "s", "t"))
    assert "secret.name" not in str(failed.value)


@pytest.fixture
def relying_party() -> Iterator[tuple[str, list[str]]]:
    """A client's back channel: /ok takes the token, /refuses refuses it, the others cannot now."""
    bodies: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response({"/ok": 200, "/refuses": 400, "/moved": 302}.get(self.path, 503))
            self.send_header("Location", "/ok")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", bodies
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("guarded", [False, True])
def test_a_logout_token_is_posted_as_a_form(relying_party: tuple[str, list[str]], *, guarded: bool) -> None:
    address, bodies = relying_party
    calls = HttpLogoutCalls(GuardedFetch(allow_loopback=True))
    paths = ("/ok", "/refuses", "/down", "/moved")
    answers = [calls.post(f"{address}{path}", "the.logout.token", guarded=guarded) for path in paths]
    assert answers == [LogoutAnswer.TAKEN, LogoutAnswer.REFUSED, LogoutAnswer.NONE, LogoutAnswer.NONE]
    assert calls.post(f"http://127.0.0.1:{a_free_port()}/gone", "x", guarded=guarded) is LogoutAnswer.NONE
    calls.close()
    assert bodies == ["logout_token=the.logout.token"] * 4


def test_a_client_that_registered_by_itself_cannot_point_its_logout_at_this_machine(
    relying_party: tuple[str, list[str]],
) -> None:
    address, bodies = relying_party
    calls = HttpLogoutCalls(GuardedFetch(allow_loopback=False))
    assert calls.post(f"{address}/ok", "the.logout.token", guarded=True) is LogoutAnswer.NONE
    assert bodies == []


def test_a_thread_goes_on_after_a_failure_and_ends_when_told() -> None:
    rounds: list[int] = []

    def task() -> None:
        rounds.append(1)
        if len(rounds) == 1:
            raise DependencyUnavailableError("not now", reason="NOT_NOW")

    worker = Repeated("test", task, timedelta(minutes=5))
    worker.start()
    assert worker.wait_until(lambda: len(rounds) >= 2, timedelta(seconds=10))
    assert worker.problem() is None
    worker.stop()


def test_the_logout_worker_delivers_at_once_and_says_how_many(stored_provider: Provider) -> None:
    provider = stored_provider
    worker = LogoutWorker(provider.tell_clients)
    worker.start()
    session_id = provider.sign_in().session.session_id
    provider.work.write(lambda repos: repos.sessions.remember_client(session_id, "cdap"))
    provider.work.write(lambda repos: repos.sessions.remember_client(session_id, "mon-enfant"))
    provider.calls.deaf.add("http://localhost:8410/backchannel-logout")
    provider.use_cases.sign_out(session_id)
    report = worker.report(session_id, timedelta(milliseconds=300))
    worker.stop()
    assert (report.done, report.total) == (1, 2)


def make_tables(folder: Path) -> None:
    """What the command `migrate` does."""
    migrate(f"sqlite:///{folder / 'auth.sqlite3'}", migrations_folder(MIGRATIONS))


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: str, environment: str = "test") -> int:
    monkeypatch.setenv("AUTH_DATA_DIRECTORY", str(folder))
    monkeypatch.setenv("AUTH_ENVIRONMENT", environment)
    return main(arguments)


def test_the_commands_prepare_a_provider(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = {"client_id": "cdap", "code": "cdap", "name": "CDAP", "secret": SECRET, "scope": "openid cdap"}
    clients = tmp_path / "clients.json"
    clients.write_text(json.dumps({"clients": [entry | {"redirect_uris": ["http://localhost:8402/retour"]}]}))
    person = {"account_id": "a1", "username": "cafadmin-0001", "given_name": "Anne", "family_name": "Leroy"}
    accounts = tmp_path / "accounts.toml"
    lines = {**person, "email": "a@caf.example", "password": "brouette lampe nuage"}
    accounts.write_text("[[accounts]]\n" + "".join(f'{name} = "{value}"\n' for name, value in lines.items()))
    folder = tmp_path / "data"
    assert run(monkeypatch, folder, "import-clients", str(clients)) == 2
    assert "migrate" in capsys.readouterr().err
    make_tables(folder)
    assert run(monkeypatch, folder, "import-clients", str(clients)) == 0
    assert run(monkeypatch, folder, "import-clients", str(clients)) == 0
    assert run(monkeypatch, folder, "import-accounts", str(accounts)) == 0
    assert run(monkeypatch, folder, "import-accounts", str(accounts)) == 0
    output = capsys.readouterr().out
    assert "1 clients registered or changed\n0 clients registered or changed\n" in output
    assert "1 new accounts\n0 new accounts\n" in output
    person_arguments = ("--given-name", "Zoé", "--family-name", "Arc", "--email", "zoe@caf.example")
    assert run(monkeypatch, folder, "create-account", *person_arguments) == 0
    assert "username=zarc-" in capsys.readouterr().out


def test_known_passwords_are_for_demonstrations_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, tmp_path, "import-accounts", "x.json", environment="production") == 2
    assert "demo and test only" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["{", '{"other": []}', '{"clients": [1]}', '{"clients": [{"client_id": "x"}]}'])
def test_a_wrong_file_gets_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    make_tables(tmp_path)
    path = tmp_path / "clients.json"
    path.write_text(text)
    assert run(monkeypatch, tmp_path, "import-clients", str(path)) == 2
    assert capsys.readouterr().err.count("\n") == 1

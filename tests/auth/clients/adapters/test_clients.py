"""Mails over real SMTP, logout calls over real HTTP, the threads, the commands."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pydantic import ValidationError
from sqlalchemy import Connection

from auth.__main__ import main
from auth.bootstrap.repositories import SqlRepositories
from auth.ground.adapters.clients.guarded_fetch import GuardedFetch
from auth.people.adapters.background import LogoutWorker
from auth.people.adapters.clients.logout_calls import HttpLogoutCalls
from auth.people.adapters.clients.smtp_mailer import MailNotSentError, SmtpMailer, SmtpOptions
from auth.people.adapters.rpc.accounts import AccountsServicer
from auth.people.domain.logout import LogoutAnswer, LogoutNotice
from auth.people.domain.mails import MailKind, Message, QueuedMail
from auth.settings import AuthSettings
from partenaire.auth.v1 import accounts_pb2 as pb
from servicekit.clock import SystemClock
from servicekit.database import migrate, open_database
from servicekit.errors import InvalidInputError
from tests.auth.builders import SECRET, Provider
from tests.auth.conftest import MIGRATIONS
from tests.promises import promise


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
        mailer = SmtpMailer(
            SmtpOptions(host="127.0.0.1", port=controller.port, sender="Partenaire <x@partenaire.example>")
        )
        mailer.send(Message("chloe@commune.example", "Votre identifiant à garder", "Bonjour Chloé,\n"))
    finally:
        controller.stop()
    mail = message_from_bytes(inbox.received[0], policy=policy.default)
    assert mail["Subject"] == "Votre identifiant à garder"
    assert mail["To"] == "chloe@commune.example"
    assert "Bonjour Chloé," in mail.get_content()


def test_an_absent_mail_server_is_a_clear_failure() -> None:
    mailer = SmtpMailer(SmtpOptions(host="127.0.0.1", port=a_free_port(), sender="x@partenaire.example"))
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


@pytest.mark.parametrize("of_the_house", [False, True])
def test_a_logout_token_is_posted_as_a_form(relying_party: tuple[str, list[str]], *, of_the_house: bool) -> None:
    address, bodies = relying_party
    calls = HttpLogoutCalls(*[GuardedFetch(allow_loopback=True)] * 2)
    paths = ("/ok", "/refuses", "/down", "/moved")
    answers = [calls.post(f"{address}{path}", "the.logout.token", of_the_house=of_the_house) for path in paths]
    assert answers == [LogoutAnswer.TAKEN, LogoutAnswer.REFUSED, LogoutAnswer.NONE, LogoutAnswer.NONE]
    assert calls.post(f"http://127.0.0.1:{a_free_port()}/gone", "x", of_the_house=of_the_house) is LogoutAnswer.NONE
    assert bodies == ["logout_token=the.logout.token"] * 4


@pytest.mark.parametrize("of_the_house", [False, True])
def test_nobody_points_a_logout_at_this_machine(relying_party: tuple[str, list[str]], *, of_the_house: bool) -> None:
    address, bodies = relying_party
    calls = HttpLogoutCalls(*[GuardedFetch(allow_loopback=False)] * 2)
    assert calls.post(f"{address}/ok", "the.logout.token", of_the_house=of_the_house) is LogoutAnswer.NONE
    assert bodies == []


def test_the_logout_worker_delivers_at_once_and_says_how_many(stored_provider: Provider) -> None:
    provider = stored_provider
    worker = LogoutWorker(provider.tell_clients)
    worker.start()
    session_id = provider.sign_in().session.session_id
    provider.work.write(lambda repos: repos.sessions.remember_client(session_id, "cdap"))
    provider.work.write(lambda repos: repos.sessions.remember_client(session_id, "mon-enfant"))
    provider.calls.deaf.add("http://localhost:8410/backchannel-logout")
    provider.people.sign_out(session_id)
    report = worker.report(session_id, timedelta(milliseconds=300))
    worker.stop()
    assert (report.done, report.total) == (1, 2)


def make_tables(folder: Path) -> None:
    """What the command `migrate` does."""
    migrate(f"sqlite:///{folder / 'auth.sqlite3'}", MIGRATIONS)


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: str, environment: str = "test") -> int:
    monkeypatch.setenv("AUTH_DATA_DIRECTORY", str(folder))
    monkeypatch.setenv("AUTH_ENVIRONMENT", environment)
    return main(arguments)


def test_the_commands_prepare_a_provider(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = {
        "client_id": "cdap",
        "owner": "national",
        "code": "cdap",
        "name": "CDAP",
        "secret": SECRET,
        "scope": "openid cdap",
    }
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


@pytest.mark.parametrize(
    "email", ["mail.:jean@mairie.fr", "théo@mairie.fr", "\u200bjean@mairie.fr", "jean@", "a@b\r\nBcc: c@d.fr"]
)
@pytest.mark.parametrize("entrance", ["create-account", "import-accounts", "mail_sender", "gRPC"])
@promise("people:one-address-check")
def test_an_address_that_no_envelope_can_hold_is_refused_at_every_entrance(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], provider: Provider,
    entrance: str, email: str,
) -> None:  # fmt: skip
    make_tables(tmp_path)
    if entrance == "create-account":
        person = ("--given-name", "Zoé", "--family-name", "Arc", "--email", email)
        assert run(monkeypatch, tmp_path, entrance, *person) == 2
        assert "Traceback" not in capsys.readouterr().err
    elif entrance == "import-accounts":
        entry = {"account_id": "a1", "username": "x", "given_name": "A", "family_name": "B", "password": "p"}
        path = tmp_path / "accounts.json"
        path.write_text(json.dumps({"accounts": [{**entry, "email": email}]}))
        assert run(monkeypatch, tmp_path, entrance, str(path)) == 2
        assert "no address" in capsys.readouterr().err
    elif entrance == "mail_sender":
        with pytest.raises(ValidationError):
            AuthSettings.model_validate({"data_directory": tmp_path, "mail_sender": f"Partenaire <{email}>"})
    else:
        servicer = AccountsServicer(
            provider.people.manage_accounts, provider.people.change_person, lambda: None, lambda: None
        )
        asked = pb.CreateAccountRequest(
            command_id="c", account_id="a", given_name="A", family_name="B", email=email, owner="921"
        )
        with pytest.raises(InvalidInputError) as refused:
            servicer.CreateAccount(asked, None)
        assert set(refused.value.fields) == {"email"}


def test_an_operator_sees_what_is_stuck_and_has_it_tried_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_tables(tmp_path)
    with closing(open_database(f"sqlite:///{tmp_path / 'auth.sqlite3'}")) as database:
        now = SystemClock().now()

        def fill(connection: Connection) -> None:
            repos = SqlRepositories(connection)
            repos.mails.add(
                QueuedMail(mail_id="m1", account_id="a1", kind=MailKind.IDENTIFIER, queued_at=now, next_attempt_at=now)
            )
            repos.mails.set_aside("m1", "RECIPIENT_REFUSED", now)
            repos.logout_notices.add(
                LogoutNotice(
                    notice_id="n1",
                    session_id="s1",
                    account_id="a1",
                    client_id="cdap",
                    queued_at=now,
                    next_attempt_at=now,
                )
            )
            repos.logout_notices.set_aside("n1", "LOGOUT_NOT_ANSWERED", now)

        database.write(fill)
    for command, reason in (("mails", "RECIPIENT_REFUSED"), ("logout-notices", "LOGOUT_NOT_ANSWERED")):
        assert run(monkeypatch, tmp_path, command, "list") == 1
        assert reason in capsys.readouterr().out
        assert run(monkeypatch, tmp_path, command, "retry", "unknown") == 2
        assert run(monkeypatch, tmp_path, command, "retry", "--all") == 0
        assert "is tried again" in capsys.readouterr().out
        assert run(monkeypatch, tmp_path, command, "list") == 0

"""What one bad row, one bad name or one bad server may do to the threads of auth: nothing to the others."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from auth.bootstrap import Tasks, build_tasks
from auth.clients.domain.subjects import Subjects
from auth.people.adapters.background import LogoutWorker
from auth.people.adapters.clients.mail_texts import MailTexts
from auth.people.adapters.clients.smtp_mailer import SmtpMailer, SmtpOptions
from auth.people.domain.logout import LogoutNotice
from auth.people.domain.mails import MailKind, QueuedMail
from auth.people.domain.sessions import SessionLimits
from auth.people.use_cases.keep_session import SweepSessions
from auth.people.use_cases.send_mails import SendMails
from auth.people.use_cases.tell_clients import TellClients
from auth.people.use_cases.watch_queues import WatchQueues
from auth.settings import AuthSettings
from servicekit.audit_events import AuditUnavailableError
from servicekit.background import Repeating, each_apart
from servicekit.clock import SystemClock
from servicekit.database import Database
from tests.auth.builders import DIRECTOR, ISSUER, Provider, an_account
from tests.promises import promise

SOON = timedelta(seconds=10)


class Relay:
    """A mail server on loopback that answers as it is told and keeps what it took."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.received: list[bytes] = []
        self.recipients: list[list[str]] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if "rcpt" in self.answers:
            return self.answers["rcpt"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if "data" in self.answers:
            return self.answers["data"]
        self.received.append(envelope.content)
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"

    def listen(self) -> Controller:
        controller = Controller(self, hostname="127.0.0.1", port=a_free_port())
        controller.start()
        self.mailer = SmtpMailer(
            SmtpOptions(host="127.0.0.1", port=controller.port, sender="Partenaire <x@partenaire.example>")
        )
        return controller


@pytest.fixture
def relay() -> Iterator[Relay]:
    """Listening, and taking everything."""
    found = Relay()
    controller = found.listen()
    yield found
    controller.stop()


class FaultyClock:
    """Every task asks the time: while it is broken each fails, in its own thread, by a mistake nobody foresaw."""

    def __init__(self) -> None:
        self.broken = True

    def now(self) -> datetime:
        if self.broken:
            raise ValueError("planted")
        return SystemClock().now()

    def boottime(self) -> float:
        return SystemClock().boottime()


@pytest.mark.parametrize("name", [task.name for task in fields(Tasks)])
@promise("people:no-thread-dies")
def test_no_thread_of_auth_ends_by_a_failure_and_health_tells_until_it_works_again(
    stored_provider: Provider, tmp_path: Path, name: str
) -> None:
    clock, provider = FaultyClock(), stored_provider
    tell = TellClients(provider.work, provider.calls, provider.keys, clock, ISSUER, each_apart, Subjects(b"s" * 32))
    settings = AuthSettings.model_validate({"data_directory": tmp_path, "smtp_port": a_free_port()})
    mails = SendMails(provider.work, provider.mailer, MailTexts(ISSUER), provider.passwords, clock, each_apart)
    task: Repeating = getattr(build_tasks(settings, provider.work, mails, clock, LogoutWorker(tell)), name)
    task.start()
    for count in (1, 2, 3):
        assert task.wait_until(lambda count=count: task.watched.failures_in_a_row >= count, SOON)  # type: ignore[misc]
    assert "failed" in str(task.problem())
    clock.broken = False
    assert task.wait_until(lambda: task.watched.failures_in_a_row == 0, SOON)
    assert task.problem() is None
    task.stop()


def test_every_thread_of_auth_is_a_repeating_one() -> None:
    sources = Path(__file__).parents[3] / "services/auth/src/auth"
    made = [path for path in sources.rglob("*.py") if "threading.Thread(" in path.read_text()]
    assert [path.name for path in made] == ["guarded_fetch.py"]  # one look-up of a name, which ends by itself


def spoil(database: Database, statement: str) -> None:
    """A row that no version of the program wrote; SQLite keeps any text in any column."""
    database.write(lambda connection: connection.exec_driver_sql(statement))


def poison_a_mail(database: Database, provider: Provider) -> None:
    now = provider.clock.now()
    queued = QueuedMail(
        mail_id="m-poison",
        account_id=DIRECTOR,
        kind=MailKind.IDENTIFIER,
        queued_at=now,
        next_attempt_at=now - timedelta(hours=2),
    )
    provider.work.write(lambda repos: repos.mails.add(queued))
    spoil(database, "UPDATE mail SET kind = '?' WHERE mail_id = 'm-poison'")
    provider.work.write(lambda repos: repos.mails.add(replace(queued, mail_id="m-good", next_attempt_at=now)))


def mails_go_on(provider: Provider) -> bool:
    assert provider.send_mails() == 1
    assert provider.send_mails() == 0
    return [one.failure for one in WatchQueues(provider.work, provider.clock).mails()] == ["ValueError"]


def poison_a_notice(database: Database, provider: Provider) -> None:
    now = provider.clock.now()
    queued = LogoutNotice(
        notice_id="n-poison",
        session_id="s1",
        account_id=DIRECTOR,
        client_id="cdap",
        queued_at=now,
        next_attempt_at=now - timedelta(hours=2),
    )
    provider.work.write(lambda repos: repos.logout_notices.add(queued))
    spoil(database, "UPDATE logout_notice SET attempts = 'many' WHERE notice_id = 'n-poison'")
    provider.work.write(lambda repos: repos.logout_notices.add(replace(queued, notice_id="n-good")))


def notices_go_on(provider: Provider) -> bool:
    provider.deliver("s1")
    apart = WatchQueues(provider.work, provider.clock).notices()
    good = provider.read(lambda repos: repos.logout_notices.find("n-good"))
    return [row[0] for row in apart] == ["n-poison"] and good.delivered_at is not None


def poison_a_session(database: Database, provider: Provider) -> None:
    bad = provider.sign_in().session.session_id
    provider.sign_in()
    provider.clock.advance(timedelta(hours=11))
    spoil(database, f"UPDATE session SET authenticated_at = 'x' WHERE session_id = '{bad}'")


def sessions_go_on(provider: Provider) -> bool:
    SweepSessions(provider.work, provider.clock, SessionLimits(), each_apart)()
    return not provider.read(lambda repos: repos.sessions.expired(provider.clock.now(), provider.clock.now(), 10))


POISON: dict[str, tuple[Callable[[Database, Provider], None], Callable[[Provider], bool]] | None] = {
    "mails": (poison_a_mail, mails_go_on),
    "logout": (poison_a_notice, notices_go_on),
    "sweeper": (poison_a_session, sessions_go_on),
    "forgetting": None,  # deletes by age: no row is read
    "schedule": None,  # the keys of this process: no queue
    "watch": None,  # reads only
}


def test_each_thread_says_which_queue_it_serves() -> None:
    assert set(POISON) == {task.name for task in fields(Tasks)}


@pytest.mark.parametrize("name", [name for name, poison in POISON.items() if poison is not None])
@promise("people:poison-is-set-aside")
def test_a_poisoned_row_is_set_aside_and_its_queue_goes_on(
    stored_provider: Provider, sqlite_database: Database, name: str
) -> None:
    poison = POISON[name]
    assert poison is not None
    poison[0](sqlite_database, stored_provider)
    assert poison[1](stored_provider)


ODD_ADDRESSES = [
    "mail.:jean@mairie.fr", "théo.lévêque@mairie.fr", "\u200bjean@mairie.fr", "jean@mairie.fr\r\nBcc: all@x.fr",
    "jean\x00@mairie.fr", "jean@", "", "a" * 300 + "@mairie.fr", '"jean dupont"@mairie.fr', "a@b, c@d",
]  # fmt: skip
ODD_NAMES = ["Jean\r\nBcc: all@mairie.fr", "Jean\x00", "J" * 10_000, "\u202eJean", "{0}%s", "Jean\ud800"]


@pytest.mark.parametrize(
    "odd",
    [{"email": email} for email in ODD_ADDRESSES] + [{"family_name": name} for name in ODD_NAMES],
    ids=lambda odd: ascii(odd)[:40],
)
@promise("people:mail-queue-goes-on")
def test_no_account_can_stop_the_mails_of_the_others(provider: Provider, relay: Relay, odd: dict[str, str]) -> None:
    provider.add(an_account("a-odd", "odd-0001", **odd))
    now = provider.clock.now()
    for mail_id, account_id in (("m1", "a-odd"), ("m2", DIRECTOR)):
        queued = QueuedMail(
            mail_id=mail_id,
            account_id=account_id,
            kind=MailKind.IDENTIFIER,
            queued_at=now,
            next_attempt_at=now,
            organisation_name="Ville\x00\r\nBcc: x",
        )
        provider.work.write(lambda repos, queued=queued: repos.mails.add(queued))
    sender = SendMails(provider.work, relay.mailer, MailTexts(ISSUER), provider.passwords, provider.clock, each_apart)
    sender()
    assert relay.recipients[-1] == ["chloe.durand@commune.example"]
    assert all("\n" not in one and "Bcc" not in one for to in relay.recipients for one in to)
    assert {name for one in relay.received for name in message_from_bytes(one, policy=policy.default)} <= HEADERS
    apart = WatchQueues(provider.work, provider.clock).mails()
    assert len(relay.received) + len(apart) == 2
    assert all(one.failure for one in apart)


HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding",
    "MIME-Version", "X-Peer", "X-MailFrom", "X-RcptTo",
}  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"rcpt": "550 no such user"}, "RECIPIENT_REFUSED"),
        ({"rcpt": "553 not allowed"}, "RECIPIENT_REFUSED"),
        ({"data": "554 rejected"}, "CONTENT_REFUSED"),
        ({"rcpt": "450 greylisted"}, None),
        ({"data": "451 later"}, None),
        ({"rcpt": "421 closing"}, None),
    ],
)
@promise("people:refused-mail-is-told")
def test_a_lasting_refusal_is_set_aside_at_once_and_a_passing_one_is_tried_again_ever_later(
    provider: Provider, relay: Relay, answers: dict[str, str], reason: str | None
) -> None:
    relay.answers = answers
    now = provider.clock.now()
    provider.work.write(
        lambda repos: repos.mails.add(
            QueuedMail(mail_id="m1", account_id=DIRECTOR, kind=MailKind.IDENTIFIER, queued_at=now, next_attempt_at=now)
        )
    )
    sender = SendMails(provider.work, relay.mailer, MailTexts(ISSUER), provider.passwords, provider.clock, each_apart)
    assert sender() == 0
    view = provider.use_cases.manage_accounts.several([DIRECTOR])[0]
    assert (view.mails_sent, view.mail_problem) == (False, reason or "")
    if reason is None:
        waits = []
        for _ in range(6):
            waits.append(provider.read(lambda repos: repos.mails.find("m1")).next_attempt_at - provider.clock.now())
            provider.clock.advance(waits[-1])
            assert sender() == 0
        assert waits == sorted(waits)
        assert waits[-1] > waits[0]
        provider.clock.advance(timedelta(hours=2))
        assert provider.use_cases.manage_accounts.several([DIRECTOR])[0].mail_problem == "MAIL_LATE"
        provider.clock.advance(timedelta(days=4))
        assert sender() == 0
        assert provider.use_cases.manage_accounts.several([DIRECTOR])[0].mail_problem == "MAIL_SERVER_UNREACHABLE"
    relay.answers = {}
    queues = WatchQueues(provider.work, provider.clock)
    queues.retry_mail("m1")
    assert sender() == 1
    assert provider.use_cases.manage_accounts.several([DIRECTOR])[0].mail_problem == ""


class WithoutJournal:
    """The store works, audit takes nothing."""

    def __init__(self, work: Any) -> None:
        self.read, self.write = work.read, work.write

    def record(self, _work: object) -> None:
        raise AuditUnavailableError("no room")


def test_a_journal_that_is_away_does_not_make_a_mail_leave_twice(provider: Provider, relay: Relay) -> None:
    now = provider.clock.now()
    provider.work.write(
        lambda repos: repos.mails.add(
            QueuedMail(mail_id="m1", account_id=DIRECTOR, kind=MailKind.IDENTIFIER, queued_at=now, next_attempt_at=now)
        )
    )
    work: Any = WithoutJournal(provider.work)
    sender = SendMails(work, relay.mailer, MailTexts(ISSUER), provider.passwords, provider.clock, each_apart)
    with pytest.raises(AuditUnavailableError):
        sender()
    for _ in range(3):
        provider.clock.advance(timedelta(minutes=30))
        assert sender() == 0
    assert len(relay.received) == 1


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

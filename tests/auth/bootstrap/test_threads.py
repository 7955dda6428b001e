"""What one odd name or one bad server may do to the mails and the logout notices of the others: nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from auth.people.adapters.clients.mail_texts import MailTexts
from auth.people.adapters.clients.smtp_mailer import SmtpMailer, SmtpOptions
from auth.people.domain.mails import MailKind, QueuedMail
from auth.people.use_cases.send_mails import SendMails
from auth.people.use_cases.watch_queues import WatchQueues
from servicekit.audit_events import AuditUnavailableError
from servicekit.background import each_apart
from tests.auth.builders import DIRECTOR, ISSUER, Provider, an_account
from tests.promises import promise


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
    view = provider.people.manage_accounts.several([DIRECTOR])[0]
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
        assert provider.people.manage_accounts.several([DIRECTOR])[0].mail_problem == "MAIL_LATE"
        provider.clock.advance(timedelta(days=4))
        assert sender() == 0
        assert provider.people.manage_accounts.several([DIRECTOR])[0].mail_problem == "MAIL_SERVER_UNREACHABLE"
    relay.answers = {}
    queues = WatchQueues(provider.work, provider.clock)
    queues.retry_mail("m1")
    assert sender() == 1
    assert provider.people.manage_accounts.several([DIRECTOR])[0].mail_problem == ""


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

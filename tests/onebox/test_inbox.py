"""The mailbox of the demo: SMTP in, a page and JSON out."""

import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from onebox.inbox.app import InboxSettings, build_app
from onebox.inbox.mailbox import Mailbox, Receiver
from tests.plain import reads_plainly


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox(most=3)


@pytest.fixture
def smtp_port(mailbox: Mailbox) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    controller = Controller(Receiver(mailbox), hostname="127.0.0.1", port=port)
    controller.start()
    yield port
    controller.stop()


def mail(recipient: str, subject: str = "Votre identifiant") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "compte@demo.example", recipient, subject
    message.set_content("Bonjour Éloïse,\n\nVotre identifiant : <eloise>\n")
    return message


def test_a_mail_sent_is_shown_with_its_text(mailbox: Mailbox, smtp_port: int, tmp_path: Path) -> None:
    with smtplib.SMTP("127.0.0.1", smtp_port) as smtp:
        smtp.send_message(mail("eloise@demo.example"))
    browser = reads_plainly(build_app(InboxSettings(tmp_path, "http://localhost:8420"), mailbox).test_client())
    page = browser.get("/").text
    assert "Votre identifiant : &lt;eloise&gt;" in page
    assert "eloise@demo.example" in page
    messages = browser.get("/messages.json?q=ELOISE").json
    assert messages is not None
    assert [(one["subject"], one["sender"]) for one in messages] == [("Votre identifiant", "compte@demo.example")]
    assert "Bonjour Éloïse" in messages[0]["text"]
    assert browser.get("/messages.json?q=somebody").json == []


def test_only_the_last_mails_are_kept_newest_first(mailbox: Mailbox) -> None:
    for number in range(5):
        mailbox.receive("a@demo.example", ("b@demo.example",), bytes(mail("b@demo.example", f"n° {number}")))
    assert [one.subject for one in mailbox.mails()] == ["n° 4", "n° 3", "n° 2"]


def test_a_mail_that_is_not_one_is_kept_all_the_same(mailbox: Mailbox) -> None:
    broken = b"Subject: =?x?\r\nContent-Type: text/plain; charset=unknown\r\n\r\n\xff\xfe"
    mailbox.receive("", ("b@demo.example",), broken)
    mailbox.receive("", ("b@demo.example",), b"")
    assert len(mailbox.mails("b@demo")) == 2


def test_an_empty_mailbox_says_what_to_do(mailbox: Mailbox, tmp_path: Path) -> None:
    browser = reads_plainly(build_app(InboxSettings(tmp_path, "http://localhost:8420"), mailbox).test_client())
    assert "Aucun courriel" in browser.get("/").text

"""The mails received, in bounded memory, and the SMTP handler that takes them in."""

import threading
from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST_MAIL_BYTES = 256 * 1024
MOST_MAILS = 500


@dataclass(frozen=True)
class Mail:
    """One mail as it came."""

    number: int  # grows with each mail
    sender: str
    recipients: tuple[str, ...]
    subject: str
    received_at: datetime
    text: str

    def as_json(self) -> dict[str, object]:
        """For tests: /messages.json."""
        return {**asdict(self), "received_at": self.received_at.isoformat()}


class Mailbox:
    """The last mails. Safe for threads."""

    def __init__(self, most: int = MOST_MAILS) -> None:
        """The oldest mail goes when there are more than `most`."""
        self._mails: deque[Mail] = deque(maxlen=most)
        self._arrived = threading.Condition()
        self._number = 0

    def receive(self, sender: str, recipients: tuple[str, ...], content: bytes) -> Mail:
        """Keeps one mail."""
        message = message_from_bytes(content, policy=policy.default)
        with self._arrived:
            self._number += 1
            mail = Mail(
                number=self._number,
                sender=sender,
                recipients=recipients,
                subject=str(message.get("Subject", "")),
                received_at=datetime.now(UTC),
                text=_text_of(message),
            )
            self._mails.append(mail)
            self._arrived.notify_all()
        return mail

    def mails(self, recipient: str = "") -> list[Mail]:
        """Newest first; only those to an address that contains `recipient`."""
        wanted = recipient.strip().lower()
        with self._arrived:
            return [mail for mail in reversed(self._mails) if any(wanted in to.lower() for to in mail.recipients)]

    def wait_for(self, count: int, timeout: float) -> bool:
        """Whether `count` mails have come, within `timeout` seconds."""
        with self._arrived:
            return self._arrived.wait_for(lambda: self._number >= count, timeout)


class Receiver:
    """What aiosmtpd calls for each mail."""

    def __init__(self, mailbox: Mailbox) -> None:
        """Mails go to `mailbox`."""
        self._mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd
        """Takes the mail in."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content or "").encode()
        self._mailbox.receive(envelope.mail_from or "", tuple(envelope.rcpt_tos), content)
        return "250 OK"


def _text_of(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    try:
        return str(body.get_content()).replace("\r\n", "\n")
    except (LookupError, UnicodeError):
        return str(body.get_payload())

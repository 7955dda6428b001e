"""Sends mails over SMTP (RFC 5321) with `smtplib`."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid, parseaddr
from typing import Literal

from auth.ground.adapters.clients.tls_trust import TlsTrust
from auth.ground.domain.errors import MailRefusedError
from auth.people.domain.mails import Message
from partnerkit.email import checked_email
from partnerkit.text import clean_line
from servicekit.errors import DependencyUnavailableError
from servicekit.logging import get_logger

_LASTING = range(500, 600)

log = get_logger("auth.mails")


class MailNotSentError(DependencyUnavailableError):
    """The mail server did not take the mail; it is tried again."""

    reason = "MAIL_NOT_SENT"


@dataclass(frozen=True, kw_only=True)
class SmtpOptions:
    """Where the mail server is and how to speak to it."""

    host: str
    port: int
    sender: str
    tls: Literal["none", "starttls", "implicit"] = "none"
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: timedelta = timedelta(seconds=10)


class SmtpMailer:
    """Implements `ports.Mailer`: one connection per mail."""

    def __init__(self, options: SmtpOptions, trust: TlsTrust | None = None) -> None:
        """`trust`: whose certificates of the mail server are believed; left out, the authorities of the system.

        Raises:
            InvalidEmailError: the sender holds no address.
        """
        self._options = options
        self._trust = trust or TlsTrust()
        name, address = parseaddr(options.sender)
        self._sender = checked_email(address)
        self._from = Address(clean_line(name), addr_spec=self._sender)

    def send(self, message: Message) -> None:
        """See the port. The envelope is the checked address itself, never what a header says.

        Raises:
            MailNotSentError: the server was not reached, or takes nothing now; the text names neither address nor
                content.
            MailRefusedError: the server will never take it: RECIPIENT_REFUSED or CONTENT_REFUSED.
            InvalidEmailError: the account's address is none.
        """
        recipient = checked_email(message.to)
        content = self._written(message, recipient).as_bytes(policy=SMTP)
        try:
            with self._connected() as server:
                server.sendmail(self._sender, [recipient], content)
        except smtplib.SMTPRecipientsRefused as refusal:
            code = next(iter(refusal.recipients.values()))[0]
            raise self._refused(code, "RECIPIENT_REFUSED") from None
        except smtplib.SMTPDataError as refusal:
            raise self._refused(refusal.smtp_code, "CONTENT_REFUSED") from None
        except (OSError, smtplib.SMTPException) as error:
            raise MailNotSentError(f"the mail server did not take a mail ({type(error).__name__})") from None

    def _written(self, message: Message, recipient: str) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"] = self._from, Address(addr_spec=recipient)
        mail["Subject"] = clean_line(message.subject)
        mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=self._sender.rpartition("@")[2])
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic answers, please
        mail.set_content(message.text, cte="quoted-printable")
        return mail

    def _refused(self, code: int, reason: str) -> Exception:
        log.warning("the mail server refused a mail", reason=reason, code=code)
        if code in _LASTING:
            return MailRefusedError(f"the mail server answered {code}", reason=reason)
        return MailNotSentError(f"the mail server answered {code} for now")

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A farewell that goes wrong after the mail was taken is no failure: the mail would leave twice."""
        with closing(self._connection()) as server:
            if self._options.tls == "starttls":
                server.starttls(context=self._trust.context)
            if self._options.username:
                server.login(self._options.username, self._options.password)
            yield server
            with suppress(OSError, smtplib.SMTPException):
                server.quit()

    def _connection(self) -> smtplib.SMTP:
        options, seconds = self._options, self._options.timeout.total_seconds()
        if options.tls == "implicit":
            return smtplib.SMTP_SSL(options.host, options.port, timeout=seconds, context=self._trust.context)
        return smtplib.SMTP(options.host, options.port, timeout=seconds)

"""Sends mails over SMTP (RFC 5321) with `smtplib`."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Literal

from auth.domain.mails import Message
from servicekit.errors import DependencyUnavailableError


class MailNotSentError(DependencyUnavailableError):
    """The mail server did not take the mail; it is tried again."""

    reason = "MAIL_NOT_SENT"


@dataclass(frozen=True)
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

    def __init__(self, options: SmtpOptions) -> None:
        """Certificates of the mail server are verified against the system's authorities."""
        self._options = options

    def send(self, message: Message) -> None:
        """See the port.

        Raises:
            MailNotSentError: refused, or not reached; the text names neither address nor content.
        """
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._options.sender, message.to, message.subject
        mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain="partenaire.invalid")
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic answers, please
        mail.set_content(message.text, cte="quoted-printable")
        try:
            with self._connection() as server:
                if self._options.tls == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if self._options.username:
                    server.login(self._options.username, self._options.password)
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise MailNotSentError(f"the mail server did not take a mail ({type(error).__name__})") from error

    def _connection(self) -> smtplib.SMTP:
        options, seconds = self._options, self._options.timeout.total_seconds()
        if options.tls == "implicit":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(options.host, options.port, timeout=seconds, context=context)
        return smtplib.SMTP(options.host, options.port, timeout=seconds)

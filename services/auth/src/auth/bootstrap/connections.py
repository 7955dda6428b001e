"""What auth reaches by itself: the mail server, the back channels of clients."""

from __future__ import annotations

from datetime import timedelta

from auth.bootstrap.repositories import AuthWork
from auth.ground.adapters.clients.guarded_fetch import GuardedFetch
from auth.ground.adapters.clients.tls_trust import TlsTrust
from auth.people.adapters.clients.logout_calls import HttpLogoutCalls
from auth.people.adapters.clients.mail_texts import MailTexts
from auth.people.adapters.clients.smtp_mailer import SmtpMailer, SmtpOptions
from auth.people.use_cases.name_helpers import NameHelpers
from auth.people.use_cases.person_rights import PersonRights
from auth.people.use_cases.ports import Passwords
from auth.people.use_cases.send_mails import SendMails
from auth.settings import AuthSettings
from servicekit.background import each_apart
from servicekit.clock import Clock


def open_logout_calls(settings: AuthSettings, trust: TlsTrust) -> HttpLogoutCalls:
    """With three seconds for one call."""
    loopback, seconds = settings.reaches_loopback, timedelta(seconds=3)
    return HttpLogoutCalls(
        GuardedFetch(allow_loopback=loopback, timeout=seconds, trust=trust),
        GuardedFetch(allow_loopback=loopback, timeout=seconds, trust=trust, networks=settings.house_networks),
    )


def mail_sender(
    settings: AuthSettings, work: AuthWork, passwords: Passwords, clock: Clock, rights: PersonRights
) -> SendMails:
    """Sends what waits, each mail with the names of those who can help."""
    options = SmtpOptions(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.mail_sender,
        tls=settings.smtp_tls,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
    )
    hours = settings.provisional_password_hours
    said = (settings.contact_name, settings.contact_email, settings.contact_phone)
    texts = MailTexts(settings.public_url, hours, ", ".join(part for part in said if part))
    mailer = SmtpMailer(options, TlsTrust(settings.further_authorities_file))
    return SendMails(
        work, mailer, texts, passwords, clock, each_apart, timedelta(hours=hours), NameHelpers(work, rights).listed
    )

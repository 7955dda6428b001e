"""The application of codes of a person, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pyotp

from auth.people.domain.mails import MailKind
from auth.people.domain.sessions import Session
from auth.people.use_cases.show_second_factor import ShownCode
from auth.people.use_cases.sign_in import SignedIn
from tests.auth.builders import Provider


@dataclass
class Application:
    """What the phone knows: the secret, and the codes for printing that came with it."""

    provider: Provider
    secret: str
    sealed: str = ""
    recovery: Sequence[str] = ()

    def code(self, steps: int = 0) -> str:
        """The code of this half minute, or of another one."""
        return str(pyotp.TOTP(self.secret).at(self.provider.clock.now(), counter_offset=steps))

    def wrong_code(self) -> str:
        """None of those that are taken now."""
        good = {self.code(steps) for steps in (-1, 0, 1)}
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in good)

    def next_code(self) -> str:
        """After the one before was taken."""
        self.provider.clock.advance(timedelta(seconds=30))
        return self.code()


def add_authenticator(provider: Provider, session: Session, name: str = "Téléphone") -> Application:
    """As the pages do."""
    offered = provider.people.manage_factors.new_authenticator(session)
    application = Application(provider, offered.secret, offered.sealed)
    application.recovery = provider.people.manage_factors.add_authenticator(
        session, offered.sealed, application.code(), name
    )
    return application


def show(provider: Provider, session: Session, text: str, address: str = "192.0.2.1", device: str = "") -> SignedIn:
    """As the page does."""
    return provider.people.show_second_factor(session, ShownCode(text=text, address=address, device=device))


def kinds_of_mails(provider: Provider) -> list[MailKind]:
    """Those that were queued, in order."""
    return [mail.kind for mail in provider.read(lambda repos: list(repos.mails.rows.values()))]


def with_authenticator(provider: Provider) -> Application:
    """The director has one, and no session."""
    session = provider.sign_in().session
    added = add_authenticator(provider, session)
    provider.people.sign_out(session.session_id)
    provider.work.events.clear()
    provider.clock.advance(timedelta(minutes=1))
    return added

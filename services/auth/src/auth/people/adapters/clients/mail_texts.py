"""The texts of the mails, in the language in which the person reads our pages. Never identifier and password in one."""

from __future__ import annotations

from dataclasses import dataclass

from auth.people.adapters.clients.mail_words import MailText, Words, filled
from auth.people.adapters.clients.mail_words_en import ENGLISH
from auth.people.adapters.clients.mail_words_fr import FRENCH
from auth.people.domain.browsers import browser_of
from auth.people.domain.mails import Letter, MailKind, Message, QueuedMail
from auth.people.domain.notices import Access
from partnerkit.days import PARIS, french_day
from partnerkit.text import clean_line

_LONGEST_NAME = 200
_MOST_HELPERS = 3
_LANGUAGES = {"fr": FRENCH, "en": ENGLISH}


@dataclass(frozen=True)
class WhereToSignIn:
    """Where people sign in and who answers them. `hours`: how long a provisional password lives."""

    portal_url: str
    hours: int = 72
    contact: str = ""


class MailTexts:
    """Implements `ports.MailTexts`."""

    def __init__(self, portal_url: str, provisional_hours: int = 72, contact: str = "") -> None:
        """`portal_url` is the address to sign in; `contact` one line: who answers, and how."""
        self._sender = WhereToSignIn(portal_url, provisional_hours, contact)

    def __call__(self, letter: Letter) -> Message:
        """The mail, to the account's address."""
        words = _LANGUAGES.get(letter.account.language, FRENCH)
        notice = letter.mail.notice
        text = words.text_of(letter.mail.kind, notice.kind if notice else None)
        values = self._values(letter, words)
        parts = [
            [words.greeting.format(**values)],
            self._body(text, words, values),
            list(words.endings[text.ending]),
            filled(words.signature, values),
        ]
        body = "\n\n".join("\n".join(part) for part in parts)
        subject = words.product.format(subject=text.subject)
        return Message(letter.mail.address or letter.account.email, words.finish(subject), f"{words.finish(body)}\n")

    def _body(self, text: MailText, words: Words, values: dict[str, str]) -> list[str]:
        lines = filled(text.lines, values)
        if values["password"]:
            lines += ["", *filled(words.password, values)]
        if text.sign_in:
            lines += ["", *filled((words.sign_in,), values)]
        return lines

    def _values(self, letter: Letter, words: Words) -> dict[str, str]:
        """What stands in the places; what is typed by people is one clean line of bounded length."""
        mail, account = letter.mail, letter.account
        typed = {
            "name": mail.about if mail.kind is MailKind.INVITATION else account.display_name,
            "by": letter.asked_by,
            "organisation": mail.organisation_name,
            "about": mail.about,
            "subject": mail.notice.subject if mail.notice else "",
            "reason": mail.notice.reason if mail.notice else "",
        }
        notice = mail.notice
        return {
            **{name: clean_line(value)[:_LONGEST_NAME] for name, value in typed.items()},
            **_moment(mail, words),
            "username": account.username,
            "password": letter.password or "",
            "hours": str(self._sender.hours),
            "portal": self._sender.portal_url,
            "link": f"{self._sender.portal_url.rstrip('/')}/lien/{letter.token}" if letter.token else "",
            "until": words.day(french_day(mail.link.expires_at)) if mail.link else "",
            "opened": _said(notice.opened if notice else (), words),
            "closed": _said(notice.closed if notice else (), words),
            "ends_on": words.day(notice.ends_on) if notice and notice.ends_on else "",
            "helpers": self._helpers(letter, words),
        }

    def _helpers(self, letter: Letter, words: Words) -> str:
        names = [clean_line(name)[:_LONGEST_NAME] for name in letter.helpers[:_MOST_HELPERS]]
        found = [words.helped_by.format(name=name) for name in names]
        found += [self._sender.contact] if self._sender.contact else []
        return "\n".join(f"- {one}" for one in found or [words.an_administrator])


def _moment(mail: QueuedMail, words: Words) -> dict[str, str]:
    """When it was queued, in France, and the browser that it speaks of."""
    at = mail.queued_at.astimezone(PARIS)
    browser, system = browser_of(mail.about) if mail.kind is MailKind.NEW_DEVICE else ("", "")
    time = {"hour": str(at.hour), "minute": f"{at.minute:02d}"}
    return {"browser": browser, "system": system, "day": words.day(at.date()), **time}


def _said(accesses: tuple[Access, ...], words: Words) -> str:
    return ", ".join(words.access.format(extranet=clean_line(one.extranet), profile=one.profile) for one in accesses)

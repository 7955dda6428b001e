"""How the sentences of the mails are put together. Those of each language: `mail_words_fr`, `mail_words_en`."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from auth.people.domain.mails import MailKind
from auth.people.domain.notices import NoticeKind

Line = str | tuple[str, ...]
"""A line with {places}. Where a place has no value the line is left out; of several lines, the first that has all."""


@dataclass(frozen=True)
class MailText:
    """One mail: its subject, its lines, its ending. `sign_in`: whether the address to sign in stands in it."""

    subject: str
    lines: Sequence[Line]
    ending: str = "never_asked"
    sign_in: bool = True


@dataclass(frozen=True, kw_only=True)
class Words:
    """One language. `day` writes a day out; `and_list` a list of things; `finish` is its typography."""

    product: str
    greeting: str
    password: Sequence[str]
    sign_in: str
    endings: Mapping[str, Sequence[str]]
    signature: Sequence[Line]
    access: str
    an_administrator: str
    helped_by: str
    mails: Mapping[MailKind, MailText]
    notices: Mapping[NoticeKind, MailText]
    day: Callable[[date], str]
    finish: Callable[[str], str]

    def text_of(self, kind: MailKind, notice: NoticeKind | None) -> MailText:
        """The text of a mail."""
        return self.notices[notice] if kind is MailKind.NOTICE and notice is not None else self.mails[kind]


def filled(lines: Sequence[Line], values: Mapping[str, str]) -> list[str]:
    """The lines whose places all have values, filled."""
    found: list[str] = []
    for line in lines:
        choices = (line,) if isinstance(line, str) else line
        fitting = next((one for one in choices if all(values[name] for name in _places(one))), None)
        if fitting is not None:
            found.append(fitting.format(**values))
    return found


def _places(line: str) -> list[str]:
    return [name for _text, name, _spec, _conversion in string.Formatter().parse(line) if name]

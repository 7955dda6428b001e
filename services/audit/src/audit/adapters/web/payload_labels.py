"""What the keys and codes of payloads are called: the page shows words, whatever a service writes.

The words are those of the service that wrote the event. A key or a code that it did not name is read aloud instead of
shown as it is stored.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _

from audit.adapters.web.labels import named, subject_label, type_label, vocabulary
from audit.domain.search import masked
from audit.use_cases.times import moment
from servicekit.event_words import AS_SUBJECT, AS_TYPE, CODES, FIELD, MOMENT, REASON, TECHNICAL, TEXT, VALUE
from servicekit.web.formats import longdate, longdatetime

CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+|[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHORT = 8


def read_aloud(code: str) -> str:
    """A code that nobody named, as words: nothing is lost, nothing looks like a program."""
    return code.replace("_", " ").lower() if CODE.fullmatch(code) else code


def tail(identifier: str) -> str:
    """The end of an identifier, which is what tells two of them apart."""
    return f"…{identifier[-_SHORT:]}" if len(identifier) > 2 * _SHORT else identifier


def subject_words(service: str, subject: str) -> str:
    """A subject in words: what it is and the end of its identifier; a dossier is masked."""
    kind, _colon, rest = subject.partition(":")
    label = subject_label(service, kind)
    return f"{label} {tail(rest)}" if label else masked(subject) or ""


@dataclass(frozen=True, slots=True)
class Payload:
    """A payload as `service` wrote it."""

    service: str
    told: Mapping[str, object]

    def ordinary(self) -> list[tuple[str, list[str]]]:
        """(label, lines) of each field that holds something, without what is technical."""
        return self._shown(name for name, value in self.told.items() if not self._is_technical(name, value))

    def technical(self) -> list[tuple[str, list[str]]]:
        """Identifiers, and what only a computer person reads."""
        return self._shown(name for name, value in self.told.items() if self._is_technical(name, value))

    def _shown(self, names: Iterable[str]) -> list[tuple[str, list[str]]]:
        shown = [(self._key(name), self._lines(name, self.told[name])) for name in names]
        return [(label, lines) for label, lines in shown if lines]

    def _form(self, name: str) -> str:
        word = vocabulary().find(self.service, FIELD, name)
        return "" if word is None else word.form

    def _is_technical(self, name: str, value: object) -> bool:
        return self._form(name) == TECHNICAL or (isinstance(value, str) and _IDENTIFIER.fullmatch(value) is not None)

    def _key(self, name: str) -> str:
        return named(self.service, FIELD, name) or read_aloud(name).capitalize()

    def _lines(self, name: str, value: object) -> list[str]:
        if value is None or value in ("", [], {}):
            return []
        if isinstance(value, bool):
            return [_("Oui") if value else _("Non")]
        if isinstance(value, Mapping):
            inner = [(self._key(key), self._lines(key, one)) for key, one in value.items() if one]
            return [_("%(field)s : %(value)s", field=field, value=", ".join(lines)) for field, lines in inner]
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [line for one in value for line in self._lines(name, one)]
        if self._form(name) == MOMENT and isinstance(value, int):
            return [longdatetime(moment(value))]
        return [self._text(name, value) if isinstance(value, str) else json.dumps(value)]

    def _text(self, name: str, value: str) -> str:
        form = self._form(name)
        if form == TEXT:
            return value
        if form == AS_SUBJECT:
            return subject_words(self.service, value)
        if form == AS_TYPE:
            return type_label(value)
        if " " in value and form in (CODES, TECHNICAL):
            return ", ".join(self._word(one.strip(",")) for one in value.split())
        return self._word(value)

    def _word(self, value: str) -> str:
        """A code, a day or a month in words; what is none of them, such as a name, as it is."""
        found = named(self.service, VALUE, value) or named(self.service, REASON, value)
        if found:
            return found
        if _DAY.fullmatch(value):
            try:
                return longdate(date.fromisoformat(value))
            except ValueError:
                return value
        if _MONTH.fullmatch(value) and value >= "1900":
            return str(format_date(date(int(value[:4]), int(value[5:]), 1), "MMMM y"))
        return read_aloud(value)

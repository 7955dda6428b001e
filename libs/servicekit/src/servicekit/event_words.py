"""What the events of a service are called: the service says it, the journal shows it.

A producer keeps its words in a file of its own (`read_words`) and tells them to the journal, so that a new type, field
or reason needs no change there. The form is checked by the same function where words are read and where they are
received: one line of plain text in each language, within limits. Words are for showing: they prove nothing.
"""

import hashlib
import re
import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from servicekit.errors import StartError
from servicekit.event_form import LONGEST_TYPE

TYPE, FIELD, VALUE, SUBJECT, REASON, SERVICE = "type", "field", "value", "subject", "reason", "service"
STEP = "step"
"""Form of a type: a technical step, which searches leave out unless it is asked for."""
CONNECTION, EVIDENCE = "connection", "evidence"
"""Forms of a type: of signing in and other technical traces, kept for a shorter time; of what becomes of the journal
itself, kept as long as the journal, which takes no other's word for it. How long: `audit.domain.retention`."""
TEXT, CODES, TECHNICAL, MOMENT, AS_TYPE, AS_SUBJECT = "text", "codes", "technical", "moment", "type", "subject"
"""Forms of a field: typed by people; several codes with spaces between; for a computer person; microseconds since 1970
UTC; the code of a type; a subject. Without a form it holds a code, a day, a number or nothing of these."""
_OF_TYPES = ("", STEP, CONNECTION, f"{STEP} {CONNECTION}", EVIDENCE)
FORMS = {TYPE: _OF_TYPES, FIELD: ("", TEXT, CODES, TECHNICAL, MOMENT, AS_TYPE, AS_SUBJECT)}
MOST_WORDS = 2000
MOST_BYTES = 512 * 1024  # of codes and texts: they travel in one message
LONGEST_WORD = 200

_CODES = {
    TYPE: re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){2,}"),
    FIELD: re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}"),
    VALUE: re.compile(r"[A-Za-z0-9_.-]{1,64}"),
    SUBJECT: re.compile(r"[a-z][a-z0-9_]{0,63}"),
    REASON: re.compile(r"[A-Z][A-Z0-9_]{0,63}"),
    SERVICE: re.compile(r"[a-z][a-z0-9-]{0,31}"),
}
_OF_THE_FILE = {f"{kind}s": kind for kind in (TYPE, FIELD, VALUE, SUBJECT, SERVICE)}
_MARKUP = frozenset("<>")


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Word:
    """What one code is called; (kind, code) is unique among the words of a service."""

    kind: str
    code: str
    french: str
    english: str
    form: str = ""


_TEXTS = ("french", "english", "form")


def words_problem(service: str, words: Collection[Word]) -> str | None:
    """Why these are not the words of `service`: a sentence that names codes, None when they are."""
    if not 0 < len(words) <= MOST_WORDS:
        return f"{len(words)} words, where 1 to {MOST_WORDS} are accepted"
    if sum(len(text.encode()) for word in words for text in (word.code, word.french, word.english)) > MOST_BYTES:
        return f"more than {MOST_BYTES} bytes"
    if len({(word.kind, word.code) for word in words}) != len(words):
        return "a code is named twice"
    wrong = sorted(f"{word.kind} {word.code!a}" for word in words if not _is_good(service, word))
    return f"wrong code, form or text: {', '.join(wrong[:3])}" if wrong else None


def understood(words: Iterable[Word]) -> tuple[Word, ...]:
    """What this version understands of the words of a newer one: a kind that it does not know is left out, a form that
    it does not know is none."""
    known = (word for word in words if word.kind in _CODES)
    return tuple(word if word.form in FORMS.get(word.kind, ("",)) else replace(word, form="") for word in known)


def _is_good(service: str, word: Word) -> bool:
    code = _CODES.get(word.kind)
    if code is None or not code.fullmatch(word.code) or word.form not in FORMS.get(word.kind, ("",)):
        return False
    if word.kind == TYPE and not (word.code.startswith(f"{service}.") and len(word.code) <= LONGEST_TYPE):
        return False
    if word.kind == SERVICE and word.code != service:
        return False
    return _is_plain(word.french) and _is_plain(word.english)


def _is_plain(text: str) -> bool:
    """One line that shows as it is: nothing invisible, no markup, no space at an end."""
    return 0 < len(text) <= LONGEST_WORD and text.isprintable() and text == text.strip() and not _MARKUP & set(text)


def digest_of(words: Iterable[Word]) -> bytes:
    """SHA-256 of the words, whatever their order: the same words have the same digest everywhere."""
    told = [[word.kind, word.code, word.french, word.english, word.form] for word in sorted(words)]
    return hashlib.sha256(orjson.dumps(told)).digest()


def read_words(path: Path, service: str, more: Iterable[Word] = ()) -> tuple[Word, ...]:
    """The words of a service from its file, and `more` of them.

    The file is TOML: tables `types`, `fields`, `values`, `subjects`, `services`, in them
    code = ["French", "English"] or ["French", "English", "form"].

    Raises:
        StartError: the file cannot be read or holds what no words are.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        told = [
            Word(kind=_OF_THE_FILE[name], code=code, **dict(zip(_TEXTS[: len(texts)], texts, strict=True)))
            for name, table in tables.items()
            for code, texts in table.items()
        ]
        words = (*told, *more)
        problem = words_problem(service, words)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        problem = f"{type(error).__name__}: {error}"
    if problem is not None:
        raise StartError(f"The words of {service} in {path.name} cannot be used: {problem}.")
    return words

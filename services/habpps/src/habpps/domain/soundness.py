"""What is never written, whatever asked for it: text that is not clean, a person without a name or an address that no
envelope can hold, a day outside the calendar that people live in. `use_cases.register.Entry` checks every value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum

from habpps.domain.people import Person, why_person_refused
from habpps.domain.refusals import FormRefusedError
from partnerkit.days import is_plausible
from partnerkit.text import clean_line


def require_sound(value: object, field: str = "") -> None:
    """Look through a value and everything in it.

    Raises:
        FormRefusedError: TEXT_NOT_CLEAN or DATE_YEAR by the name of each field, and what is wrong with a person.
    """
    if problems := dict(_problems(value, field)):
        raise FormRefusedError(problems)


def _problems(value: object, field: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Person):
        yield from why_person_refused(value).items()
        return
    refused = _why_refused(value)
    if refused:
        yield field, refused
    for name, inner in _parts_of(value, field):
        yield from _problems(inner, name)


def _why_refused(value: object) -> str | None:
    if isinstance(value, str) and not isinstance(value, Enum) and not _is_clean(value):
        return "TEXT_NOT_CLEAN"
    if isinstance(value, date) and not isinstance(value, datetime) and not is_plausible(value):
        return "DATE_YEAR"
    return None


def _parts_of(value: object, field: str) -> Iterator[tuple[str, object]]:
    if is_dataclass(value) and not isinstance(value, type):
        yield from ((one.name, getattr(value, one.name)) for one in fields(value))
    elif isinstance(value, Mapping):
        yield from ((str(name), inner) for name, inner in value.items())
    elif isinstance(value, tuple | list | frozenset):
        yield from ((field, inner) for inner in value)


def _is_clean(text: str) -> bool:
    if text.isascii() and text.isprintable() and "  " not in text and text == text.strip():
        return True
    return clean_line(text) == text

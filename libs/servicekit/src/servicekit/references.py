"""The short number a person can read out on the telephone: "7K4Q-2M9D". One for each request, the same everywhere.

The page shows it, the log carries it and every audit event of the request keeps it, so that whoever is asked for help
finds what happened. It is no secret and proves nothing.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals without those that are taken for one another: 0 O, 1 I L, U V."""
_HALF = 4
_HOW_MANY = len(ALPHABET) ** (2 * _HALF)
_current: ContextVar[str] = ContextVar("reference", default="")


def new_reference() -> str:
    """Eight characters in two halves, drawn by chance."""
    number, drawn = secrets.randbelow(_HOW_MANY), ""  # the system is asked once: every event outside a page needs one
    for _ in range(2 * _HALF):
        number, place = divmod(number, len(ALPHABET))
        drawn += ALPHABET[place]
    return f"{drawn[:_HALF]}-{drawn[_HALF:]}"


def parse_reference(typed: str) -> str | None:
    """The reference that somebody typed or dictated, whatever its case, spaces and hyphens; None when it is none."""
    kept = "".join(character for character in typed.upper() if character.isalnum())
    if len(kept) != 2 * _HALF or not set(kept) <= set(ALPHABET):
        return None
    return f"{kept[:_HALF]}-{kept[_HALF:]}"


def current_reference() -> str:
    """The reference of the request under way; a new one outside of any."""
    return _current.get() or new_reference()


def bind_reference(reference: str) -> None:
    """From here on the work of this context carries `reference`; an empty one ends it."""
    _current.set(reference)


@contextmanager
def bound_reference(reference: str) -> Iterator[str]:
    """The work inside carries `reference`."""
    token = _current.set(reference)
    try:
        yield reference
    finally:
        _current.reset(token)

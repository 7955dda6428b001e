"""The code that a person copies from a device (RFC 8628 §6.1): easy to read aloud, no vowels, no words."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 8
"""20^8 = 2.5e10 codes: with ten tries per quarter of an hour and ten minutes of life, guessing is hopeless."""


def new_user_code(choose: Callable[[Sequence[str]], str] = secrets.choice) -> str:
    """Eight consonants."""
    return "".join(choose(ALPHABET) for _ in range(LENGTH))


def normalise_user_code(typed: str) -> str:
    """What is compared: upper case letters, without the hyphen that is shown and whatever else was typed."""
    return "".join(letter for letter in typed.upper()[:64] if letter in ALPHABET)


def shown_user_code(user_code: str) -> str:
    """As people see it: two groups of four."""
    return f"{user_code[:4]}-{user_code[4:]}"

"""What a person types at the second step: a code of an application (RFC 6238) or a recovery code."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from unicodedata import normalize

from partnerkit.text import clean_line

DIGITS = 6
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without 0, 1, I and O, which are mistaken for one another on paper."""
_LENGTH, _GROUP = 16, 4  # 80 bits: a plain hash of it cannot be searched


@dataclass(frozen=True)
class TypedCode:
    """`text` is six digits when `is_recovery` is false, else sixteen characters of the alphabet; empty: neither."""

    text: str = ""
    is_recovery: bool = False


def typed_code(text: str) -> TypedCode:
    """However it is grouped: spaces of any kind, hyphens, capitals or not."""
    letters = normalize("NFKC", clean_line(text)).upper()
    kept = "".join(letter for letter in letters if letter.isascii() and letter.isalnum())
    if len(kept) == DIGITS and kept.isascii() and kept.isdigit():
        return TypedCode(kept)
    if len(kept) == _LENGTH and set(kept) <= set(_ALPHABET):
        return TypedCode(kept, is_recovery=True)
    return TypedCode()


def new_recovery_code() -> str:
    """One, as it is compared."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def grouped(code: str) -> str:
    """As it is printed."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))

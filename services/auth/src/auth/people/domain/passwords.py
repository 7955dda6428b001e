"""Rules for chosen passwords, and the shape of provisional ones.

CNIL recommendation 2022 (password with access restriction), NIST SP 800-63B-4 §3.1.1.2: length, a blocklist and
context words; no composition rule, no forced renewal, every character allowed, paste allowed.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from enum import Enum

from partnerkit.text import letters_of

PROVISIONAL_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_PROVISIONAL = re.compile(r"[A-HJ-NP-Z2-9]{16}")
_ROWS = ("azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm", "0123456789", "1234567890")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_LEAST_CONTEXT = 3
_LEAST_BESIDE_CONTEXT = 8
_LOOK_ALIKES = str.maketrans("0134578@$!", "oieastbasi")


class PasswordProblem(Enum):
    """Why a password is refused. The sentence stands in the templates."""

    TOO_SHORT = "TOO_SHORT"
    TOO_LONG = "TOO_LONG"
    COMMON = "COMMON"
    CONTEXT = "CONTEXT"
    SEQUENCE = "SEQUENCE"
    PROVISIONAL_SHAPE = "PROVISIONAL_SHAPE"


@dataclass(frozen=True)
class PasswordRules:
    """What a password must be. Lengths in characters after NFKC."""

    minimum_length: int = 12
    maximum_length: int = 128
    common: Collection[str] = field(default_factory=frozenset)
    context: Collection[str] = (
        *("caf", "cnaf", "cdap", "habpps", "audit", "partenaire", "moncomptepartenaire", "monenfant"),
        *("allocataire", "portail", "extranet"),
    )


def normalise_password(typed: str) -> str:
    """The form that is hashed: Unicode NFKC, once (NIST SP 800-63B-4 §3.1.1.2), one for every keyboard."""
    return unicodedata.normalize("NFKC", typed)


def provisional_form(typed: str) -> str | None:
    """The provisional password meant by what was typed, or None when it does not look like one.

    Separators, spaces, invisible characters of a mail program and the case do not matter. The shape decides which of
    two hashes is compared, so that every attempt costs exactly one hash.
    """
    bare = "".join(character for character in unicodedata.normalize("NFKC", typed).upper() if character.isalnum())
    if not _PROVISIONAL.fullmatch(bare):
        return None
    return "-".join(bare[start : start + 4] for start in range(0, 16, 4))


def new_provisional_password(choose: Callable[[Sequence[str]], str] = secrets.choice) -> str:
    """Four groups of four unambiguous characters: 80 bits, easy to type from a mail."""
    return "-".join("".join(choose(PROVISIONAL_ALPHABET) for _ in range(4)) for _ in range(4))


def find_problem(password: str, rules: PasswordRules, personal: Collection[str]) -> PasswordProblem | None:
    """The first rule the password breaks, or None. `personal`: the person's names, identifier, mail address,
    organisations."""
    password = normalise_password(password)
    if len(password) < rules.minimum_length:
        return PasswordProblem.TOO_SHORT
    if len(password) > rules.maximum_length:
        return PasswordProblem.TOO_LONG
    if provisional_form(password) is not None:
        return PasswordProblem.PROVISIONAL_SHAPE
    if _is_sequence(password.casefold()):
        return PasswordProblem.SEQUENCE
    bare = _bare(password)
    if bare in rules.common or password.casefold() in rules.common or _is_repetition_of(bare, rules.common):
        return PasswordProblem.COMMON
    return PasswordProblem.CONTEXT if _is_mostly_context(password, (*rules.context, *personal)) else None


def _bare(password: str) -> str:
    """Without accents, look-alike digits, punctuation and surrounding numbers: `M0tDeP@sse2026!` -> `motdepasse`."""
    plain = unicodedata.normalize("NFKD", password).encode("ascii", "ignore").decode().casefold()
    trimmed = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    return re.sub(r"[^a-z]", "", trimmed.translate(_LOOK_ALIKES))


def _is_repetition_of(bare: str, words: Collection[str]) -> bool:
    for size in range(3, len(bare) // 2 + 1):
        if len(bare) % size == 0 and bare == bare[:size] * (len(bare) // size):
            return bare[:size] in words or size <= 4
    return False


def _is_sequence(folded: str) -> bool:
    if len(set(folded)) <= 3:
        return True
    runs = [row for base in (*_ROWS, _ALPHABET) for row in (base, base[::-1])]
    covered, position = 0, 0
    while position < len(folded):
        step = _run_length(folded, position, runs)
        covered += step if step >= 4 else 0
        position += max(step, 1)
    return covered >= len(folded) - 3


def _run_length(text: str, start: int, runs: Sequence[str]) -> int:
    for size in range(min(26, len(text) - start), 3, -1):
        if any(text[start : start + size] in run for run in runs):
            return size
    return 0


def _is_mostly_context(password: str, words: Collection[str]) -> bool:
    """Whether fewer than eight characters remain once the context words are taken out.

    Of the digits that remain each counts once: `20262026` is no more than `2026`.
    """
    context = {part for word in words for part in _parts(word)}
    longest_first = sorted(context, key=lambda word: (-len(word), word))
    variants = (_folded(password), _folded(password.translate(_LOOK_ALIKES)))
    return any(_mostly(variant, longest_first) for variant in variants)


def _mostly(remaining: str, words: Sequence[str]) -> bool:
    found = False
    for word in words:
        if word in remaining:
            remaining, found = remaining.replace(word, ""), True
    letters = sum(character.isalpha() for character in remaining)
    digits = {character for character in remaining if character.isdigit()}
    return found and letters + len(digits) < _LEAST_BESIDE_CONTEXT


def _parts(word: str) -> set[str]:
    """A context word as it may be typed: whole, without its digits, and each of its parts of three letters or more."""
    pieces = {word, *re.split(r"[\W_]+", word)}
    folded = {_folded(piece) for piece in pieces} | {_folded(re.sub(r"\d", "", word))}
    return {piece for piece in folded if len(piece) >= _LEAST_CONTEXT}


def _folded(text: str) -> str:
    """Letters as `partnerkit.text` compares them, in lower case, and digits; nothing else."""
    composed = unicodedata.normalize("NFKC", text)
    return "".join(
        str(unicodedata.digit(character)) if character.isdigit() else letters_of(character).lower()
        for character in composed
    )

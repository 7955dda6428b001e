"""The allocataire's number: seven digits, unique only together with the code of the Caf (domain page, E.2)."""

import re
from dataclasses import dataclass

from partnerkit.text import typed_name
from servicekit.errors import InvalidInputError

_SEPARATORS = re.compile(r"[\s.\-]+")
_FORM = re.compile(r"(?P<digits>[0-9]{1,15})(?P<letter>[A-Z]?)")
_RECORD = re.compile(r"([0-9]{7})0{8}")
DIGITS = 7


class InvalidMatriculeError(InvalidInputError):
    """What was typed is not an allocataire's number; `reason` says why."""


@dataclass(frozen=True, slots=True)
class Matricule:
    """Seven digits, and the key letter when one was given: it is kept but not checked, its algorithm is not public."""

    number: str
    letter: str = ""

    @property
    def masked(self) -> str:
        """For lists and screens that must not name the dossier: "•••••45"."""
        return "•" * (DIGITS - 2) + self.number[-2:]


def parse_matricule(text: str) -> Matricule:
    """Read a number as people and systems write it: "346145", "0346145-B", "00346145", "034614500000000" (CNAF record).

    The number read is always the number written: digits are dropped only when they are zeros in front, or the eight
    zeros that fill the fifteen digits of the CNAF record.

    Raises:
        InvalidMatriculeError: MATRICULE_MISSING, MATRICULE_FORMAT, MATRICULE_LOOKS_LIKE_NIR or MATRICULE_LENGTH.
    """
    typed = typed_name(text)
    if typed[:1] in {"-", "."}:
        raise InvalidMatriculeError("a sign or a point before the number", reason="MATRICULE_FORMAT")
    compact = _SEPARATORS.sub("", typed).upper()
    if not compact:
        raise InvalidMatriculeError("no matricule", reason="MATRICULE_MISSING")
    form = _FORM.fullmatch(compact)
    if form is None:
        raise InvalidMatriculeError("not digits and at most one letter", reason="MATRICULE_FORMAT")
    return Matricule(_seven_digits(form["digits"]), form["letter"])


def _seven_digits(digits: str) -> str:
    if record := _RECORD.fullmatch(digits):
        digits = record[1]
    number = digits.lstrip("0")
    if len(number) in {13, 15} and number[0] in "12378":
        raise InvalidMatriculeError("looks like a NIR", reason="MATRICULE_LOOKS_LIKE_NIR")
    if len(number) > DIGITS:
        raise InvalidMatriculeError("more than seven digits", reason="MATRICULE_LENGTH")
    if not number:
        raise InvalidMatriculeError("zero", reason="MATRICULE_FORMAT")
    return number.rjust(DIGITS, "0")

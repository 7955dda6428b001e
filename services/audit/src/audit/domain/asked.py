"""What an auditor typed into the one box of the search: a reference, a dossier, a SIRET, an identifier or a name.

Only the form is read here; which person or organisation a name stands for, the journal itself says (`understand`).
"""

import re
from dataclasses import dataclass
from enum import Enum

from partnerkit.matricule import InvalidMatriculeError, parse_matricule
from partnerkit.text import clean_line, letters_of
from servicekit.references import parse_reference

_WITH_CAF = re.compile(r"([0-9]{3})\s*[/:]\s*(\S.*)")
_SIRET = re.compile(r"[0-9]{14}")
_HYPHENATED = re.compile(r"\S{4}[-–\s]\S{4}")
_ACCOUNT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LONGEST = 256


class AskedKind(Enum):
    """What the text can be."""

    REFERENCE = "reference"
    DOSSIER = "dossier"
    SIRET = "siret"
    IDENTIFIER = "identifier"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Understood:
    """A text understood; `value` is compared: a reference, "dossier:921:0346145", a SIRET, an id or a cleaned name."""

    kind: AskedKind
    value: str


def read_asked(text: str, own_caf: str) -> Understood | None:
    """What `text` can be; a dossier without the code of its Caf is of `own_caf`. None when it can be nothing."""
    typed = clean_line(text)[:LONGEST]
    if not typed:
        return None
    with_caf = _WITH_CAF.fullmatch(typed)
    dossier = _dossier(*with_caf.groups()) if with_caf else None
    digits = re.sub(r"[\s.]", "", typed)
    if dossier is None and _SIRET.fullmatch(digits):
        return Understood(AskedKind.SIRET, digits)
    reference = parse_reference(typed)
    if dossier is None and not (reference and _HYPHENATED.fullmatch(typed)) and own_caf.isascii() and own_caf.isdigit():
        dossier = _dossier(own_caf, typed)
    if dossier is not None:
        return Understood(AskedKind.DOSSIER, dossier)
    if reference is not None and any(character.isdigit() for character in reference):  # "Jean-Marc" is a name first
        return Understood(AskedKind.REFERENCE, reference)
    if _ACCOUNT.fullmatch(typed.lower()):
        return Understood(AskedKind.IDENTIFIER, typed.lower())
    return Understood(AskedKind.NAME, typed) if letters_of(typed) else None


def _dossier(caf: str, matricule: str) -> str | None:
    try:
        return f"dossier:{caf}:{parse_matricule(matricule).number}"
    except InvalidMatriculeError:
        return None

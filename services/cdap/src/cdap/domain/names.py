"""Family names as people type them: compared without case, accents, hyphens, apostrophes or spaces."""

import unicodedata
from functools import lru_cache

MAXIMUM_NAME_LENGTH = 80
FLUX_NAME_LENGTH = 28  # NOM and NOMNAI of the CNAF record: longer names are cut there
_LIGATURES = str.maketrans(
    {"œ": "OE", "Œ": "OE", "æ": "AE", "Æ": "AE", "ß": "SS", "ø": "O", "Ø": "O", "ł": "L", "Ł": "L"}
)


@lru_cache(maxsize=8192)
def name_key(name: str) -> str:
    """What is compared: its letters alone, in capitals, at most 28 of them ("L'Hostis-Dœuf" -> "LHOSTISDOEUF").

    Empty when the text holds no letter.
    """
    decomposed = unicodedata.normalize("NFKD", name.translate(_LIGATURES))
    return "".join(letter for letter in decomposed.upper() if letter.isalpha())[:FLUX_NAME_LENGTH]


def matches(name: str, keys: tuple[str, ...]) -> bool:
    """Whether the name typed is one of the names of the dossier (birth or usage name, allocataire or spouse)."""
    key = name_key(name)
    return bool(key) and key in keys

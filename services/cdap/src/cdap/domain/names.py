"""Family names as people type them, compared with those of the dossiers: letters only, and whole names only.

NOM and NOMNAI of the CNAF record hold 28 characters (spaces, hyphens, apostrophes count): a longer name is cut there.
Such a name is found by whoever types it in full, and by whoever types it as it is cut. The beginning of any other name
finds nothing.
"""

from partnerkit.text import letters_of, typed_name

MAXIMUM_NAME_LENGTH = 80
RECORD_LENGTH = 28  # characters of NOM and NOMNAI of the CNAF record
_MAY_GO_ON = "+"  # ends a key: the record is cut there
_WORD_MAY_FOLLOW = "~"  # ends a key: the record was cut where a word ends, or is complete
_LEAST_LETTERS = 14  # a cut record with fewer letters is nobody's beginning

name_key = letters_of


def keys_of(name: str) -> frozenset[str]:
    """What is stored of a name of a dossier: keys without spaces, for `matches`."""
    kept = typed_name(name)
    letters = letters_of(kept)
    if not letters:
        return frozenset()
    if len(kept) > RECORD_LENGTH:  # this file is not cut, but letters of the Caf may be
        return frozenset({letters, letters_of(kept[:RECORD_LENGTH])})
    if len(letters) >= _LEAST_LETTERS and len(kept) == RECORD_LENGTH:
        return frozenset({letters + _MAY_GO_ON})
    if len(letters) >= _LEAST_LETTERS and len(kept) == RECORD_LENGTH - 1:  # the 28th was perhaps a space
        return frozenset({letters + _WORD_MAY_FOLLOW})
    return frozenset({letters})


def matches(name: str, keys: tuple[str, ...]) -> bool:
    """Whether the name typed is one of the names of the dossier (birth or usage name, allocataire or spouse)."""
    letters = letters_of(name)
    return bool(letters) and any(_matches_key(name, letters, key) for key in keys)


def _matches_key(name: str, letters: str, key: str) -> bool:
    kept = key.rstrip(_MAY_GO_ON + _WORD_MAY_FOLLOW)
    if letters == kept:
        return True
    if key == kept or not letters.startswith(kept):
        return False
    return key.endswith(_MAY_GO_ON) or _ends_a_word(name, len(kept))


def _ends_a_word(name: str, count: int) -> bool:
    """Whether the first `count` letters of a typed name are followed by a space, a hyphen or an apostrophe."""
    seen = 0
    for character in typed_name(name):
        if seen >= count:
            return not character.isalpha()
        seen += len(letters_of(character))
    return False

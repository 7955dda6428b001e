"""SIRET numbers: 14 digits, Luhn on the SIREN and on the whole, with the exception of La Poste.

A refusal says why, because nobody can guess which digit of fourteen is wrong.
"""

from partnerkit.text import typed_name

LA_POSTE = "356000000"
LA_POSTE_HEAD_OFFICE = "35600000000048"


def luhn(digits: str) -> bool:
    """Say whether the digits pass the Luhn check (ISO/IEC 7812-1, annex B)."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        value = int(character) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def normalise_siret(text: str) -> str:
    """Remove what people type between digits, and what nobody sees."""
    return "".join(character for character in typed_name(text) if character not in " .-")


def why_siret_refused(siret: str) -> str | None:
    """Return the reason code of a refusal, or None when the normalised number is right.

    La Poste's establishments (SIREN 356 000 000) do not follow Luhn: the sum of their digits is a multiple of 5.
    """
    if not siret:
        return "SIRET_EMPTY"
    if not (siret.isascii() and siret.isdigit()):
        return "SIRET_NOT_DIGITS"
    if len(siret) == 9:
        return "SIRET_IS_SIREN"
    if len(siret) != 14:
        return "SIRET_LENGTH"
    if siret[:9] == LA_POSTE and siret != LA_POSTE_HEAD_OFFICE:
        return None if sum(map(int, siret)) % 5 == 0 else "SIRET_KEY_WRONG"
    if not luhn(siret[:9]):
        return "SIREN_KEY_WRONG"
    return None if luhn(siret) else "SIRET_KEY_WRONG"

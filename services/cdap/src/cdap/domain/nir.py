"""The NIR (social security number) and the NIA (waiting number): checked, kept only as a keyed hash, never shown."""

import hashlib
import hmac
import re
from dataclasses import dataclass

from servicekit.errors import InvalidInputError

_SEPARATORS = re.compile(r"[\s.\-]+")
_FORM = re.compile(r"[123478][0-9]{4}(?:[0-9]{2}|2A|2B)[0-9]{6}")
_KEY = re.compile(r"[0-9]{2}")
_CORSICA = {"2A": "19", "2B": "18"}


class InvalidNirError(InvalidInputError):
    """The number is not a NIR; `reason` says why. The message never holds the number."""


@dataclass(frozen=True, slots=True)
class Nir:
    """The thirteen characters, without the key. Its representation does not show it."""

    value: str

    def __repr__(self) -> str:
        return "Nir(hidden)"

    @property
    def key(self) -> str:
        """97 minus the remainder by 97; in Corsica 2A counts as 19 and 2B as 18 (INSEE)."""
        department = self.value[5:7]
        digits = self.value[:5] + _CORSICA.get(department, department) + self.value[7:]
        return f"{97 - int(digits) % 97:02d}"

    def hashed(self, secret: bytes) -> str:
        """HMAC-SHA-256 in hexadecimal: equal numbers are recognised, and nobody without the secret can try them all."""
        return hmac.new(secret, self.value.encode(), hashlib.sha256).hexdigest()


def parse_nir(text: str) -> Nir:
    """Read a NIR or a NIA (first digit 7 or 8) of 13 characters, or 15 with its key; separators are ignored.

    Raises:
        InvalidNirError: NIR_LENGTH, NIR_FORMAT or NIR_KEY.
    """
    compact = _SEPARATORS.sub("", text).upper()
    if len(compact) not in {13, 15}:
        raise InvalidNirError("not 13 or 15 characters", reason="NIR_LENGTH")
    nir = Nir(compact[:13])
    if not compact.isascii() or not _FORM.fullmatch(nir.value):
        raise InvalidNirError("a character does not fit", reason="NIR_FORMAT")
    if len(compact) == 15 and (not _KEY.fullmatch(compact[13:]) or compact[13:] != nir.key):
        raise InvalidNirError("the key does not fit", reason="NIR_KEY")
    return nir

"""Text as people type, paste and send it, put in one form: the one place that cleans it.

Everything a person or a file says passes here before it is checked, stored, compared or sent, so that a name from a
Mac (decomposed letters), from Word (unbreakable hyphens) or from a PDF (invisible characters) is the name itself.
"""

import re
import unicodedata
from functools import lru_cache

_HYPHENS = dict.fromkeys(
    map(ord, "\u00ad\u058a\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"), "-"
)
_APOSTROPHES = dict.fromkeys(
    map(ord, "\u2018\u2019\u201a\u201b\u02bb\u02bc\u02bd\u02b9\u02c8\u2032\u2035\u00b4`\uff07"), "'"
)
_IN_NAMES = str.maketrans({**_HYPHENS, **_APOSTROPHES, 0x00AD: None})
_LETTERS = str.maketrans(
    {
        "œ": "OE", "Œ": "OE", "æ": "AE", "Æ": "AE", "ß": "SS", "ẞ": "SS", "ø": "O", "Ø": "O", "ł": "L", "Ł": "L",
        "đ": "D", "Đ": "D", "ð": "D", "Ð": "D", "þ": "TH", "Þ": "TH", "ħ": "H", "Ħ": "H", "ı": "I", "ŋ": "N", "Ŋ": "N",
        "ŧ": "T", "Ŧ": "T", "ĸ": "K", "ŀ": "L", "Ŀ": "L", "ſ": "S", "ɓ": "B", "Ɓ": "B", "ɗ": "D", "Ɗ": "D", "ƙ": "K",
        "Ƙ": "K", "ɛ": "E", "Ɛ": "E", "ɔ": "O", "Ɔ": "O", "ə": "E", "Ə": "E", "ɲ": "N", "Ɲ": "N", "ƴ": "Y", "Ƴ": "Y",
    }
)  # fmt: skip
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_NAME_MARKS = frozenset(" '-.")
_LINE_ENDS = re.compile(r"\r\n?|[\n\v\f\x85\u2028\u2029]")


def clean_line(text: str) -> str:
    """One line of text: composed letters (NFC), no invisible, control or direction character, single spaces.

    A tab, a line end or any wide or unbreakable space becomes one ordinary space; there is none at the two ends.
    """
    if text.isascii() and text.isprintable():  # composed already, and its only space is the ordinary one
        return " ".join(text.split())
    visible = (_visible(character) for character in unicodedata.normalize("NFC", text))
    return unicodedata.normalize("NFC", " ".join("".join(visible).split()))


def clean_block(text: str) -> str:
    """Several lines, each as `clean_line` makes it, without blank ones at the two ends; at most one blank in a row."""
    lines = [clean_line(line) for line in _LINE_ENDS.split(text)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def typed_name(text: str) -> str:
    """A name of a person as it is kept: a clean line whose hyphens are "-" and whose apostrophes are "'"."""
    return clean_line(text.translate(_IN_NAMES))


def why_name_refused(name: str, longest: int) -> str | None:
    """EMPTY, TOO_LONG or NAME_CHARACTERS when a name from `typed_name` cannot be one; None when it can.

    `longest` counts characters.
    """
    if not name:
        return "EMPTY"
    if len(name) > longest:
        return "TOO_LONG"
    if not any(map(str.isalpha, name)) or not all(map(_is_of_a_name, name)):
        return "NAME_CHARACTERS"
    return None


@lru_cache(maxsize=8192)
def letters_of(text: str) -> str:
    """What is compared of a name: its letters alone, in capitals, without accents ("L'Hostis-Dœuf" -> "LHOSTISDOEUF").

    Letters that have no accentless form in Unicode ("Đ", "Þ", "ẞ") have the one that French documents use. Empty when
    the text holds no letter.
    """
    decomposed = unicodedata.normalize("NFKD", typed_name(text).translate(_LETTERS))
    return "".join(letter for letter in decomposed.upper().translate(_LETTERS) if letter.isalpha())


def ascii_letters_of(text: str) -> str:
    """`letters_of` in lower case with nothing but a to z: for identifiers that are typed on any keyboard."""
    return "".join(letter for letter in letters_of(text).lower() if letter.isascii())


def _visible(character: str) -> str:
    if character.isspace() or unicodedata.category(character) in {"Zs", "Zl", "Zp"}:
        return " "
    if unicodedata.category(character) in _DROPPED or _is_filler(character):
        return ""
    return character


def _is_filler(character: str) -> bool:
    """Letters and marks that show nothing: Hangul fillers, variation selectors, the combining grapheme joiner."""
    code = ord(character)
    return code in {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0} or (
        0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or 0x180B <= code <= 0x180F
    )


def _is_of_a_name(character: str) -> bool:
    return character.isalpha() or character in _NAME_MARKS or unicodedata.category(character) == "Mn"

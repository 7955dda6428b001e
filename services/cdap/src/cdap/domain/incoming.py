"""The one cleaning of a record that comes in, before its schema is asked: typography never refuses a record."""

from typing import Any

from partnerkit.text import clean_line, typed_name

NAME_FIELDS = frozenset({"birth_name", "usage_name", "first_names"})
NIR_FIELD = "nir"  # may come with a record: it is dropped unread, nothing here needs it
_DEEPEST = 8  # the schema has five levels
_WITH_TEXT = (str, dict, list)  # most of a dossier is numbers


def cleaned(record: Any) -> Any:
    """The record with every text in one form (NFC, no invisible character, single ordinary spaces), without the NIR.

    Names of persons have plain hyphens and apostrophes. A text of which nothing is left is null.
    """
    if isinstance(record, dict):
        record = {name: value for name, value in record.items() if name != NIR_FIELD}
    return _cleaned(record, "", _DEEPEST)


def _cleaned(value: Any, name: str, depth: int) -> Any:
    if isinstance(value, str):
        return (typed_name(value) if name in NAME_FIELDS else clean_line(value)) or None
    if depth and isinstance(value, dict):
        return {
            key: _cleaned(inner, key, depth - 1) if isinstance(inner, _WITH_TEXT) else inner
            for key, inner in value.items()
        }
    if depth and isinstance(value, list):
        return [_cleaned(inner, name, depth - 1) if isinstance(inner, _WITH_TEXT) else inner for inner in value]
    return value

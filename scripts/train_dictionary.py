"""Trains the dictionary of stored dossiers: `.venv/bin/python scripts/train_dictionary.py NUMBER FILE`.

It learns from synthetic dossiers in their timeless form whose family names, streets, telephone numbers and mails are
replaced by random letters: what is left is the structure. A dictionary that was shipped is never changed: its number
is in every document that it made. A new one gets a new number and a new file, named in `adapters/database/documents`.
"""

import random
import string
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import zstandard

from cdap.domain.timeless import timeless
from onebox.dossiers.generator import generate

SIZE = 16 * 1024
COUNT = 8_000
SHOWCASE = 7  # the first ones are always the same
_WORDS = {"birth_name", "usage_name", "street", "recipient", "phone", "email", "matricule", "landlord"}


def main() -> int:
    """Write the dictionary."""
    number, path = int(sys.argv[1]), Path(sys.argv[2])
    trained = zstandard.train_dictionary(SIZE, list(samples()), dict_id=number)
    path.write_bytes(trained.as_bytes())
    sys.stdout.write(f"{path}: dictionary {trained.dict_id()}, {len(trained)} bytes\n")
    return 0


def samples() -> Iterator[bytes]:
    """Documents as they are stored, without words of anybody."""
    draw = random.Random(1)  # noqa: S311 - reproducible, not secret
    for month in (date(2026, 2, 1), date(2026, 11, 1)):
        for place, document in enumerate(generate(month.month, COUNT // 2, month)):
            if place >= SHOWCASE:
                stored = timeless(without_words(document, draw), f"{month:%Y-%m}")
                yield orjson.dumps(stored, option=orjson.OPT_SORT_KEYS)


def without_words(value: Any, draw: random.Random, name: str = "") -> Any:
    """Letters and digits of what names somebody are drawn anew."""
    if isinstance(value, dict):
        return {key: without_words(inner, draw, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_words(inner, draw, name) for inner in value]
    if isinstance(value, str) and name in _WORDS:
        return "".join(
            draw.choice(string.digits if letter.isdigit() else string.ascii_uppercase) if letter.isalnum() else letter
            for letter in value
        )
    return value


if __name__ == "__main__":
    raise SystemExit(main())

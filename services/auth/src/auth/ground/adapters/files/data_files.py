"""Reads the files of the import commands: JSON or TOML, and the list of common passwords."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from auth.ground.domain.errors import BadDataFileError


def read_entries(path: Path, key: str) -> Sequence[Mapping[str, Any]]:
    """The list under `key` of a JSON or TOML file (a JSON list alone will do too).

    Raises:
        BadDataFileError: the file cannot be read, or has no such list.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except RecursionError as error:
        raise BadDataFileError(f"{path} cannot be read: its lists are nested too deeply") from error
    except (OSError, ValueError) as error:
        raise BadDataFileError(f"{path} cannot be read: {error}") from error
    entries = content if isinstance(content, list) else content.get(key) if isinstance(content, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadDataFileError(f"{path} has no list named {key}")
    return entries


def common_passwords() -> frozenset[str]:
    """Words that common passwords are made of, lower case, without digits around them."""
    text = files("auth.people").joinpath("data/common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))

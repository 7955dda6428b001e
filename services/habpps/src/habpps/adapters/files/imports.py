"""Reads the files that an operator imports."""

import json
import tomllib
from pathlib import Path
from typing import Any

from habpps.domain.refusals import ImportRefusedError
from habpps.domain.service_contract import Extranet
from servicekit.typography import typeset


def read_json(path: Path) -> Any:
    """Return the content of a JSON file.

    Raises:
        ImportRefusedError: it cannot be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ImportRefusedError({str(path): f"cannot be read: {error.strerror}"}) from error
    except ValueError as error:
        raise ImportRefusedError({str(path): f"is not JSON: {error}"}) from error
    except RecursionError as error:
        raise ImportRefusedError({str(path): "is nested too deeply"}) from error


def read_extranets(path: Path) -> tuple[Extranet, ...]:
    """Return the extranets of a TOML file; `data/extranets.toml` shows the format.

    Raises:
        ImportRefusedError: it cannot be read, or a member has the wrong type.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ImportRefusedError({str(path): f"cannot be read: {error.strerror}"}) from error
    except ValueError as error:
        raise ImportRefusedError({str(path): f"is not TOML: {error}"}) from error
    except RecursionError as error:
        raise ImportRefusedError({str(path): "is nested too deeply"}) from error
    problems: dict[str, str] = {}
    found = [_extranet(code, table, problems) for code, table in tables.items()]
    if problems:
        raise ImportRefusedError(problems)
    return tuple(found)


def _extranet(code: str, table: Any, problems: dict[str, str]) -> Extranet:
    row: dict[str, Any] = table if isinstance(table, dict) else {}
    row = {"profiles": [], "purposes": [], **row}
    expected = {
        "owner": str,
        "label": str,
        "url": str,
        "kind": str,
        "enabled": bool,
        "profiles": list,
        "purposes": list,
    }
    for name, kind in expected.items():
        if not isinstance(row.get(name), kind):
            problems[f"{code}.{name}"] = f"a value of type {kind.__name__} was expected"
            row[name] = kind()
    for name in row.keys() - expected.keys():
        problems[f"{code}.{name}"] = "unknown member"
    profiles, purposes = tuple(row["profiles"]), tuple(row["purposes"])
    return Extranet(
        code=code,
        owner=row["owner"],
        label=typeset(row["label"]),
        url=row["url"],
        profiles=profiles,
        purposes=purposes,
        enabled=row["enabled"],
        kind=row["kind"],
    )

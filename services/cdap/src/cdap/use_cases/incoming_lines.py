"""Lines of a file: each is a record that is right, or one to be set aside with its reasons."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from cdap.domain.dossier import Dossier, DossierKey
from cdap.domain.dossier_schema import CAF_CODE, schema_problems
from cdap.domain.incoming import cleaned
from cdap.use_cases.import_ports import OddRecord
from partnerkit.matricule import Matricule

MAXIMUM_LINE_BYTES = 256 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SAFE_PATH = re.compile(r"[a-z_]{1,40}(?:\[[0-9]{1,4}\])?")
_LONGEST_PATH = 6  # levels of a path that are said
_MATRICULE = re.compile(r"[0-9]{7}")


@dataclass(frozen=True, slots=True)
class RightRecord:
    """A record that fits: its line, its key, the month of its figures, comparable names, the document."""

    line: int
    key: DossierKey
    month: str
    name_keys: tuple[str, ...]
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WrongRecord:
    """A record to be set aside; `caf` is "" when it cannot be read."""

    caf: str
    odd: OddRecord


def read_line(number: int, raw: bytes) -> RightRecord | WrongRecord | None:
    """The record of a line; None when the line is blank."""
    line = raw.removeprefix(_BYTE_ORDER_MARK) if number == 1 else raw
    if not line.strip():
        return None
    value, problems = _parsed(line)
    if problems:
        caf, matricule = _reference(value)
        masked = Matricule(matricule).masked if matricule else ""
        return WrongRecord(caf, set_aside(number, masked, problems))
    dossier = Dossier(value)
    return RightRecord(number, dossier.key, dossier.reference_month, dossier.name_keys, value)


def set_aside(line: int, masked: str, problems: list[tuple[str, str]]) -> OddRecord:
    """How a record that is set aside is told."""
    return OddRecord(line, masked, tuple((_safe_path(path), reason) for path, reason in problems))


def _parsed(line: bytes) -> tuple[Any, list[tuple[str, str]]]:
    if len(line) > MAXIMUM_LINE_BYTES:
        return None, [("line", "LINE_TOO_LONG")]
    try:
        value = cleaned(orjson.loads(line))
    except ValueError:
        return None, [("line", _why_not_json(line))]
    return value, schema_problems(value)


def _why_not_json(line: bytes) -> str:
    if not line.endswith(b"\n"):
        return "TRUNCATED_LINE"
    try:
        line.decode()
    except UnicodeDecodeError:
        return "NOT_UTF8"
    return "NOT_JSON"


def _reference(value: object) -> tuple[str, str]:
    """Caf and matricule of a record that does not fit; "" for what is not in its form."""
    reference = value.get("reference") if isinstance(value, dict) else None
    known = reference if isinstance(reference, dict) else {}
    return _formed(known.get("caf"), CAF_CODE), _formed(known.get("matricule"), _MATRICULE)


def _formed(value: object, form: re.Pattern[str]) -> str:
    return value if isinstance(value, str) and form.fullmatch(value) else ""


def _safe_path(path: str) -> str:
    return ".".join(part if _SAFE_PATH.fullmatch(part) else "?" for part in path.split(".")[:_LONGEST_PATH])

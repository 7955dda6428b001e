"""Small checks that make up the schema of a dossier. A check adds (path, reason) pairs for what is wrong."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from cdap.domain.partial_date import NotADateError, parse_partial_date

Problems = list[tuple[str, str]]
Check = Callable[[Any, str, Problems], None]

MONTH = re.compile(r"(?:199|20[0-9])[0-9]-(?:0[1-9]|1[0-2])")  # 1990 to 2099
_COG = re.compile(r"(?:[0-9]{2}|2A|2B)[0-9]{3}")
_MAXIMUM_CENTS = 999_999_999  # 9 digits, 2 of them decimals (CNAF record)


def text(maximum: int, minimum: int = 1) -> Check:
    """A text of so many characters, without control characters."""

    def check(value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, str):
            problems.append((path, "NOT_A_TEXT"))
        elif not minimum <= len(value) <= maximum:
            problems.append((path, "EMPTY" if len(value) < minimum else "TOO_LONG"))
        elif not value.isprintable():
            problems.append((path, "CONTROL_CHARACTER"))

    return check


def code(known: Collection[str]) -> Check:
    """One of the codes."""

    def check(value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, str) or value not in known:
            problems.append((path, "UNKNOWN_CODE"))

    return check


def pattern(form: re.Pattern[str], reason: str) -> Check:
    """A text of this form."""

    def check(value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, str) or not form.fullmatch(value):
            problems.append((path, reason))

    return check


month = pattern(MONTH, "NOT_A_MONTH")
cog = pattern(_COG, "NOT_A_COG_CODE")


def day(value: Any, path: str, problems: Problems) -> None:
    """A date, "2026-11-23", whole or in part: "2026-11-00", "2026-00-00", "0000-00-00"."""
    try:
        parse_partial_date(value if isinstance(value, str) else "")
    except NotADateError as error:
        problems.append((path, error.reason))


def cents(value: Any, path: str, problems: Problems) -> None:
    """An amount in cents, from 0 to 9 999 999.99 euros."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAXIMUM_CENTS:
        problems.append((path, "NOT_AN_AMOUNT"))


def flag(value: Any, path: str, problems: Problems) -> None:
    """True or false."""
    if not isinstance(value, bool):
        problems.append((path, "NOT_TRUE_OR_FALSE"))


def whole(minimum: int, maximum: int) -> Check:
    """A whole number between the two."""

    def check(value: Any, path: str, problems: Problems) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            problems.append((path, "NOT_IN_RANGE"))

    return check


def or_null(inner: Check) -> Check:
    """Null, or what `inner` accepts."""

    def check(value: Any, path: str, problems: Problems) -> None:
        if value is not None:
            inner(value, path, problems)

    return check


def many(item: Check, minimum: int, maximum: int) -> Check:
    """A list of so many items."""

    def check(value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, list):
            problems.append((path, "NOT_A_LIST"))
        elif not minimum <= len(value) <= maximum:
            problems.append((path, "WRONG_NUMBER_OF_ITEMS"))
        else:
            for position, entry in enumerate(value):
                item(entry, f"{path}[{position}]", problems)

    return check


def by_code(known: Collection[str], item: Check) -> Check:
    """An object whose names are codes."""

    def check(value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.append((path, "NOT_AN_OBJECT"))
            return
        for name, entry in value.items():
            if name not in known:
                problems.append((f"{path}.{name}", "UNKNOWN_CODE"))
            else:
                item(entry, f"{path}.{name}", problems)

    return check


def group(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with these names and no other."""
    known = {**required, **(optional or {})}

    def check(value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.append((path or "line", "NOT_AN_OBJECT"))
            return
        prefix = f"{path}." if path else ""
        for name in required:
            if name not in value:
                problems.append((prefix + name, "MISSING"))
        for name, entry in value.items():
            inner = known.get(name)
            if inner is None:
                problems.append((prefix + name, "UNKNOWN_FIELD"))
            else:
                inner(entry, prefix + name, problems)

    return check

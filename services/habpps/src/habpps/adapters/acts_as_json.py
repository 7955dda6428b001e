"""An act as JSON and back: what waits in a table and what comes by RPC. The name of the act is not part of it."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from habpps.domain.refusals import FormRefusedError
from habpps.use_cases.act_entry import Act
from habpps.use_cases.act_kinds import Acts

_DEEPEST = 8
_LONGEST_NAME = 60


class ActsAsJson:
    """Reads and writes the acts of one registry."""

    def __init__(self, acts: Acts) -> None:
        """Keep the registry."""
        self._acts = acts
        self._adapters: dict[str, TypeAdapter[Act[Any]]] = {one.name: TypeAdapter(one.content) for one in acts.kinds}

    def written(self, act: Act[Any]) -> tuple[str, dict[str, Any]]:
        """Return the name of an act and its content as values of JSON."""
        kind = self._acts.of(act)
        content = self._adapters[kind.name].dump_python(act, mode="json")
        return kind.name, {name: value for name, value in content.items() if name not in kind.fixed}

    def read(self, name: str, content: Mapping[str, Any]) -> Act[Any]:
        """Return the act of this name that some JSON says.

        Raises:
            UnknownThingError: no act has this name.
            FormRefusedError: FIELD_UNKNOWN, FIELD_MISSING or FIELD_MALFORMED by the path of each field that is wrong.
        """
        kind = self._acts.named(name)
        wrong = {_shown(field): "FIELD_UNKNOWN" for field in content if field in kind.fixed}
        given = {field: value for field, value in content.items() if field not in kind.fixed}
        written = json.dumps({**_writable(given, (), wrong), **kind.fixed})
        act: Act[Any] | None = None
        try:
            act = self._adapters[kind.name].validate_json(written, strict=True)
        except ValidationError as refused:
            wrong = {_path(one["loc"]): _reason(one["type"]) for one in refused.errors()} | wrong
        if wrong or act is None:
            raise FormRefusedError(wrong)
        if self._acts.of(act) is not kind:
            raise FormRefusedError(dict.fromkeys(self._acts.named_apart(kind), "FIELD_MALFORMED"))
        return act


def object_in(text: str, field: str) -> Mapping[str, Any]:
    """Return the JSON object (RFC 8259) that a text is.

    Raises:
        FormRefusedError: FIELD_MALFORMED for `field` when it is none, FIELD_TWICE by name for what is said twice in it.
    """
    twice: dict[str, str] = {}

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                twice[_shown(name)] = "FIELD_TWICE"
            found[name] = value
        return found

    try:
        value = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise FormRefusedError({field: "FIELD_MALFORMED"}) from None
    if not isinstance(value, dict):
        raise FormRefusedError({field: "FIELD_MALFORMED"})
    if twice:
        raise FormRefusedError(twice)
    return value


def _writable(value: Any, place: tuple[int | str, ...], wrong: dict[str, str]) -> Any:
    """The value without what no text holds (half a surrogate pair) and what is deeper than any act: noted as wrong."""
    if len(place) > _DEEPEST:
        wrong[_path(place)] = "FIELD_MALFORMED"
        return None
    if isinstance(value, dict):
        return {_name(name): _writable(inner, (*place, name), wrong) for name, inner in value.items()}
    if isinstance(value, list):
        return [_writable(inner, (*place, number), wrong) for number, inner in enumerate(value)]
    if isinstance(value, str) and not _is_text(value):
        wrong[_path(place)] = "FIELD_MALFORMED"
        return ""
    return value


def _name(name: str) -> str:
    return name if _is_text(name) else _shown(name)


def _is_text(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(_shown(str(part)) for part in location) or "act"


def _shown(name: str) -> str:
    """A name that somebody else chose, short and plain enough for a log and a header."""
    plain = "".join(one if one.isascii() and (one.isalnum() or one in "_-") else "?" for one in name[:_LONGEST_NAME])
    return plain or "?"


def _reason(kind: str) -> str:
    if kind == "unexpected_keyword_argument":
        return "FIELD_UNKNOWN"
    return "FIELD_MISSING" if kind in {"missing", "missing_argument"} else "FIELD_MALFORMED"

"""An act as JSON and back: what waits in a table and what comes by RPC. The name of the act is not part of it."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from habpps.domain.refusals import FormRefusedError
from habpps.use_cases.act_entry import Act
from habpps.use_cases.act_kinds import Acts


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
        said_twice = {field: "FIELD_UNKNOWN" for field in content if field in kind.fixed}
        if said_twice:
            raise FormRefusedError(said_twice)
        try:
            act = self._adapters[kind.name].validate_json(json.dumps({**content, **kind.fixed}), strict=True)
        except ValidationError as refused:
            raise FormRefusedError({_path(one["loc"]): _reason(one["type"]) for one in refused.errors()}) from None
        if self._acts.of(act) is not kind:
            raise FormRefusedError({"act": "FIELD_MALFORMED"})
        return act


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) or "act"


def _reason(kind: str) -> str:
    if kind == "unexpected_keyword_argument":
        return "FIELD_UNKNOWN"
    return "FIELD_MISSING" if kind in {"missing", "missing_argument"} else "FIELD_MALFORMED"

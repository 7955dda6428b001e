"""An act of every kind of the registry, made from the types of its fields: a new kind needs nothing here."""

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from habpps.domain.people import Person
from habpps.use_cases.act_entry import Act
from habpps.use_cases.act_kinds import ActKind
from tests.habpps.builders import DIRECTOR, TODAY

OPENS = {
    "habpps.organisation.created",
    "habpps.organisation.edited",  # like a new organisation: it may be the name for everybody, which must not be seen
    "habpps.convention.signed",
    "habpps.convention.reactivated",
    "habpps.service_contract.opened",
    "habpps.service_contract.reactivated",
    "habpps.invitation.confirmed",
    "habpps.territory.extended",
    "habpps.group.changed",
    "habpps.user.attached",
    "habpps.user.unlocked",
    "habpps.user.departure_cancelled",
    "habpps.habilitation.granted",
    "habpps.habilitation.reactivated",
}
"""Acts of the pages that may give something to somebody: nobody is told before audit has them."""


def sample(kind: ActKind, text: str = "Texte", *, filled: bool = True) -> Act[Any]:
    """An act of this kind; every free text in it is `text`. Not `filled`: what may be None or empty is."""
    return _dataclass(kind.content, lambda wanted: _value(wanted, text, filled), kind.fixed)  # type: ignore[no-any-return]


def _dataclass(wanted: type[Any], value: Callable[[Any], Any], fixed: Mapping[str, object]) -> Any:
    hints = get_type_hints(wanted)
    return wanted(**{one.name: value(hints[one.name]) for one in fields(wanted) if one.name not in fixed}, **fixed)


def _value(wanted: Any, text: str, filled: bool) -> Any:
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in {Union, types.UnionType}:
        chosen = [one for one in inner if (one is not types.NoneType) == filled]
        return _value(chosen[0], text, filled) if filled else None
    if origin is tuple:
        return (_value(inner[0], text, filled),) if filled else ()
    if origin is not None and issubclass(origin, Mapping):
        return {"key": _value(inner[1], text, filled)} if filled else {}
    if wanted is Person:
        return DIRECTOR
    if is_dataclass(wanted) and isinstance(wanted, type):
        return _dataclass(wanted, lambda part: _value(part, text, filled), {})
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return next(iter(wanted))
    return {str: text, int: 1, bool: filled, date: TODAY}[wanted]

"""Whether a fact that changes may open something: only such an act must wait for audit before anybody is told.

Compared are the facts before and after, never the name of the act: a departure moved from the past to the future opens
again. When in doubt the answer is yes. Invariant, held by a test: a change that does not widen opens no extranet to
anybody on any day.
"""

from collections.abc import Callable
from dataclasses import fields
from datetime import date
from typing import Any

from rights.facts import Convention, Fact

_OPENNESS = {"active": 3, "denounced": 2}  # any other state opens nothing (rights.facts)
_OPENNESS_OF_CONVENTION = _OPENNESS | {"suspended": 1}  # its administrators still enter Habpps, to read


def widens(old: Fact | None, new: Fact | None) -> bool:
    """Whether `new` in the place of `old` may open something that was closed. None: there is no such fact."""
    if new is None or not _opens(new):
        return False
    if old is None or type(old) is not type(new) or not _opens(old):
        return True
    return _openness(new) > _openness(old) or any(
        _COMPARISONS.get(field.name, _otherwise)(getattr(old, field.name), getattr(new, field.name))
        for field in fields(new)
        if field.name != "state" and getattr(old, field.name) != getattr(new, field.name)
    )


def _opens(fact: Fact) -> bool:
    return _openness(fact) > 0 and getattr(fact, "enabled", True) is True


def _openness(fact: Fact) -> int:
    order = _OPENNESS_OF_CONVENTION if isinstance(fact, Convention) else _OPENNESS
    return order.get(getattr(fact, "state", "active"), 0)


def _earlier(old: date, new: date) -> bool:
    return new < old


def _later(old: date | None, new: date | None) -> bool:
    return new is None or (old is not None and new > old)


def _more(old: tuple[str, ...], new: tuple[str, ...]) -> bool:
    return not set(new) <= set(old)


def _otherwise(_old: object, _new: object) -> bool:
    return True


def _words(_old: object, _new: object) -> bool:
    return False


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "starts_on": _earlier,
    "ends_on": _later,
    "profiles": _more,
    "purposes": _more,
    "display_name": _words,
    "label": _words,
    "name": _words,
    "reference": _words,
}

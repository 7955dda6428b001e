"""How much of the store one use case of auth can reach: what it calls, not everything that there is."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any, get_args, get_origin, get_type_hints

import auth
from auth.bootstrap.repositories import SqlRepositories
from auth.ground.use_cases import shelves
from servicekit.audit_events import RecordedWork

MOST = 21
"""Methods of repositories that the widest use case sees (signing in). The whole store has five times as many."""


def _modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(auth.__path__, "auth."):
        if ".use_cases." in found.name and not found.ispkg:
            yield import_module(found.name)


def _shelves(store: Any) -> dict[str, Any]:
    """Name of each shelf that a store has -> the class that says what may be done there."""
    origin = get_origin(store)
    if origin is not None:
        (name,) = (name for name, value in vars(origin).items() if isinstance(value, property))
        return {name: get_args(store)[0]}
    found: dict[str, Any] = {}
    for base in getattr(store, "__orig_bases__", ()):
        if get_origin(base) is not None or (inspect.isclass(base) and issubclass(base, object)):
            found |= _shelves(base)
    return found


def _methods(repository: Any) -> set[str]:
    return {name for name, value in inspect.getmembers(repository, inspect.isfunction) if not name.startswith("_")}


def _in_sight(store: Any) -> int:
    return sum(len(_methods(repository)) for repository in _shelves(store).values())


def _use_cases() -> dict[str, Any]:
    """Every class that is given the store, and every function that is given its repositories -> what it sees of it."""
    found: dict[str, Any] = {}
    for module in _modules():
        for name, value in vars(module).items():
            if getattr(value, "__module__", "") != module.__name__:
                continue
            if inspect.isclass(value) and RecordedWork.__name__ in str(getattr(value.__init__, "__annotations__", "")):
                hints = get_type_hints(value.__init__)
                stores = [get_args(hint)[0] for hint in hints.values() if get_origin(hint) is RecordedWork]
            elif inspect.isfunction(value) and "repos" in value.__annotations__:
                stores = [get_type_hints(value)["repos"]]
            else:
                continue
            found |= {f"{module.__name__}.{name}": store for store in stores}
    return found


USE_CASES = _use_cases()


def test_no_use_case_sees_more_of_the_store_than_the_widest_one_needs() -> None:
    assert len(USE_CASES) >= 45, "the use cases are found"
    sight = {name: _in_sight(store) for name, store in USE_CASES.items()}
    assert {name: count for name, count in sight.items() if count > MOST} == {}
    assert max(sight.values()) == MOST, "the widest one sees less than that by now: say so here"


def test_every_shelf_is_one_of_the_store() -> None:
    every = {name for shelf in vars(shelves).values() if inspect.isclass(shelf) for name in _own_shelf(shelf)}
    assert every == {name for name, value in vars(SqlRepositories).items() if isinstance(value, property)}
    used = {name for store in USE_CASES.values() for name in _shelves(store)}
    assert used == every


def _own_shelf(shelf: Any) -> list[str]:
    return [name for name, value in vars(shelf).items() if isinstance(value, property)]

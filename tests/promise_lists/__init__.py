"""The promises, by what they come from. A list added to this folder counts at once: nothing names it elsewhere."""

from importlib import import_module
from pkgutil import iter_modules

from tests.promise_lists.promise import Promise


def gathered() -> tuple[Promise, ...]:
    """The promises of every module of this folder, by the name of the module."""
    found: list[Promise] = []
    for name in sorted(one.name for one in iter_modules(__path__)):
        for value in vars(import_module(f"{__name__}.{name}")).values():
            if isinstance(value, tuple) and value and all(isinstance(one, Promise) for one in value):
                found.extend(value)
    return tuple(found)

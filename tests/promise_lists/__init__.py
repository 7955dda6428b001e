"""The promises, by whom they are made to. A list added to this folder counts at once: nothing names it elsewhere."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from tests.promise_lists.promise import Promise, Reader


def gathered() -> dict[Reader, tuple[Promise, ...]]:
    """The promises of every module of this folder, under the `READER` that it names."""
    found: dict[Reader, list[Promise]] = {reader: [] for reader in Reader}
    for name in sorted(module.name for module in iter_modules(__path__) if module.name != "promise"):
        module = import_module(f"{__name__}.{name}")
        found[module.READER].extend(_promises(vars(module)))
    return {reader: tuple(promises) for reader, promises in found.items()}


def _promises(content: dict[str, object]) -> Iterator[Promise]:
    for value in content.values():
        if isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Promise))

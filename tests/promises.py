"""The specification of the product: every promise has an identifier, a source and a test, or a gap with its reason.

A test declares the promises it keeps with `@promise("chain:two-mails")`. `make promises` prints the matrix;
`tests/test_promises.py` checks both directions.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.promise_lists import gathered
from tests.promise_lists.promise import Promise

TestFunction = TypeVar("TestFunction", bound=Callable[..., Any])


def promise(*ids: str) -> Callable[[TestFunction], TestFunction]:
    """Declares that a test keeps the promises `ids`."""

    def mark(function: TestFunction) -> TestFunction:
        marked: TestFunction = pytest.mark.promise(*ids)(function)
        return marked

    return mark


BY_READER = gathered()
PROMISES: tuple[Promise, ...] = tuple(item for items in BY_READER.values() for item in items)


@dataclass(frozen=True)
class Keeper:
    """A test that keeps promises."""

    test: str
    ids: tuple[str, ...]


def keepers(root: Path = Path(__file__).parent) -> Iterator[Keeper]:
    """Every test that declares promises, read from the sources."""
    for path in sorted(root.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef):
                continue
            for decorator in node.decorator_list:
                if (
                    isinstance(decorator, ast.Call)
                    and isinstance(decorator.func, ast.Name)
                    and decorator.func.id == "promise"
                ):
                    ids = tuple(
                        str(argument.value) for argument in decorator.args if isinstance(argument, ast.Constant)
                    )
                    yield Keeper(f"{path.relative_to(root)}::{node.name}", ids)


def main() -> None:
    """Prints the promises of the product by whom they are made to, then those of standards, each with its tests."""
    tests: dict[str, list[str]] = defaultdict(list)
    for keeper in keepers():
        for identifier in keeper.ids:
            tests[identifier].append(keeper.test)
    for reader, promises in BY_READER.items():
        print(f"{reader.value}\n{'=' * len(reader.value)}\n")
        for item in promises:
            _print(item, tests[item.id])
        print()
    for reader, promises in BY_READER.items():
        kept = sum(1 for item in promises if tests[item.id])
        print(f"{kept:4} of {len(promises):3} promises are kept by a test.  {reader.value}")


def _print(item: Promise, tests: list[str]) -> None:
    print(f"{'kept' if tests else 'GAP '}  {item.id}\n      {item.sentence}\n      source: {item.source}")
    for test in tests:
        print(f"      test:   {test}")
    if item.gap:
        print(f"      gap:    {item.gap}")


if __name__ == "__main__":
    main()

"""Values with many fields are built by keyword: two texts that change places would type-check."""

import ast
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.architecture.tree import ROOT, own_python

ALIKE = 3
"""Fields of one type that may travel by position."""
MANY = 6


def _dataclasses() -> Iterator[tuple[str, ast.ClassDef]]:
    for path in own_python():
        if path.parts[0] not in {"libs", "services", "deploy"}:
            continue
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any("dataclass" in ast.unparse(it) for it in node.decorator_list):
                yield f"{path}::{node.name}", node


def _must_be_named(node: ast.ClassDef) -> bool:
    types = [ast.unparse(item.annotation) for item in node.body if isinstance(item, ast.AnnAssign)]
    return len(types) > MANY or max(Counter(types).values(), default=0) > ALIKE


FOUND = {name: node for name, node in _dataclasses() if _must_be_named(node)}


@pytest.mark.parametrize("name", sorted(FOUND))
def test_a_value_with_many_fields_is_built_by_keyword(name: str) -> None:
    assert any("kw_only=True" in ast.unparse(decorator) for decorator in FOUND[name].decorator_list)


def test_the_values_are_found() -> None:
    assert {"CreateOrganisation", "World", "TokenFrame"} <= {name.rpartition("::")[2] for name in FOUND}

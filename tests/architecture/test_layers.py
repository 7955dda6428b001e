"""What the inner layers import is what docs/architecture.md §4 says, library by library. import-linter has the rest."""

import ast
import re
import sys

import pytest

from tests.architecture.tree import ROOT, SERVICES, own_python

TABLE = (
    (ROOT / "docs/architecture.md").read_text(encoding="utf-8").split("## 4. Layers")[1].split("Where does this go?")[0]
)
WHOLE = {"rights", "partnerkit"}


def _column(layer: str) -> set[str]:
    """What the table says a layer may import."""
    row = next(line for line in TABLE.splitlines() if line.startswith(f"| `{layer}` |"))
    return set(re.findall(r"`([a-z_.]+)`", row.split("|")[3])) - {"domain"}


MAY = {"domain": _column("domain"), "use_cases": _column("domain") | _column("use_cases")}


def _imported(layer: str) -> set[str]:
    found = set()
    for path in own_python():
        if path.parts[0] != "services" or layer not in path.parts:
            continue
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                top = name.partition(".")[0]
                if top in sys.stdlib_module_names or top in SERVICES:
                    continue
                found.add(top if top in WHOLE or top != "servicekit" else ".".join(name.split(".")[:2]))
    return found


@pytest.mark.parametrize("layer", MAY)
def test_a_layer_imports_what_the_table_says(layer: str) -> None:
    assert _imported(layer) - MAY[layer] == set()


def test_the_table_names_nothing_that_no_layer_imports() -> None:
    assert MAY["use_cases"] - {"servicekit"} - _imported("use_cases") - _imported("domain") == set()

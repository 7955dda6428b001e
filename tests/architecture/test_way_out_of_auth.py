"""auth speaks HTTP to others through one module, which keeps it from machines that only it can reach."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.tree import ROOT
from tests.promises import promise

AUTH = ROOT / "services/auth/src/auth"
GUARD = AUTH / "ground/adapters/clients/guarded_fetch.py"
NAMES_ERRORS = AUTH / "ground/adapters/clients/tls_trust.py"
"""It opens nothing: it says why what others opened failed."""
CLIENTS = {"httpx", "httpcore", "requests", "urllib3", "aiohttp", "http.client", "urllib.request", "socket"}


def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


@promise("ending:guarded-way-out")
def test_only_the_guard_opens_connections_to_addresses_that_somebody_typed() -> None:
    offenders = {
        str(path.relative_to(ROOT)): sorted(found)
        for path in AUTH.rglob("*.py")
        if path not in (GUARD, NAMES_ERRORS) and (found := imported(path) & CLIENTS)
    }
    assert offenders == {}
    assert imported(GUARD) & CLIENTS, "the test would see it"

"""The contracts between services: generated code is fresh, callers are those of the table."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.architecture.tree import ROOT, SERVICES, tracked


def test_generated_code_is_fresh(tmp_path: Path) -> None:
    schema = ROOT / "protos" / "schema"
    files = sorted(str(path.relative_to(schema)) for path in schema.rglob("*.proto"))
    subprocess.run(
        [
            sys.executable,
            "-m",
            "grpc_tools.protoc",
            "-I",
            str(schema),
            f"--python_out={tmp_path}",
            f"--grpc_python_out={tmp_path}",
            *files,
        ],
        check=True,
    )
    for made in tmp_path.rglob("*.py"):
        committed = ROOT / "protos" / "src" / made.relative_to(tmp_path)
        assert committed.read_text() == made.read_text(), f"{committed} is stale: run `make protos`"


def documented_callers() -> dict[tuple[str, str, str], set[str]]:
    """(callee, service, method or "all") -> callers, from the table of protos/README.md."""
    table = {}
    for line in (ROOT / "protos" / "README.md").read_text().splitlines():
        row = re.fullmatch(r"\| (\w+) \| `([\w.]+)` \| ([\w, ]+) \| ([\w, -]+) \|", line)
        if row:
            for method in row[3].split(", "):
                table[row[1], row[2], method] = set(row[4].split(", "))
    return table


def methods_of(service: str) -> set[str]:
    """Methods of a gRPC service, read from its proto file."""
    for path in tracked(".proto"):
        text = (ROOT / path).read_text()
        package = re.search(r"^package ([\w.]+);", text, re.MULTILINE)
        name = re.search(r"^service (\w+)", text, re.MULTILINE)
        if package and name and f"{package[1]}.{name[1]}" == service:
            return set(re.findall(r"^  rpc (\w+)\(", text, re.MULTILINE))
    return set()


def test_callers_are_exactly_those_of_the_table() -> None:
    expected: dict[str, dict[str, set[str]]] = {service: {} for service in SERVICES}
    for (callee, service, method), callers in documented_callers().items():
        names = methods_of(service) if method == "all" else {method}
        assert names, f"{service} has no proto"
        for name in names:
            expected[callee][f"/{service}/{name}"] = callers
    actual = {}
    for callee in SERVICES:
        found = list((ROOT / "services" / callee).rglob("callers.toml"))
        assert len(found) == 1, f"{callee} has {len(found)} callers.toml"
        actual[callee] = flatten(tomllib.loads(found[0].read_text()))
    assert actual == expected


def flatten(document: dict[str, object], prefix: str = "") -> dict[str, set[str]]:
    """callers.toml -> "/service/Method" -> callers."""
    flat: dict[str, set[str]] = {}
    for key, value in document.items():
        if isinstance(value, list):
            flat[f"/{prefix}/{key}" if prefix else key] = {str(caller) for caller in value}
        elif isinstance(value, dict):
            flat |= flatten(value, f"{prefix}.{key}" if prefix else key)
    return flat

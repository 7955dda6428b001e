"""Each package declares what it imports, and nothing else."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.tree import ROOT, own_python, tracked
from tests.promises import promise

PACKAGES = [path.parent for path in tracked("pyproject.toml") if len(path.parts) > 1]
OWN = {
    "partenaire": "partenaire-protos",
    **{name: f"partenaire-{name}" for name in ("auth", "habpps", "cdap", "audit")},
}
SHARED_NAMES = {"google.protobuf": "protobuf", "google.rpc": "googleapis-common-protos"}
TYPES_ONLY = {"_typeshed"}
USED_BY_NAME = {
    "psycopg": "SQLAlchemy loads it for postgresql:// addresses",
    "tzdata": "zoneinfo reads it where the system has no time zones",
}
RUN_BY = (
    "Makefile",
    "scripts/test.sh",
    "scripts/check.sh",
    "scripts/lock.sh",
    "scripts/environment.sh",
    "scripts/package.py",
)
RUN_BY_NAME = {
    "editables": "hatchling asks for it where packages are installed from their sources",
    "grpcio-tools": "protos/generate.sh",
    "import-linter": "its command is lint-imports",
    "mypy-protobuf": "protos/generate.sh",
    "pytest-randomly": "pytest loads it",
    "pytest-timeout": "pytest loads it",
    "requests": "the client of docs/integrate-an-extranet.md, which a test runs, loads it",
}


def _modules(*folders: Path) -> set[str]:
    found: set[str] = set()
    for path in (*own_python(), *tracked("_pb2.py"), *tracked("_pb2_grpc.py")):
        if not any(path.is_relative_to(folder) for folder in folders):
            continue
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module)
    return found


def _imported(package: Path) -> set[str]:
    """Names of the distributions that the sources of `package` import."""
    return _distributions(_modules(package / "src"), {path.name for path in (ROOT / package / "src").iterdir()})


def _distributions(modules: set[str], own: set[str]) -> set[str]:
    known = packages_distributions()
    names: set[str] = set()
    for module in modules:
        top = module.split(".")[0]
        if top in sys.stdlib_module_names or top in own or top in TYPES_ONLY:
            continue
        shared = [name for prefix, name in SHARED_NAMES.items() if f"{module}.".startswith(f"{prefix}.")]
        names |= set(shared or [OWN.get(top) or known.get(top, [top])[0]])
    return {str(canonicalize_name(name)) for name in names}


def _declared(package: Path) -> set[str]:
    project = tomllib.loads((ROOT / package / "pyproject.toml").read_text())["project"]
    return {str(canonicalize_name(Requirement(need).name)) for need in project["dependencies"]}


def _ours() -> set[str]:
    return {tomllib.loads((ROOT / package / "pyproject.toml").read_text())["project"]["name"] for package in PACKAGES}


def test_every_package_of_the_tree_is_looked_at() -> None:
    folders = {path.parts[:2] for path in own_python() if path.parts[0] in {"libs", "services"}}
    assert {package.parts for package in PACKAGES} >= folders


@promise("operators:dependencies-are-those-that-are-imported")
@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_a_package_declares_what_it_imports_and_nothing_else(package: Path) -> None:
    declared, imported = _declared(package), _imported(package)
    assert imported - declared == set(), "imported and not declared"
    unused = declared - imported - USED_BY_NAME.keys()
    if package.name == "onebox":
        unused -= set(OWN.values())  # it runs them as processes
    assert unused == set(), "declared and not imported"


@promise("operators:dependencies-are-those-that-are-imported")
def test_the_tools_of_developers_are_those_that_tests_and_scripts_use() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    tools = {str(canonicalize_name(Requirement(need).name)) for need in project["dependency-groups"]["dev"]}
    imported = _distributions(_modules(Path("tests"), Path("scripts")), {"tests"})
    members = {
        tomllib.loads((ROOT / package / "pyproject.toml").read_text())["project"]["name"] for package in PACKAGES
    }
    shipped = members.union(*map(_declared, PACKAGES))
    assert imported - tools - shipped == set(), "imported and not declared"
    run = " ".join((ROOT / path).read_text() for path in RUN_BY)
    unused = {name for name in tools - imported - RUN_BY_NAME.keys() if not re.search(rf"\b{name}\b", run)}
    assert {name for name in unused if not name.startswith("types-")} == set(), "declared and not used"


def test_a_package_takes_those_of_the_tree_from_the_tree() -> None:
    ours = _ours()
    for package in PACKAGES:
        sources = set(
            re.findall(r"^([\w-]+) = \{ workspace = true \}", (ROOT / package / "pyproject.toml").read_text(), re.M)
        )
        assert sources == _declared(package) & ours, package


@pytest.mark.parametrize("package", [path for path in PACKAGES if path.parts[0] != "deploy"], ids=str)
def test_what_is_shipped_makes_nobody_up(package: Path) -> None:
    """People who do not exist are drawn by the demo alone."""
    assert "faker" not in _declared(package) | _imported(package)

"""What the documents say of the tree is true."""

import re
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from servicekit.settings import ServiceSettings
from tests.architecture.tree import ROOT, SERVICES, own_python, tracked
from tests.promises import promise

DOCUMENTS = tracked(".md")
SETTINGS: tuple[type[ServiceSettings], ...] = tuple(
    getattr(import_module(f"{service}.settings"), f"{service.capitalize()}Settings") for service in SERVICES
)


@cache
def variables() -> frozenset[str]:
    return frozenset(
        f"{settings.environment_prefix()}{name}".upper() for settings in SETTINGS for name in settings.model_fields
    )


@cache
def commands_of(service: str) -> frozenset[str]:
    """What `python -m <service> --help` lists."""
    done = subprocess.run(
        [sys.executable, "-m", service, "--help"], check=True, capture_output=True, text=True, timeout=60
    )
    return frozenset(re.findall(r"^    ([a-z][a-z-]+)", done.stdout, re.MULTILINE))


@cache
def _tests() -> tuple[frozenset[str], frozenset[str]]:
    """Names of the test files and of the test functions."""
    files = frozenset(path.name for path in tracked(".py") if path.parts[0] == "tests")
    functions = {
        name
        for path in own_python()
        if path.parts[0] == "tests"
        for name in re.findall(r"^\s*def (test_\w+)\(", (ROOT / path).read_text(), re.MULTILINE)
    }
    return files, frozenset(functions)


@cache
def _reasons() -> str:
    return "\n".join((ROOT / path).read_text() for path in own_python() if path.parts[0] in {"libs", "services"})


@promise("operators:documents-name-what-exists")
@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_setting_that_a_document_names_exists(document: Path) -> None:
    text = (ROOT / document).read_text()
    named = set(re.findall(r"\b(?:AUTH|HABPPS|CDAP|AUDIT)_[A-Z0-9_]*[A-Z0-9]\b", text)) - variables()
    assert {name for name in named if f'"{name}"' not in _reasons()} == set()
    endings = {variable.split("_", 1)[1] for variable in variables()}
    assert set(re.findall(r"`…_([A-Z_]+)", text)) - endings == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_command_of_a_service_that_a_document_names_exists(document: Path) -> None:
    text = (ROOT / document).read_text()
    for service, command in re.findall(r"python -m (auth|habpps|cdap|audit|<service>)\s+([a-z][a-z-]+)", text):
        for one in SERVICES if service.startswith("<") else (service,):
            assert command in commands_of(one), f"python -m {service} {command}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_option_of_a_command_that_a_document_names_exists(document: Path) -> None:
    lines = [line for line in (ROOT / document).read_text().splitlines() if "python -m " in line]
    known = _reasons() + "".join((ROOT / path).read_text() for path in own_python() if path.parts[0] == "deploy")
    for line in lines:
        for ours in re.findall(r"python -m (?:auth|habpps|cdap|audit|onebox|<service>)\b([^`|&]*)", line):
            named = re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", ours)
            assert [option for option in named if f'"{option}"' not in known] == [], line


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_test_that_a_document_names_exists(document: Path) -> None:
    files, functions = _tests()
    named = set(re.findall(r"\btest_\w+(?:\.py)?", (ROOT / document).read_text()))
    unknown = {
        name
        for name in named
        if name not in files and f"{name}.py" not in files and name.removesuffix(".py") not in functions
    }
    assert unknown == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_files_named_with_their_folder_exist(document: object) -> None:
    text = (ROOT / str(document)).read_text()
    named = set(re.findall(r"`((?:services|libs|protos|tests|deploy|docs|scripts|\.ci)/[\w./-]+)`", text))
    assert {name for name in named if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_between_documents_lead_somewhere(document: object) -> None:
    path = ROOT / str(document)
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_make_commands_named_in_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        name for path in DOCUMENTS for name in re.findall(r"(?:`|^)make ([a-z-]+)", (ROOT / path).read_text(), re.M)
    }
    assert named - targets == set()


@pytest.mark.parametrize("service", SERVICES)
def test_files_that_the_page_of_a_service_names_are_in_the_service(service: str) -> None:
    folder = ROOT / "services" / service
    text = (folder / "README.md").read_text()
    tops = [path.name for path in (folder / "src" / service).iterdir() if path.is_dir()]
    named = set(re.findall(rf"`((?:src|{'|'.join(tops)})/[\w./-]+\.\w+|\w+\.toml)`", text))
    places = (folder, folder / "src" / service)
    assert {name for name in named if not any((place / name).exists() for place in places)} == set()


@promise("operators:documents-name-what-exists")
@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings.__name__)
def test_operators_find_each_setting_of_each_service(settings: type[ServiceSettings]) -> None:
    text = (ROOT / "docs/operate.md").read_text()
    named = set(re.findall(r"`((?:…|AUTH|HABPPS|CDAP|AUDIT)_[A-Z_]+)`", text))
    missing = {
        name
        for name in settings.model_fields
        if not {f"…_{name.upper()}", f"{settings.environment_prefix()}{name}".upper()} & named
    }
    assert missing == set()


def test_what_is_said_of_every_service_is_a_setting_with_that_default() -> None:
    text = (ROOT / "docs/operate.md").read_text()
    named = set(re.findall(r"…_([A-Z_]*[A-Z])", text))
    assert {name for name in named if not any(name.lower() in one.model_fields for one in SETTINGS)} == set()
    said = re.findall(r"^\| `…_([A-Z_]+)` \| `([^`]+)` \|", text, re.MULTILINE)
    assert said
    for name, default in said:
        known = {
            str(one.model_fields[name.lower()].get_default()) for one in SETTINGS if name.lower() in one.model_fields
        }
        assert known == {default}, name


def test_the_connections_that_postgresql_needs_follow_from_the_defaults() -> None:
    known = {
        f"{settings.environment_prefix()}{name}".upper(): field.get_default()
        for settings in SETTINGS
        for name, field in settings.model_fields.items()
    } | {"AUTH_HASHING_THREADS": 1}  # as the row says
    text = (ROOT / "docs/operate.md").read_text()
    rows = re.findall(r"^\| (\w+) \| ([`A-Z_+ 0-9]+) = (\d+)[^|]* \| (\d+) \|$", text, re.MULTILINE)
    assert sorted(service for service, *_ in rows) == sorted(SERVICES)
    for service, sum_of, threads, connections in rows:
        parts = [part.strip(" `") for part in sum_of.split("+")]
        assert sum(known[part] if part in known else int(part) for part in parts) == int(threads), service
        assert 3 * (int(threads) + 2) == int(connections), service


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_the_defaults_that_a_table_says_are_those_of_the_settings(document: Path) -> None:
    """Rows `| `NAME` | `default` | …`: what stands between backticks, or a bare number, is the default."""
    known = {
        f"{settings.environment_prefix()}{name}".upper(): str(field.get_default())
        for settings in SETTINGS
        for name, field in settings.model_fields.items()
    }
    said = re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]+)`|(\d+)) \|", (ROOT / document).read_text(), re.MULTILINE)
    assert {name: quoted or number for name, quoted, number in said if known.get(name) != (quoted or number)} == {}


def test_decisions_are_numbered_one_by_one_and_say_their_number() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [path.name[:4] for path in records]
    assert numbers == [f"{number:04}" for number in range(1, len(records) + 1)]
    for path in records:
        assert path.read_text(encoding="utf-8").startswith(f"# {path.name[:4]}. "), path.name

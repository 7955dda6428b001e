"""The tree keeps the promises of docs/architecture.md."""

import ast
import re

import pytest

from tests.architecture.longer import FILES, FUNCTIONS
from tests.architecture.tree import ROOT, own_python, tracked

LONGEST_FILE, LONGEST_LISTED_FILE = 300, 400
LONGEST_FUNCTION, LONGEST_LISTED_FUNCTION = 40, 80
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager"}


def test_no_file_is_longer_than_three_hundred_lines_but_those_of_a_list() -> None:
    lines = {str(path): len((ROOT / path).read_text().splitlines()) for path in own_python()}
    longer = {path for path, count in lines.items() if count > LONGEST_FILE}
    assert longer - FILES == set()
    assert FILES - longer == set(), "short enough: take it out of the list"
    assert {path for path, count in lines.items() if count > LONGEST_LISTED_FILE} == set()


def test_every_module_says_what_is_in_it() -> None:
    silent = [
        str(path)
        for path in own_python()
        if (text := (ROOT / path).read_text()).strip() and ast.get_docstring(ast.parse(text)) is None
    ]
    assert silent == []


def test_no_module_is_called_by_a_name_that_says_nothing() -> None:
    assert [str(path) for path in own_python() if set(path.with_suffix("").parts) & FORBIDDEN_NAMES] == []


def test_functions_can_be_read_on_one_screen_but_those_of_a_list() -> None:
    lines: dict[str, int] = {}
    for path in own_python():
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{path}::{node.name}"
                lines[name] = max(lines.get(name, 0), (node.end_lineno or node.lineno) - node.lineno + 1)
    longer = {name for name, count in lines.items() if count > LONGEST_FUNCTION}
    assert longer - FUNCTIONS == set()
    assert FUNCTIONS - longer == set(), "short enough: take it out of the list"
    assert {name for name, count in lines.items() if count > LONGEST_LISTED_FUNCTION} == set()


def test_tests_use_no_patching_and_no_sleep() -> None:
    pattern = re.compile(r"mock\.patch|MagicMock|monkeypatch\.setattr|time\.sleep\(|pytest\.mark\.xfail")
    offenders = [
        f"{path}:{number}"
        for path in own_python()
        if path.parts[0] == "tests" and path.name != "test_tree.py"
        for number, line in enumerate((ROOT / path).read_text().splitlines(), 1)
        if pattern.search(line)
    ]
    assert offenders == []


def test_nobody_catches_everything_except_the_outermost_translators() -> None:
    allowed = re.compile(
        r"libs/servicekit/src/servicekit/(rpc|web|front|health|database|outbox|process|commands|background|issuer_keys|metrics|queues)"
        r"|services/auth/src/auth/(protocol|clients)/adapters/web/(client_endpoint|userinfo|register)\.py"
        r"|services/audit/src/audit/adapters/background\.py"
        r"|libs/rights/src/rights/replication\.py"
    )
    offenders = [
        str(path)
        for path in own_python()
        if path.parts[0] != "tests"
        and re.search(r"except (Base)?Exception\b", (ROOT / path).read_text())
        and not allowed.match(str(path))
    ]
    assert offenders == []


@pytest.mark.parametrize(
    "pattern", [r"--(extra-)?index-url", r"/opt/wheels", r"\.pyenv", r"files\.pythonhosted", r"registry\.npmjs"]
)
def test_no_address_of_a_registry_or_path_of_a_machine_is_committed(pattern: str) -> None:
    offenders = []
    for path in tracked():
        if path.suffix in {".png", ".ico", ".woff2"} or path.name == "test_tree.py":
            continue
        if re.search(pattern, (ROOT / path).read_text(errors="replace")):
            offenders.append(str(path))
    assert offenders == []


def test_the_lock_file_holds_hashes_and_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    requirements = [line for line in text.splitlines() if "==" in line]
    assert len(requirements) == sum(1 for line in requirements if line.rstrip().endswith("\\"))
    assert text.count("--hash=sha256:") >= len(requirements)


def test_no_template_holds_inline_script_or_style() -> None:
    pattern = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE)
    offenders = [
        f"{path}:{number}"
        for path in tracked(".html")
        for number, line in enumerate((ROOT / path).read_text().splitlines(), 1)
        if pattern.search(line)
    ]
    assert offenders == []

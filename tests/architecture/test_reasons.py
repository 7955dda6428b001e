"""The catalogue of reasons and the code name the same reasons, and each is told to each reader in words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from partnerkit.reasons import CATALOGUE, Reader, brief, told
from tests.architecture.tree import ROOT
from tests.promises import promise

UPPER_SNAKE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
CATALOGUE_FOLDER = ROOT / "libs/partnerkit/src/partnerkit/reasons"
RULES = tuple(ROOT / "libs/rights/src/rights" / name for name in ("rules.py", "question_rules.py", "explanation.py"))
HOW = "add an entry to a module of libs/partnerkit/src/partnerkit/reasons"


def _sources() -> Iterator[Path]:
    for base in ("libs", "services"):
        for path in sorted((ROOT / base).rglob("*.py")):
            if CATALOGUE_FOLDER not in path.parents and "migrations" not in path.parts:
                yield path


def _texts(node: ast.AST | None) -> Iterator[str]:
    for part in ast.walk(node) if node is not None else ():
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and UPPER_SNAKE.fullmatch(part.value):
            yield part.value


def _named(node: ast.AST) -> Iterator[str]:
    """The reasons that one piece of code gives."""
    if isinstance(node, ast.ClassDef):
        names_reasons = node.name in {"EndReason", "ResultKind"}
        for line in node.body:
            targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            if isinstance(line, (ast.Assign, ast.AnnAssign)) and ("reason" in names or names_reasons):
                yield from _texts(line.value)
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg in {"reason", "true_reason"}:
                yield from _texts(keyword.value)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in {"refused", "_refuse", "Refused"}:
            for argument in node.args:
                yield from _texts(argument)


def reasons_of_the_code() -> dict[str, str]:
    """Reason -> one file that gives it."""
    found: dict[str, str] = {}
    for path in _sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = [code for node in ast.walk(tree) for code in _named(node)]
        if path in RULES:
            named += [code for code in _texts(tree) if "_" in code]
        for code in named:
            found.setdefault(code, str(path.relative_to(ROOT)))
    return found


@promise("reasons:one-catalogue")
def test_every_reason_that_the_code_can_give_is_in_the_catalogue() -> None:
    found = reasons_of_the_code()
    assert len(found) > 150, "the walk over the code finds hardly any reason"
    missing = {code: where for code, where in found.items() if code not in CATALOGUE}
    assert not missing, f"not in the catalogue of reasons ({HOW}): {missing}"


def test_every_entry_of_the_catalogue_is_a_reason_of_the_code() -> None:
    written = {code for path in _sources() for code in _texts(ast.parse(path.read_text(encoding="utf-8")))}
    assert not sorted(CATALOGUE.keys() - written), "entries that no code gives any more: remove them"


@promise("reasons:in-words")
@pytest.mark.parametrize("reader", Reader)
def test_every_reason_is_told_to_every_reader_in_both_languages_without_a_code(reader: Reader) -> None:
    for code in (*CATALOGUE, "A_REASON_OF_TOMORROW", ""):
        answer = told(code, reader)
        for text in (answer.why, answer.help, brief(code)):
            for language in ("fr", "en"):
                sentence = text.in_language(language)
                assert sentence.strip(), (code, reader)
                assert not re.search(r"\b[A-Z]{2,}_[A-Z_]+\b", sentence), (code, sentence)
        assert answer.why.french != answer.why.english
        assert answer.help.french.endswith("."), (code, answer.help.french)


def test_nobody_is_sent_to_himself() -> None:
    """An administrator is not told to ask the administrator, nor an agent of a Caf to have a partner ask the Caf."""
    for code in CATALOGUE:
        administrator = told(code, Reader.PARTNER_ADMINISTRATOR).help.french
        assert "Votre administrateur" not in administrator, code
        assert "'administrateur de votre organisation" not in administrator.replace("Un autre administrateur", ""), code
        for reader in (Reader.CAF, Reader.AUDITOR):
            agent = told(code, reader).help.french
            assert "à la Caf" not in agent.replace("agent de la Caf", ""), (code, agent)
            assert "de votre organisation" not in agent, (code, agent)


def test_a_help_that_speaks_of_asking_why_stands_only_where_the_caf_has_suspended() -> None:
    asking_why = {code for code in CATALOGUE if "pourquoi." in told(code, Reader.PROFESSIONAL).help.french}
    assert asking_why == {"CONVENTION_SUSPENDED", "SERVICE_CONTRACT_SUSPENDED"}

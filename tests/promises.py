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

TestFunction = TypeVar("TestFunction", bound=Callable[..., Any])


@dataclass(frozen=True)
class Promise:
    """One sentence that the product keeps. `gap` says why no test shows it yet."""

    id: str
    source: str
    sentence: str
    gap: str = ""


def promise(*ids: str) -> Callable[[TestFunction], TestFunction]:
    """Declares that a test keeps the promises `ids`."""

    def mark(function: TestFunction) -> TestFunction:
        marked: TestFunction = pytest.mark.promise(*ids)(function)
        return marked

    return mark


PROMISES: tuple[Promise, ...] = (
    # The chain, from the seed document of the project
    Promise(
        "chain:organisation-from-convention",
        "Seed document, Habpps",
        "The Caf administrator creates the organisation from its convention.",
    ),
    Promise(
        "chain:two-mails", "Seed document, Habpps", "Identifier and provisional password leave in two separate mails."
    ),
    Promise(
        "chain:groups-by-profile",
        "Seed document, example",
        "The partner administrator makes one group per profile and puts each user into a group.",
    ),
    Promise(
        "chain:one-identifier",
        "Seed document, espace partenaires",
        "One identifier and one password open every extranet.",
    ),
    Promise("chain:profile-limits-data", "Seed document, Cdap", "A profile sees exactly its fields of a dossier."),
    Promise(
        "chain:last-login", "Seed document, engagements", "Date and time of the last login are shown at every login."
    ),
    Promise(
        "chain:logout-everywhere",
        "Seed document, engagements; OIDC Back-Channel Logout 1.0",
        "DÉCONNEXION ends the session in every extranet.",
    ),
    Promise(
        "chain:suspension-acts-at-once",
        "docs/protocols.md §2",
        "A suspended service contract refuses a consultation although the token is alive.",
    ),
    Promise(
        "chain:no-oracle",
        "Field table, search rules",
        "A dossier outside the territory is answered exactly like an unknown one.",
    ),
    Promise(
        "chain:provisional-password",
        "Seed document; CNIL 2022-100",
        "A provisional password must be replaced at the first sign-in.",
    ),
    # The record
    Promise(
        "record:before-the-answer",
        "docs/protocols.md §3",
        "No data leaves before its record is durable; without the journal the consultation is refused.",
    ),
    Promise(
        "record:found-by-the-auditor",
        "Seed document, contrôles",
        "The auditor finds sign-ins, acts, consultations and refusals in the audit pages.",
    ),
    Promise("record:tamper-evident", "RFC 6962 §2.1", "One changed byte in the journal's database is found and named."),
    # The demo and the operators
    Promise(
        "demo:second-start",
        "Issue of the whole chain",
        "The second start takes little more than reading modules: under five seconds on two quiet cores.",
    ),
    Promise("demo:clean-end", "Issue of the whole chain", "Ctrl-C ends everything cleanly."),
    Promise(
        "demo:clear-refusals",
        "Issue of the whole chain",
        "A busy port or an unwritable folder gets one clear sentence.",
    ),
    Promise(
        "pages:accessible",
        "WCAG 2.2 AA, RGAA 4",
        "axe-core finds no violation on any page of the stories, and none scrolls sideways at 320 px.",
    ),
)


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
    """Prints the matrix of promises and tests."""
    tests = defaultdict(list)
    for keeper in keepers():
        for identifier in keeper.ids:
            tests[identifier].append(keeper.test)
    kept = sum(1 for item in PROMISES if tests[item.id])
    for item in PROMISES:
        print(f"{'kept' if tests[item.id] else 'GAP '}  {item.id}\n      {item.sentence}\n      source: {item.source}")
        for test in tests[item.id]:
            print(f"      test:   {test}")
        if item.gap:
            print(f"      gap:    {item.gap}")
    print(f"\n{kept} of {len(PROMISES)} promises are kept by a test.")


if __name__ == "__main__":
    main()

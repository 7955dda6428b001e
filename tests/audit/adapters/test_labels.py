"""Every type of event that a service can send has a name in French and in English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from audit.adapters.web.labels import TYPES, type_label
from audit.adapters.web.wording import FIELDS, KINDS, WORDS
from tests.architecture.tree import ROOT, SERVICES

CATALOGUE = ROOT / "services/audit/src/audit/adapters/web/translations/en/LC_MESSAGES/messages.po"
FULL_NAME = re.compile(rf"({'|'.join(SERVICES)})\.[a-z_]+\.[a-z_]+")
SHORT_NAME = re.compile(r"[a-z_]+\.[a-z_]+")
MAKERS = ("done", "granted", "refused")  # of auth.people.use_cases.events, which adds the name of the service


def types_in(service: str) -> Iterator[str]:
    """The types that the use cases and the domain of a service name."""
    source = ROOT / "services" / service / "src" / service
    for path in (*source.glob("**/use_cases/*.py"), *source.glob("**/domain/*.py")):
        yield from named_in(ast.parse(Path(path).read_text(encoding="utf-8")), service)


def named_in(tree: ast.AST, service: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and FULL_NAME.fullmatch(node.value):
            yield node.value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MAKERS:
            words = (one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str))
            yield from (f"{service}.{word}" for word in words if SHORT_NAME.fullmatch(word))


@pytest.mark.parametrize("service", SERVICES)
def test_every_type_that_a_service_sends_has_a_label(service: str) -> None:
    found = set(types_in(service))
    assert len(found) >= 4, "the sources are read as they are written"
    assert found - set(TYPES) == set()


def test_no_label_is_kept_for_a_type_that_nobody_sends() -> None:
    assert set(TYPES) - {name for service in SERVICES for name in types_in(service)} == set()


def test_a_type_that_nobody_named_is_shown_with_its_service_and_code() -> None:
    assert type_label("cdap.new.thing") == "Autre événement des consultations (cdap.new.thing)"
    assert type_label("new.thing.done") == "Autre événement (new.thing.done)"


def test_every_name_is_in_the_english_catalogue() -> None:
    with CATALOGUE.open("rb") as file:
        english = {message.id for message in read_po(file) if message.string}
    names = [*TYPES.values(), *FIELDS.values(), *KINDS.values(), *WORDS.values()]
    assert {str(name) for name in names} - english == set()

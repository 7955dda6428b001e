"""The two pages that follow something through the code name only what is there, where they say it is."""

import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import partenaire
from tests.architecture.tree import ROOT, SERVICES, own_python
from tests.promises import promise

PAGES = (Path("docs/life-of-a-consultation.md"), Path("docs/life-of-a-right.md"))
CODE = re.compile(r"`([^`]+)`")
ROW = re.compile(r"^\| (\d+) \| `([^`]+)` \| (.*) \|$", re.MULTILINE)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
EVENT = re.compile(r"(?:auth|habpps|cdap|audit)\.[a-z_]+\.[a-z_]+")
METHOD = re.compile(r"([A-Z]\w+)\.([A-Z]\w+)")
CALL = re.compile(r"([A-Za-z_]\w*)\(.*\)")
MEDIA = {"at+jwt"}


def rows(page: Path) -> list[tuple[int, str, str]]:
    """Number, file and the rest of each row."""
    return [(int(number), file, rest) for number, file, rest in ROW.findall((ROOT / page).read_text())]


@cache
def whole() -> str:
    """The sources of the services and libraries."""
    return "\n".join((ROOT / path).read_text() for path in own_python() if path.parts[0] in {"libs", "services"})


@cache
def event_types() -> str:
    journals = [ROOT / f"services/{service}/src/{service}/data/journal.toml" for service in SERVICES]
    return "\n".join(path.read_text() for path in journals)


@cache
def methods() -> frozenset[tuple[str, str]]:
    folder = Path(next(iter(partenaire.__path__)))
    found = set()
    for path in folder.rglob("*_pb2.py"):
        module = importlib.import_module(".".join(("partenaire", *path.relative_to(folder).with_suffix("").parts)))
        for service in module.DESCRIPTOR.services_by_name.values():
            found |= {(service.name, method.name) for method in service.methods}
    return frozenset(found)


def missing(token: str, source: str) -> Iterator[str]:
    """What of a name in backquotes does not exist. `source`: where it should be."""
    call = CALL.fullmatch(token)
    if "/" in token:
        if not (ROOT / token).exists():
            yield f"{token}: no such file"
    elif EVENT.fullmatch(token):
        if f'"{token}"' not in event_types():
            yield f"{token}: no such event"
    elif method := METHOD.fullmatch(token):
        if method.groups() not in methods():
            yield f"{token}: no such method"
    elif call or NAME.fullmatch(token):
        name = call[1] if call else token
        if re.search(rf"\b{re.escape(name)}\b", source) is None:
            yield f"{token}: not there"
    elif token not in MEDIA:
        yield f"{token}: neither a file, an event, a method nor a name"


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_the_steps_are_numbered_in_order(page: Path) -> None:
    numbers = [number for number, _, _ in rows(page)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 20


@promise("operators:documents-name-what-exists")
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_whatever_a_page_names_exists(page: Path) -> None:
    text = (ROOT / page).read_text()
    tokens = CODE.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    assert [problem for token in tokens for problem in missing(token, whole())] == []


def test_the_names_of_a_step_are_in_its_file() -> None:
    wrong = []
    for number, file, rest in rows(PAGES[1]):
        source = (ROOT / file).read_text()
        names = rest.split(" | ")[0]
        assert CODE.findall(names), f"step {number} names nothing"
        wrong += [f"step {number}: {problem}" for token in CODE.findall(names) for problem in missing(token, source)]
    assert wrong == []


def test_the_tables_that_a_step_names_are_tables() -> None:
    from habpps.adapters.database.tables import metadata

    named = {
        token
        for _, _, rest in rows(PAGES[1])
        for listed in re.findall(r"tables? ((?:`\w+`(?:, | and )?)+)", rest)
        for token in CODE.findall(listed)
    }
    assert named <= metadata.tables.keys()
    unnamed = metadata.tables.keys() - named
    assert {"organisation", "convention", "service_contract", "habilitation", "fact", "feed_change"} <= named, unnamed

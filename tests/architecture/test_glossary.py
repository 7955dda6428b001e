"""One word for one thing, in code, on pages and in mails: docs/glossary.md, both ways."""

import ast
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache

import pytest

from auth.people.adapters.clients.mail_words_fr import FRENCH
from habpps.adapters.files.catalogue import load_catalogue
from partnerkit.event_words import words_of
from partnerkit.reasons import CATALOGUE, Reader, brief, told
from tests.architecture.tree import ROOT, SERVICES, own_python, tracked
from tests.promises import promise
from tests.servicekit.web.catalogue_check import sentences

PACKAGES = (
    *(ROOT / f"services/{name}/src/{name}/adapters/web" for name in ("habpps", "cdap", "audit")),
    ROOT / "services/auth/src/auth",
    ROOT / "libs/servicekit/src/servicekit/web",
    ROOT / "libs/partnerkit/src/partnerkit/web",
)
_TABLE = "One word for one thing on pages"
_PLACEHOLDER = re.compile(r"%\(\w+\)s")


GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
_OF_THE_FIELD = ("Law and documents", "People and rights", "Dossiers")
_ENGLISH_TOO = {"consultation", "extranet", "service", "suspension"}
_SHORTEST = 4
"""Letters of a French word that is looked for in names."""


def _table(title: str) -> list[list[str]]:
    """The rows of the table under a heading, without its head."""
    text = GLOSSARY.split(f"## {title}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


def _forbidden() -> dict[str, str]:
    """Word that must not be used -> the word to use, from the table of the glossary."""
    return {word.strip(): row[1] for row in _table(_TABLE) for word in row[2].split(",")}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif is_dataclass(value):
        yield from _texts([getattr(value, field.name) for field in fields(value)])


@cache
def _all_read_by_people() -> tuple[tuple[str, str], ...]:
    return tuple(_read_by_people())


def _read_by_people() -> Iterator[tuple[str, str]]:
    """(where, sentence) of everything that pages say in French."""
    for package in PACKAGES:
        for one in sentences(package):
            for sentence in one if isinstance(one, tuple) else (one,):
                yield str(package.relative_to(ROOT)), _PLACEHOLDER.sub("", sentence)
    for code in CATALOGUE:
        yield f"reason {code}", brief(code).french
        for reader in Reader:
            answer = told(code, reader)
            yield f"reason {code}", f"{answer.why.french} {answer.help.french}"
    yield from ((f"words of {name}", word.french) for name in SERVICES for word in words_of(name))
    yield from (("mail", text) for text in _texts(FRENCH))
    for purpose in load_catalogue().purposes.values():
        yield f"purpose {purpose.code}", purpose.label
    for caf in load_catalogue().cafs.values():
        yield f"Caf {caf.code}", caf.name


FORBIDDEN = _forbidden()


def test_the_table_of_the_glossary_is_read() -> None:
    assert FORBIDDEN["organisme"] == "organisation"
    assert len(FORBIDDEN) >= 12


@promise("pages:one-word-for-one-thing")
@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_page_uses_a_second_word_for_a_thing_of_the_glossary(word: str) -> None:
    wanted = re.compile(rf"(?<![\w]){re.escape(word)}s?(?![\w])", 0 if word.isupper() else re.IGNORECASE)
    found = [f"{where}: {sentence}" for where, sentence in _all_read_by_people() if wanted.search(sentence)]
    assert not found, f"say {FORBIDDEN[word]!r} (docs/glossary.md) instead of {word!r}: {found}"


def test_a_caf_has_one_name_in_every_service() -> None:
    places = [*(ROOT / "services").rglob("*.py"), *(ROOT / "services").rglob("*.html")]
    named = [path for path in places if re.search(r"Caf d(e la|es|u) [A-Z][a-z]+-", path.read_text(encoding="utf-8"))]
    assert named == [], "say caf_label(code)"


@pytest.mark.parametrize("thing", [row[0] for row in _table(_TABLE)])
def test_a_word_that_the_glossary_names_for_pages_is_said_there(thing: str) -> None:
    word = next(row[1] for row in _table(_TABLE) if row[0] == thing)
    assert any(word.lower() in sentence.lower() for _, sentence in _all_read_by_people())


def test_the_mails_are_read() -> None:
    assert len([where for where, _ in _all_read_by_people() if where == "mail"]) > 20


@pytest.mark.parametrize("title", [*_OF_THE_FIELD, "Signing in to an application"])
def test_a_name_in_code_that_the_glossary_gives_exists(title: str) -> None:
    written = set()
    for path in (*own_python(), *tracked(".proto")):
        if path.parts[0] in {"libs", "services", "protos"}:
            written |= set(re.findall(r"[A-Za-z_]\w*", (ROOT / path).read_text(encoding="utf-8")))
    named = {name for row in _table(title) for name in re.findall(r"`([a-z_]+)`", row[1])}
    assert named - written == set()


def test_french_words_stay_in_code_only_where_the_glossary_keeps_them() -> None:
    rows = [row for title in _OF_THE_FIELD for row in _table(title)]
    kept = {word for row in rows if "**kept**" in row[1] for word in re.findall(r"[a-z]+", row[1].split("**")[0])}
    other = (
        {word for row in rows if "**kept**" not in row[1] for word in _words(row[0])}
        - {word.removesuffix("s") for word in kept}
        - _ENGLISH_TOO
    )
    found = {f"{path}: {name}" for path, name in _names() if other & _words(_snake(name))}
    assert found == set()


def test_architecture_lists_the_french_words_that_the_glossary_keeps() -> None:
    kept = {
        name
        for title in _OF_THE_FIELD
        for row in _table(title)
        if "**kept**" in row[1]
        for name in re.findall(r"`([a-z_]+)`", row[1])
    }
    names = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").split("## 7. Names")[1]
    listed = names.split("would lie:")[1].split("Everything else in English")[0]
    assert set(re.findall(r"`([a-z_]+)`", listed)) == kept


def _words(french: str) -> set[str]:
    plain = "".join(
        letter for letter in unicodedata.normalize("NFD", french.lower()) if not unicodedata.combining(letter)
    )
    return {word.removesuffix("s") for word in re.findall(r"[a-z]+", plain) if len(word) >= _SHORTEST}


def _names() -> Iterator[tuple[str, str]]:
    """(file, name) of everything that product code names."""
    for path in own_python():
        if path.parts[0] not in {"libs", "services", "deploy"}:
            continue
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                yield str(path), node.name
            elif isinstance(node, ast.arg):
                yield str(path), node.arg
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield str(path), node.id


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()

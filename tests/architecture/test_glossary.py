"""One word for one thing: no page says what docs/glossary.md keeps off the pages."""

import re
from collections.abc import Iterator

import pytest

from habpps.adapters.files.catalogue import load_catalogue
from partnerkit.reasons import CATALOGUE, Reader, brief, told
from tests.architecture.tree import ROOT
from tests.promises import promise
from tests.servicekit.web.catalogue_check import sentences

PACKAGES = (
    *(ROOT / f"services/{name}/src/{name}/adapters/web" for name in ("habpps", "cdap", "audit")),
    ROOT / "services/auth/src/auth",
    ROOT / "libs/servicekit/src/servicekit/web",
    ROOT / "libs/partnerkit/src/partnerkit/web",
)
_TABLE = "## One word for one thing on pages"
_PLACEHOLDER = re.compile(r"%\(\w+\)s")


def _forbidden() -> dict[str, str]:
    """Word that must not be used -> the word to use, from the table of the glossary."""
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").split(_TABLE)[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return {word.strip(): row[1] for row in rows[2:] for word in row[2].split(",")}


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
    found = [f"{where}: {sentence}" for where, sentence in _read_by_people() if wanted.search(sentence)]
    assert not found, f"say {FORBIDDEN[word]!r} (docs/glossary.md) instead of {word!r}: {found}"


def test_a_caf_has_one_name_in_every_service() -> None:
    places = [*(ROOT / "services").rglob("*.py"), *(ROOT / "services").rglob("*.html")]
    named = [path for path in places if re.search(r"Caf d(e la|es|u) [A-Z][a-z]+-", path.read_text(encoding="utf-8"))]
    assert named == [], "say caf_label(code)"

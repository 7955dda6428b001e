"""What the documents say of the tree is true."""

import re

import pytest

from tests.architecture.tree import ROOT, tracked

DOCUMENTS = [
    path
    for path in tracked(".md")
    if path.parts[0] in {"docs", "protos", "deploy", "tests", "README.md", "CONTRIBUTING.md"}
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_files_named_with_their_folder_exist(document: object) -> None:
    text = (ROOT / str(document)).read_text()
    named = set(
        re.findall(
            r"`((?:services|libs|protos|tests|deploy|docs|scripts)/[\w./-]+\.(?:py|md|toml|proto|sh|html))`", text
        )
    )
    assert {name for name in named if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_between_documents_lead_somewhere(document: object) -> None:
    path = ROOT / str(document)
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_make_commands_named_in_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for path in DOCUMENTS for name in re.findall(r"`make ([a-z]+)`", (ROOT / path).read_text())}
    assert named - targets == set()

"""The file in which a service names its events, and the digest of what it names."""

import random
from pathlib import Path

import pytest

from servicekit.errors import StartError
from servicekit.event_words import FIELD, REASON, TEXT, TYPE, Word, digest_of, read_words

GOOD = """
[services]
cdap = ["Consultations", "Consultations"]
[types]
"cdap.dossier.consulted" = ["Dossier consulté", "File consulted"]
[fields]
name = ["Nom", "Name", "text"]
"""


def read(folder: Path, text: str, *more: Word) -> tuple[Word, ...]:
    path = folder / "journal.toml"
    path.write_text(text, encoding="utf-8")
    return read_words(path, "cdap", more)


def test_a_file_names_types_fields_and_the_rest(tmp_path: Path) -> None:
    reason = Word(kind=REASON, code="CLOSED", french="Fermé", english="Closed")
    words = read(tmp_path, GOOD, reason)
    assert Word(kind=TYPE, code="cdap.dossier.consulted", french="Dossier consulté", english="File consulted") in words
    assert Word(kind=FIELD, code="name", french="Nom", english="Name", form=TEXT) in words
    assert words[-1] == reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no toml",
        "name = 1",
        "[colours]\nred = ['Rouge', 'Red']",
        "[values]\nred = ['Rouge']",
        "[values]\nred = 'Rouge'",
        "[values]\nred = [1, 2]",
        "[values]\nred = ['Rouge', 'Red', 'form', 'more']",
        "[types]\n'auth.session.opened' = ['Connexion', 'Sign-in']",
        "[values]\nred = ['<i>Rouge</i>', 'Red']",
        "[values]\nred = ['Rouge', 'Red', 'text']",
        "[fields]\nwidth = ['Largeur', 'Width', 'percent']",
        "[fields]\nwidth = ['Largeur', 'Width', 'step']",
    ],
)
def test_a_file_that_names_nothing_that_can_be_sent_stops_the_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(StartError, match=r"journal\.toml"):
        read(tmp_path, text)


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"journal\.toml"):
        read_words(tmp_path / "journal.toml", "cdap")


def test_the_digest_is_of_the_words_and_not_of_their_order(tmp_path: Path) -> None:
    words = list(read(tmp_path, GOOD))
    before = digest_of(words)
    random.shuffle(words)
    assert digest_of(words) == before
    assert digest_of(words[1:]) != before
    assert (
        digest_of(
            [
                Word(kind=one.kind, code=one.code, french=one.french, english=f"{one.english}.", form=one.form)
                for one in words
            ]
        )
        != before
    )

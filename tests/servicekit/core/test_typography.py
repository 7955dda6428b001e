"""French typography is put on once, everywhere, and never inside a tag."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.typography import typeset
from tests.promises import promise


@promise("product:french-is-typeset")
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("L'identifiant d'Amélie", "L’identifiant d’Amélie"),
        ("Qui êtes-vous ?", "Qui êtes-vous\u00a0?"),
        ("Attention : lisez « ceci » !", "Attention\u00a0: lisez «\u00a0ceci\u00a0»\u00a0!"),
        ("d'%(name)s", "d’%(name)s"),
        ("l'« extranet »", "l’«\u00a0extranet\u00a0»"),
        ("80 %", "80\u00a0%"),
        ("%(first)s à %(last)s", "%(first)s à %(last)s"),
        ('<a href="x" title="l\'un : deux">l\'un : deux</a>', '<a href="x" title="l\'un : deux">l’un\u00a0: deux</a>'),
        ("un 'mot' cité", "un 'mot' cité"),
        ("a < b : c", "a < b\u00a0: c"),
        ("https://caf.example :8400", "https://caf.example :8400"),
        ("", ""),
    ],
)
def test_a_sentence_is_read_with_its_typography(written: str, read: str) -> None:
    assert typeset(written) == read


@given(st.text())
def test_typesetting_twice_changes_nothing_and_loses_no_letter(text: str) -> None:
    once = typeset(text)
    assert typeset(once) == once
    assert _letters(once) == _letters(text)


def _letters(text: str) -> list[str]:
    return [character for character in text.replace("’", "'") if not character.isspace()]

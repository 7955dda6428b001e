"""A producer says what its events are called; what it says is checked, kept, and replaced by what it says later."""

from collections.abc import Sequence

import pytest

from audit.domain.refusals import InvalidWordsError
from audit.use_cases.describe_events import MOST_KEPT
from servicekit.event_words import FIELD, MOST_WORDS, REASON, SERVICE, STEP, SUBJECT, TYPE, VALUE, Word, digest_of
from tests.audit.use_cases.conftest import Stage
from tests.promises import promise

OPENED = Word(TYPE, "newcomer.door.opened", "Porte ouverte", "Door opened")


def tell(stage: Stage, *words: Word, service: str = "newcomer") -> bool:
    return stage.describe(service, digest_of(words), words)


def said(stage: Stage, kind: str, code: str, service: str = "newcomer") -> str | None:
    word = stage.vocabulary().find(service, kind, code)
    return None if word is None else word.french


@promise("journal:producers-name-their-events")
def test_what_a_producer_says_last_is_shown_and_what_it_said_before_is_not_lost(stage: Stage) -> None:
    closed = Word(TYPE, "newcomer.door.closed", "Porte fermée", "Door closed")
    better = Word(TYPE, "newcomer.door.opened", "Porte poussée", "Door pushed")
    assert tell(stage, OPENED, closed)
    assert said(stage, TYPE, "newcomer.door.opened") == "Porte ouverte"
    assert tell(stage, better)
    assert said(stage, TYPE, "newcomer.door.opened") == "Porte poussée"
    assert said(stage, TYPE, "newcomer.door.closed") == "Porte fermée"


def test_a_copy_of_an_older_version_changes_nothing(stage: Stage) -> None:
    better = Word(TYPE, "newcomer.door.opened", "Porte poussée", "Door pushed")
    assert not stage.describe("newcomer", digest_of([OPENED]), ())
    tell(stage, OPENED)
    tell(stage, better)
    assert stage.describe("newcomer", digest_of([OPENED]), ())
    assert tell(stage, OPENED)
    assert said(stage, TYPE, "newcomer.door.opened") == "Porte poussée"
    assert not stage.describe("other", digest_of([OPENED]), ())


WRONG: tuple[tuple[str, Sequence[Word]], ...] = (
    ("the type of another service", [Word(TYPE, "cdap.dossier.consulted", "Rien", "Nothing")]),
    ("a type without its parts", [Word(TYPE, "newcomer.door", "Porte", "Door")]),
    ("the name of another service", [Word(SERVICE, "cdap", "Rien", "Nothing")]),
    ("no kind", [Word("colour", "red", "Rouge", "Red")]),
    ("no form", [Word(FIELD, "colour", "Couleur", "Colour", "blue")]),
    ("a form of another kind", [Word(FIELD, "colour", "Couleur", "Colour", STEP)]),
    ("a form where there is none", [Word(VALUE, "red", "Rouge", "Red", "text")]),
    ("no code", [Word(VALUE, "", "Rouge", "Red")]),
    ("a code that is none", [Word(FIELD, "<b>", "Gras", "Bold")]),
    ("a reason in small letters", [Word(REASON, "closed", "Fermé", "Closed")]),
    ("a subject with a colon", [Word(SUBJECT, "door:", "Porte", "Door")]),
    ("no French", [Word(VALUE, "red", "", "Red")]),
    ("no English", [Word(VALUE, "red", "Rouge", " ")]),
    ("markup", [Word(VALUE, "red", "<b>Rouge</b>", "Red")]),
    ("two lines", [Word(VALUE, "red", "Rouge\nvif", "Red")]),
    ("a mark of direction", [Word(VALUE, "red", "Rouge\u202e", "Red")]),
    ("too long a text", [Word(VALUE, "red", "R" * 201, "Red")]),
    ("too long a type", [Word(TYPE, f"newcomer.door.{'o' * 100}", "Porte", "Door")]),
    ("the same code twice", [Word(VALUE, "red", "Rouge", "Red"), Word(VALUE, "red", "Vermeil", "Red")]),
    ("too many", [Word(VALUE, f"v{number}", "V", "V") for number in range(MOST_WORDS + 1)]),
)


@promise("journal:producers-name-their-events")
@pytest.mark.parametrize("words", [words for _, words in WRONG], ids=[name for name, _ in WRONG])
def test_words_without_the_agreed_form_are_refused_whole(stage: Stage, words: Sequence[Word]) -> None:
    with pytest.raises(InvalidWordsError):
        tell(stage, OPENED, *words)
    assert said(stage, TYPE, OPENED.code) is None


def test_words_that_are_not_those_of_the_digest_are_refused(stage: Stage) -> None:
    with pytest.raises(InvalidWordsError, match="digest"):
        stage.describe("newcomer", digest_of([]), [OPENED])


def test_a_producer_that_tells_new_codes_without_end_is_stopped(stage: Stage) -> None:
    def batch(first: int) -> list[Word]:
        return [Word(VALUE, f"v{number}", "V", "V") for number in range(first, first + MOST_WORDS)]

    tell(stage, *batch(0))
    tell(stage, *batch(MOST_WORDS))
    with pytest.raises(InvalidWordsError, match=str(MOST_KEPT)):
        tell(stage, *batch(2 * MOST_WORDS))
    assert said(stage, VALUE, f"v{2 * MOST_WORDS}") is None
    assert tell(stage, *batch(1)), "codes known already are no new ones"


def test_nobody_renames_what_the_journal_writes_itself(stage: Stage) -> None:
    words = [Word(TYPE, "audit.alarm.raised", "Tout va bien", "All is well")]
    stage.describe("audit", digest_of(words), words)
    assert said(stage, TYPE, "audit.alarm.raised", "audit") == "Alarme du journal"

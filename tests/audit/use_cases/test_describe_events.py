"""A producer says what its events are called; what it says is checked, kept, and replaced by what it says later."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from audit.domain.refusals import InvalidWordsError
from audit.use_cases.describe_events import MOST_KEPT
from servicekit.event_words import FIELD, MOST_WORDS, REASON, SERVICE, SUBJECT, TYPE, VALUE, Word, digest_of
from tests.audit.use_cases.conftest import Stage
from tests.promises import promise

OPENED = Word(kind=TYPE, code="newcomer.door.opened", french="Porte ouverte", english="Door opened")


def tell(stage: Stage, *words: Word, service: str = "newcomer") -> bool:
    return stage.describe(service, digest_of(words), words)


def said(stage: Stage, kind: str, code: str, service: str = "newcomer") -> str | None:
    word = stage.vocabulary().find(service, kind, code)
    return None if word is None else word.french


@promise("journal:producers-name-their-events")
def test_what_a_producer_says_last_is_shown_and_what_it_said_before_is_not_lost(stage: Stage) -> None:
    closed = Word(kind=TYPE, code="newcomer.door.closed", french="Porte fermée", english="Door closed")
    better = Word(kind=TYPE, code="newcomer.door.opened", french="Porte poussée", english="Door pushed")
    assert tell(stage, OPENED, closed)
    assert said(stage, TYPE, "newcomer.door.opened") == "Porte ouverte"
    assert tell(stage, better)
    assert said(stage, TYPE, "newcomer.door.opened") == "Porte poussée"
    assert said(stage, TYPE, "newcomer.door.closed") == "Porte fermée"


def test_a_copy_of_an_older_version_changes_nothing(stage: Stage) -> None:
    better = Word(kind=TYPE, code="newcomer.door.opened", french="Porte poussée", english="Door pushed")
    assert not stage.describe("newcomer", digest_of([OPENED]), ())
    tell(stage, OPENED)
    tell(stage, better)
    assert stage.describe("newcomer", digest_of([OPENED]), ())
    assert tell(stage, OPENED)
    assert said(stage, TYPE, "newcomer.door.opened") == "Porte poussée"
    assert not stage.describe("other", digest_of([OPENED]), ())


WRONG: tuple[tuple[str, Sequence[Word]], ...] = (
    ("the type of another service", [Word(kind=TYPE, code="cdap.dossier.consulted", french="Rien", english="Nothing")]),
    ("a type without its parts", [Word(kind=TYPE, code="newcomer.door", french="Porte", english="Door")]),
    ("the name of another service", [Word(kind=SERVICE, code="cdap", french="Rien", english="Nothing")]),
    ("no code", [Word(kind=VALUE, code="", french="Rouge", english="Red")]),
    ("a code that is none", [Word(kind=FIELD, code="<b>", french="Gras", english="Bold")]),
    ("a reason in small letters", [Word(kind=REASON, code="closed", french="Fermé", english="Closed")]),
    ("a subject with a colon", [Word(kind=SUBJECT, code="door:", french="Porte", english="Door")]),
    ("no French", [Word(kind=VALUE, code="red", french="", english="Red")]),
    ("no English", [Word(kind=VALUE, code="red", french="Rouge", english=" ")]),
    ("markup", [Word(kind=VALUE, code="red", french="<b>Rouge</b>", english="Red")]),
    ("two lines", [Word(kind=VALUE, code="red", french="Rouge\nvif", english="Red")]),
    ("a mark of direction", [Word(kind=VALUE, code="red", french="Rouge\u202e", english="Red")]),
    ("too long a text", [Word(kind=VALUE, code="red", french="R" * 201, english="Red")]),
    ("too long a type", [Word(kind=TYPE, code=f"newcomer.door.{'o' * 100}", french="Porte", english="Door")]),
    (
        "the same code twice",
        [
            Word(kind=VALUE, code="red", french="Rouge", english="Red"),
            Word(kind=VALUE, code="red", french="Vermeil", english="Red"),
        ],
    ),
    ("too many", [Word(kind=VALUE, code=f"v{number}", french="V", english="V") for number in range(MOST_WORDS + 1)]),
)


@promise("journal:producers-name-their-events")
@pytest.mark.parametrize("words", [words for _, words in WRONG], ids=[name for name, _ in WRONG])
def test_words_without_the_agreed_form_are_refused_whole(stage: Stage, words: Sequence[Word]) -> None:
    with pytest.raises(InvalidWordsError):
        tell(stage, OPENED, *words)
    assert said(stage, TYPE, OPENED.code) is None


def test_words_that_no_message_can_hold_are_refused(stage: Stage) -> None:
    long = [Word(kind=VALUE, code=f"v{number}", french="é" * 200, english="e" * 200) for number in range(1000)]
    with pytest.raises(InvalidWordsError, match="bytes"):
        tell(stage, *long)


def test_words_without_a_digest_are_refused(stage: Stage) -> None:
    with pytest.raises(InvalidWordsError, match="digest"):
        stage.describe("newcomer", b"short", [OPENED])


@promise("journal:producers-name-their-events")
def test_of_the_words_of_a_producer_newer_than_the_journal_those_that_are_understood_are_kept(stage: Stage) -> None:
    percent = Word(kind=FIELD, code="width", french="Largeur", english="Width", form="percent")
    sound = Word(kind="sound", code="creak", french="Grincement", english="Creak")
    assert tell(stage, OPENED, percent, sound)
    assert said(stage, TYPE, OPENED.code) == "Porte ouverte"
    assert stage.vocabulary().find("newcomer", FIELD, "width") == replace(percent, form="")
    lists = stage.store.repositories.words.lists()
    assert not stage.describe("newcomer", digest_of([OPENED, percent, sound]), ()), "a newer journal must be told all"
    assert tell(stage, OPENED, percent, sound)
    assert stage.store.repositories.words.lists() == lists, "told again, nothing is written"


def test_a_producer_that_tells_new_codes_without_end_is_stopped(stage: Stage) -> None:
    def batch(first: int) -> list[Word]:
        return [
            Word(kind=VALUE, code=f"v{number}", french="V", english="V") for number in range(first, first + MOST_WORDS)
        ]

    tell(stage, *batch(0))
    tell(stage, *batch(MOST_WORDS))
    with pytest.raises(InvalidWordsError, match=str(MOST_KEPT)):
        tell(stage, *batch(2 * MOST_WORDS))
    assert said(stage, VALUE, f"v{2 * MOST_WORDS}") is None
    assert tell(stage, *batch(1)), "codes known already are no new ones"


def test_nobody_renames_what_the_journal_writes_itself(stage: Stage) -> None:
    words = [Word(kind=TYPE, code="audit.alarm.raised", french="Tout va bien", english="All is well")]
    stage.describe("audit", digest_of(words), words)
    assert said(stage, TYPE, "audit.alarm.raised", "audit") == "Alarme du journal"

"""A service that audit has never heard of: its events are read, searched and exported in its own words."""

import re

from servicekit.event_words import FIELD, REASON, SERVICE, STEP, SUBJECT, TECHNICAL, TEXT, TYPE, VALUE, Word
from tests.audit.adapters.auditor_pages import Pages, text_of
from tests.audit.builders import FakeProducer
from tests.promises import promise

WORDS = (
    Word(kind=SERVICE, code="newcomer", french="Portes", english="Doors"),
    Word(kind=TYPE, code="newcomer.door.opened", french="Ouverture d'une porte", english="Door opened"),
    Word(kind=TYPE, code="newcomer.hinge.oiled", french="Gond huilé", english="Hinge oiled", form=STEP),
    Word(kind=FIELD, code="colour_of_door", french="Couleur de la porte", english="Colour of the door"),
    Word(kind=FIELD, code="said_by", french="Dit par", english="Said by", form=TEXT),
    Word(kind=FIELD, code="lock_model", french="Modèle de la serrure", english="Model of the lock", form=TECHNICAL),
    Word(kind=VALUE, code="dark_red", french="Rouge foncé", english="Dark red"),
    Word(kind=SUBJECT, code="door", french="Porte", english="Door"),
    Word(kind=REASON, code="DOOR_STUCK", french="Porte coincée", english="Door stuck"),
)
PAYLOAD = {"colour_of_door": "dark_red", "said_by": "dark_red", "lock_model": "dark_red"}


def opened(pages: Pages, **changes: object) -> None:
    told = {"type": "newcomer.door.opened", "payload": PAYLOAD, "owner": "921", "subject": "door:front", **changes}
    pages.journal.append(FakeProducer("newcomer").event(**told))


def the_event(pages: Pages, page: str) -> str:
    """The text of the first event of a page of results, without markup."""
    found = re.search(r"/recherches/[0-9a-f-]{36}/evenements/[0-9a-f-]{36}", page)
    assert found
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text_of(pages.browser.get(found.group(0)))))


@promise("journal:producers-name-their-events")
def test_its_events_are_shown_and_searched_in_its_words(signed_in: Pages) -> None:
    opened(signed_in, decision="refused", reason="DOOR_STUCK")
    signed_in.journal.describe("newcomer", WORDS)
    where, page = signed_in.results()
    for words in ("Ouverture d'une porte", "Porte coincée", "Porte front"):
        assert words in page
    event = the_event(signed_in, signed_in.browser.get(where).text)
    for words in ("Couleur de la porte Rouge foncé", "Dit par dark_red", "Modèle de la serrure Rouge foncé"):
        assert words in event
    form = signed_in.browser.get("/recherche").text
    assert re.search(
        r'<option value="newcomer.door.opened">Ouverture d\'une porte</option>', form.replace("&#39;", "'")
    )
    _, by_type = signed_in.results(type="newcomer.door.opened")
    assert "Ouverture d'une porte" in by_type
    home = text_of(signed_in.browser.get("/"))
    assert "Portes : dernier événement" in home
    assert 'href="/">Journal d\'audit</a>' in home
    assert "&lt;function" not in signed_in.browser.get("/").text
    assert "Ouverture d'une porte;" in signed_in.browser.post(f"{where}/export").text


@promise("journal:producers-name-their-events")
def test_its_words_are_there_in_english_too(signed_in: Pages) -> None:
    signed_in.journal.describe("newcomer", WORDS)
    opened(signed_in)
    signed_in.browser.get("/langue/en")
    where, page = signed_in.results()
    assert "Door opened" in page
    assert "Colour of the door" in the_event(signed_in, signed_in.browser.get(where).text)


def test_its_technical_steps_are_left_out_unless_they_are_asked_for(signed_in: Pages) -> None:
    signed_in.journal.describe("newcomer", WORDS)
    opened(signed_in, type="newcomer.hinge.oiled")
    _, page = signed_in.results()
    assert "Gond huilé" not in page
    _, page = signed_in.results(everything="y")
    assert "Gond huilé" in page


@promise("journal:producers-name-their-events")
def test_until_its_words_come_an_event_is_shown_with_its_service_and_nothing_fails(signed_in: Pages) -> None:
    opened(signed_in, decision="refused", reason="DOOR_STUCK")
    where, page = signed_in.results()
    assert "Autre événement de newcomer (newcomer.door.opened)" in page
    assert "Raison que cette version ne connaît pas" in page
    assert "Colour of door dark red" in re.sub(
        r"<[^>]*>| +", " ", the_event(signed_in, signed_in.browser.get(where).text)
    )
    signed_in.journal.describe("newcomer", WORDS)
    _, page = signed_in.results()
    assert "Ouverture d'une porte" in page


def test_words_are_texts_and_never_markup_or_a_formula(signed_in: Pages) -> None:
    words = [Word(kind=TYPE, code="newcomer.door.opened", french='=1+1 & "{{ 7*7 }}" %(x)s', english="x")]
    signed_in.journal.describe("newcomer", words)
    opened(signed_in)
    where, _ = signed_in.results()
    shown = signed_in.browser.get(where).text
    assert "=1+1 &amp; &#34;{{ 7*7 }}&#34; %(x)s" in shown.replace("\u00a0", " ")
    assert ";\"'=1+1" in signed_in.browser.post(f"{where}/export").text.replace("\u00a0", " ")


def test_words_are_no_evidence(signed_in: Pages) -> None:
    """Neither the tree nor the verifier knows them: a renamed event is the same event."""
    opened(signed_in)
    signed_in.journal.core.use_cases.publish()
    before = signed_in.journal.core.use_cases.checkpoint().note
    signed_in.journal.describe("newcomer", WORDS)
    signed_in.journal.core.use_cases.publish()
    assert signed_in.journal.core.use_cases.checkpoint().note == before
    assert signed_in.journal.verify().is_intact

"""The one box of the search: what an auditor types is understood, said above the results, and nothing is dropped."""

import re

import pytest

from audit.domain.asked import AskedKind, Understood, read_asked
from tests.audit.adapters.auditor_pages import Pages, text_of
from tests.audit.builders import COMMUNE, DIRECTRICE, DOSSIER, FakeProducer
from tests.promises import promise

REFERENCE = "7K4Q-2M9D"


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("7K4Q-2M9D", AskedKind.REFERENCE, REFERENCE),
        (" 7k4q 2m9d ", AskedKind.REFERENCE, REFERENCE),
        ("7k4q2m9d", AskedKind.REFERENCE, REFERENCE),
        ("2346-789A", AskedKind.REFERENCE, "2346-789A"),
        ("921 / 0346145", AskedKind.DOSSIER, DOSSIER),
        ("921/346145", AskedKind.DOSSIER, DOSSIER),
        ("921:0346145", AskedKind.DOSSIER, DOSSIER),
        ("751 / 0346145 A", AskedKind.DOSSIER, "dossier:751:0346145"),
        ("346145", AskedKind.DOSSIER, DOSSIER),
        ("03 46 145", AskedKind.DOSSIER, DOSSIER),
        ("2346789A", AskedKind.DOSSIER, "dossier:921:2346789"),
        ("219 209 996 00012", AskedKind.SIRET, "21920999600012"),
        (DIRECTRICE, AskedKind.IDENTIFIER, DIRECTRICE),
        ("nbenali-1003", AskedKind.NAME, "nbenali-1003"),
        ("Nadia  Benali", AskedKind.NAME, "Nadia Benali"),
        ("BERNARDS", AskedKind.NAME, "BERNARDS"),
        ("Jean-Marc", AskedKind.NAME, "Jean-Marc"),
        ("\u202eBenali", AskedKind.NAME, "Benali"),
    ],
)
def test_what_is_typed_is_understood(typed: str, kind: AskedKind, value: str) -> None:
    assert read_asked(typed, "921") == Understood(kind, value)


@pytest.mark.parametrize("typed", ["", "   ", "\u200b", "//", "?", "123456789012345678"])
def test_what_can_be_nothing_is_nothing(typed: str) -> None:
    assert read_asked(typed, "921") is None


@pytest.fixture
def known(signed_in: Pages) -> Pages:
    """A journal that was told of three people, two of them with one name, and of an organisation."""
    auth, habpps, cdap = FakeProducer("auth"), FakeProducer("habpps"), FakeProducer("cdap")
    people = {
        DIRECTRICE: ("nbenali-1003", "Nadia Benali"),
        "p-2": ("jdupont-1", "Jean Dupont"),
        "p-3": ("jdupont-2", "Jean Dupont"),
    }
    for account, (username, name) in people.items():
        signed_in.journal.append(
            auth.event(
                type="auth.account.created",
                actor_id=None,
                organisation_id=None,
                subject=f"account:{account}",
                payload={"username": username, "name": name},
            )
        )
    signed_in.journal.append(
        habpps.event(
            type="habpps.organisation.created",
            actor_id=None,
            organisation_id=None,
            subject=f"organisation:{COMMUNE}",
            payload={"label": "Ville de Rivebelle", "siret": "21920999600012"},
        )
    )
    signed_in.journal.append(cdap.event(reference=REFERENCE))
    signed_in.journal.append(cdap.event(actor_id="p-2", organisation_id=None, subject="dossier:921:0000001"))
    return signed_in


@promise("audit:one-box-search")
@pytest.mark.parametrize(
    ("typed", "count", "said"),
    [
        ("nbenali-1003", 2, "Nadia Benali (nbenali-1003)"),
        ("NBENALI-1003", 2, "Nadia Benali (nbenali-1003)"),
        ("nadia benali", 2, "Nadia Benali (nbenali-1003)"),
        ("BENALI Nadia", 2, "Nadia Benali (nbenali-1003)"),
        ("Bénali", 2, "Nadia Benali (nbenali-1003)"),
        (DIRECTRICE, 2, "Nadia Benali (nbenali-1003)"),
        ("Ville de Rivebelle", 2, "Ville de Rivebelle"),
        ("rivebelle", 2, "Ville de Rivebelle"),
        ("219 209 996 00012", 2, "Ville de Rivebelle"),
        ("921 / 0346145", 1, "921 / ••••145"),
        ("0346145", 1, "921 / ••••145"),
        (REFERENCE.lower(), 1, REFERENCE),
        ("jdupont-1", 2, "Jean Dupont (jdupont-1)"),
    ],
)
def test_one_box_finds_by_whatever_an_auditor_has_in_hand(known: Pages, typed: str, count: int, said: str) -> None:
    _, page = known.results(asked=typed)
    assert page.count("Ouvrir l'événement") == count
    assert said in page.partition('id="events"')[0]


def test_several_of_one_name_are_to_be_chosen_from(known: Pages) -> None:
    page = text_of(known.browser.get(known.search(asked="Jean Dupont").location))
    assert re.findall(r'name="pick" value="([^"]+)"', page) == ["account:p-3", "account:p-2"]
    assert "Jean Dupont (jdupont-1)" in page
    _, results = known.results(asked="Jean Dupont", pick="account:p-2")
    assert results.count("Ouvrir l'événement") == 2


@pytest.mark.parametrize("typed", ["Personne Inconnue", "zzz-9999", "00000000000000"])
def test_a_name_that_nobody_has_is_said_and_searches_nothing(known: Pages, typed: str) -> None:
    page = text_of(known.search(asked=typed))
    assert "ne connaît personne" in page
    assert f'value="{typed}"' in page


@promise("audit:no-criterion-is-dropped")
@pytest.mark.parametrize("name", ["from_on", "until_on"])
@pytest.mark.parametrize(
    "day", ["9999-12-31", "0026-11-23", "1899-12-31", "2101-01-01", "2027-02-29", "31/02/2026", "hier"]
)
def test_a_day_that_is_none_is_refused_with_a_sentence_and_nothing_is_searched(
    known: Pages, name: str, day: str
) -> None:
    answer = known.search(asked="nbenali-1003", **{name: day})
    assert answer.status_code == 400
    assert 'id="error-summary"' in answer.text
    assert day in answer.text


@promise("audit:no-criterion-is-dropped")
@pytest.mark.parametrize(
    ("days", "count", "said"),
    [
        (
            {"from_on": "1900-01-01", "until_on": "2100-12-31"},
            2,
            "Du lundi 1 janvier 1900 au vendredi 31 décembre 2100 compris",
        ),
        ({"from_on": "23/11/2026"}, 2, "Depuis le lundi 23 novembre 2026"),
        ({"until_on": "1969-12-31"}, 0, "Jusqu'au mercredi 31 décembre 1969 compris"),
        ({"from_on": "2100-12-31"}, 0, "Depuis le vendredi 31 décembre 2100"),
        ({}, 2, "Toute"),
    ],
)
def test_every_criterion_is_used_and_repeated_above_the_results(
    known: Pages, days: dict[str, str], count: int, said: str
) -> None:
    _, page = known.results(asked="nbenali-1003", **days)
    assert page.count("Ouvrir l'événement") == count
    assert said.replace("lundi 1 ", "lundi 1er ") in page.replace("lundi 1 ", "lundi 1er ")


def test_readings_and_technical_steps_are_left_out_unless_asked_for_and_the_page_says_so(known: Pages) -> None:
    known.journal.append(FakeProducer("auth").event(type="auth.token.issued", subject=None))
    _, page = known.results()
    assert "Recherche dans le journal" not in page.partition('id="events"')[2]
    assert "Laissés de côté" in page
    _, page = known.results(everything="y")
    assert "Recherche dans le journal" in page.partition('id="events"')[2]
    assert "Laissés de côté" not in page


@promise("auditor:readings-are-recorded")
def test_looking_a_name_up_is_written_down_before_anything_is_said(known: Pages) -> None:
    known.search(asked="Jean Dupont")
    _, page = known.results(type="audit.name.searched")
    assert page.count("Ouvrir l'événement") == 1
    known.journal.core.sequencer.refuse_all("test")
    answer = known.search(asked="Jean Dupont")
    assert answer.status_code == 503
    assert "jdupont" not in answer.text

"""The pages where a Caf says which acts need a second person."""

from dataclasses import replace

import pytest

from habpps.domain.authorship import Author
from habpps.domain.people import Person, Role
from habpps.domain.review_rule import Decider, When
from tests.habpps.adapters.conftest import Pages
from tests.habpps.builders import Commune
from tests.promises import promise

PAGE = "/deux-personnes/habpps.invitation.sent"
WHY = {"reason": "décidé en réunion"}


@pytest.fixture
def commune(pages: Pages) -> Commune:
    found = pages.habpps.all.ready()
    pages.author = pages.habpps.all.caf
    return found


def second_of_the_caf(pages: Pages) -> Author:
    lou = Person("Lou", "Roy", "lou.roy@caf921.example")
    done = pages.habpps.all.create_agent("921", Role.CAF_ADMINISTRATOR, "account-second", lou)
    return replace(pages.habpps.all.caf, administrator_id=done.value, account_id="account-second")


@promise("requests:rule-of-the-caf")
def test_a_caf_reads_what_holds_and_changes_it(pages: Pages, commune: Commune) -> None:
    assert "Ce qui demande une deuxième personne" in pages.get("/demandes")
    shown = pages.get("/deux-personnes")
    assert "Invitation envoyée" in shown
    assert "Quand l'acte ouvre un accès à 51 personnes ou plus." in shown
    assert "Agent d'une Caf nommé" not in shown
    assert "Vous êtes le seul administrateur de votre Caf" in pages.get(PAGE)
    pages.post(PAGE, when="always", decider="caf", **WHY)
    shown = pages.get("/deux-personnes")
    assert "Toujours, dès que l'acte ouvre un accès. Accord d'un administrateur de la Caf." in shown
    assert "Règle choisie par votre Caf." in shown
    rule = pages.habpps.all.work.read(lambda store: store.within(pages.author.reach).review_rules.made())[0]
    assert (rule.when, rule.decider) == (When.ALWAYS, Decider.CAF)


@promise("requests:the-caf-decides-where-it-says-so")
def test_the_caf_decides_what_a_partner_asks(pages: Pages, commune: Commune) -> None:
    pages.post(PAGE, when="always", decider="caf", **WHY)
    pages.author = commune.partner
    person = {"given_name": "Noa", "family_name": "Blanc", "email": "noa.blanc@nanterre.example"}
    where = pages.post("/utilisateurs/nouveau", job_title="agent", groups=commune.group_id, **person)
    assert "La Caf décide de cette demande." in pages.get(where)
    pages.author = pages.habpps.all.caf
    assert "Invitation envoyée, Noa Blanc" in pages.get("/demandes")
    assert "L'accès s'ouvre quand la personne l'accepte." in pages.get(where)
    pages.post(where, decision="approve", **WHY)
    assert "Approuvée" in pages.get("/demandes")


@promise("requests:weaker-rule-needs-two")
def test_a_weaker_rule_becomes_a_request_that_says_what_holds_and_what_would(pages: Pages, commune: Commune) -> None:
    second = second_of_the_caf(pages)
    assert "Une règle plus légère attend l'accord" in pages.get(PAGE)
    where = pages.post(PAGE, when="never", decider="same_side", **WHY)
    mine = pages.get(where)
    assert "Règle de la deuxième personne modifiée, Invitation envoyée" in mine
    assert "Règle d'aujourd'hui : « Quand l'acte ouvre un accès à 51 personnes ou plus." in mine
    assert "Règle demandée : « Jamais : une seule personne suffit. »" in mine
    pages.author = second
    pages.post(where, decision="approve", **WHY)
    assert "Jamais : une seule personne suffit." in pages.get("/deux-personnes")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"when": "from_people", "people": ""}, "Saisissez un nombre de 1 à 100 000."),
        ({"when": "from_people", "people": "beaucoup"}, "Saisissez un nombre de 1 à 100 000."),
        ({"when": "from_people", "people": "51"}, "Rien ne change"),
        ({"when": "parfois"}, "choi"),
        ({"when": "always", "decider": "personne"}, "choi"),
    ],
)
def test_what_is_no_rule_is_said_beside_the_field(
    pages: Pages, commune: Commune, typed: dict[str, str], sentence: str
) -> None:
    assert sentence in pages.post(PAGE, 400, **{"decider": "same_side", "people": "", **WHY, **typed})


def test_an_act_of_the_caf_alone_asks_for_no_decider_and_others_have_no_rule(pages: Pages, commune: Commune) -> None:
    page = "/deux-personnes/habpps.service_contract.opened"
    assert "Qui donne son accord" not in pages.get(page)
    pages.post(page, when="always", **WHY)
    for strange in ("habpps.user.locked", "habpps.caf_agent.named", "habpps.review_rule.changed", "x"):
        pages.get(f"/deux-personnes/{strange}", 404)


def test_an_older_form_does_not_undo_what_another_changed(pages: Pages, commune: Commune) -> None:
    old = pages.version_of(PAGE)
    pages.post(PAGE, when="always", decider="same_side", **WHY)
    answer = pages.post(PAGE, 409, when="from_people", people="3", decider="same_side", **WHY, **old)
    assert "Quelqu'un d'autre vient de changer la même chose." in answer
    assert "Règle enregistrée maintenant : « Toujours" in answer


@promise("requests:rule-of-the-caf")
def test_the_pages_are_not_for_partners(pages: Pages, commune: Commune) -> None:
    pages.author = commune.partner
    for path in ("/deux-personnes", PAGE):
        pages.get(path, 403)
    assert "Ce qui demande une deuxième personne" not in pages.get("/demandes")

"""Pages of a person: an address that waits is shown where it was asked, and taken back by whoever has seen it."""

import pytest

from habpps.use_cases.correct_person import AskAddress
from tests.habpps.adapters.conftest import Pages
from tests.habpps.builders import Commune


@pytest.fixture
def commune(pages: Pages) -> Commune:
    made = pages.habpps.all.ready()
    pages.author = made.partner
    return made


def page_of(pages: Pages, commune: Commune) -> str:
    account_id = pages.habpps.all.look(lambda store: store.users.get(commune.user_id)).account_id
    return f"/organismes/{commune.id}/personnes/{account_id}"


def test_an_address_that_waits_is_shown_and_taken_back_once(pages: Pages, commune: Commune) -> None:
    page = page_of(pages, commune)
    pages.post(page, email="camille.new@nanterre.example")
    assert "camille.new@nanterre.example, à confirmer par la personne" in pages.get(page)
    assert "est retirée" in pages.get(pages.post(f"{page}/adresse/retirer"))
    assert "camille.new@nanterre.example" not in pages.get(page)
    assert "Cette demande n'attend plus" in pages.post(f"{page}/adresse/retirer", 400)


def test_an_address_that_was_asked_meanwhile_is_not_taken_back_by_an_older_page(pages: Pages, commune: Commune) -> None:
    page = page_of(pages, commune)
    pages.post(page, email="camille.new@nanterre.example")
    seen = pages.version_of(f"{page}/adresse/retirer")
    ask = AskAddress(organisation_id=commune.id, account_id=page.rpartition("/")[2], email="newer@nanterre.example")
    pages.habpps.all.acts.perform(commune.partner, ask)
    shown = pages.post(f"{page}/adresse/retirer", 409, **seen)
    assert "Quelqu'un d'autre vient de changer la même chose" in shown
    assert "Adresse en attente maintenant : newer@nanterre.example." in shown
    assert "newer@nanterre.example, à confirmer" in pages.get(page)


def test_the_function_of_a_user_is_no_page_of_the_caf(pages: Pages, commune: Commune) -> None:
    address = f"/utilisateurs/{commune.user_id}/fonction"
    assert "Corriger la fonction" in pages.get(address)
    pages.author = pages.habpps.all.caf
    pages.get(address, 403)

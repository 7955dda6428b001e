"""Pages of a person: an address that waits is shown where it was asked, and taken back by whoever has seen it."""

import pytest

from habpps.domain.people import Person
from habpps.use_cases.correct_person import AskAddress
from habpps.use_cases.invite_person import InviteUser, WithdrawInvitation
from tests.habpps.adapters.conftest import Pages
from tests.habpps.builders import Commune


@pytest.fixture
def commune(pages: Pages) -> Commune:
    made = pages.habpps.all.ready()
    pages.author = made.partner
    return made


def plain(page: str) -> str:
    return page.replace("\u00a0", " ").replace("\u2019", "'")


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


@pytest.mark.parametrize(
    "pasted", ["L\u2019Hostis\u00a0", "\u200bL\u2019Hos\u00adtis", "\tL'Hostis\r\n", "L\u02bcHostis"]
)
def test_a_name_pasted_from_a_letter_is_corrected_and_invited_as_it_is_read(
    pages: Pages, commune: Commune, pasted: str
) -> None:
    where = pages.post(page_of(pages, commune), given_name="Zoe\u0301", family_name=pasted)
    assert "Le nom est corrigé : Zoé L'Hostis." in plain(pages.get(where))
    fields = {"given_name": "Zoe\u0301", "family_name": pasted, "email": "zoe@n.example", "job_title": "agent"}
    assert "Invitation envoyée à Zoé L'Hostis (" in plain(pages.get(pages.post("/utilisateurs/nouveau", **fields)))


def test_a_page_of_an_invitation_that_was_decided_meanwhile_decides_nothing_more(
    pages: Pages, commune: Commune
) -> None:
    """An old tab: the invitation was withdrawn in another one, or the person has answered."""
    for number, end in enumerate(("withdrawn", "answered")):
        act = InviteUser(Person("Lou", "Roy", f"lou{number}@n.example"), "agent")
        key = pages.habpps.all.acts.perform(commune.partner, act).value
        seen = pages.version_of(f"/invitations/{key}")
        if end == "withdrawn":
            pages.habpps.all.acts.perform(commune.partner, WithdrawInvitation(key))
        else:
            pages.habpps.all.arrive(key)
        for button in ("again", "withdraw", "confirm", "refuse"):
            shown = pages.post(f"/invitations/{key}", 409, **{button: "1"}, **seen)
            assert "déjà reçu une réponse, a été retirée, ou sa date est passée" in plain(shown)


def test_the_function_of_a_user_is_no_page_of_the_caf(pages: Pages, commune: Commune) -> None:
    address = f"/utilisateurs/{commune.user_id}/fonction"
    assert "Corriger la fonction" in pages.get(address)
    pages.author = pages.habpps.all.caf
    pages.get(address, 403)

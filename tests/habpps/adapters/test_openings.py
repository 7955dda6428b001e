"""The pages that say what a habilitation, a group and a service contract open, as an administrator uses them."""

import re

import pytest

from habpps.use_cases.open_service_contract import OpenServiceContract
from tests.habpps.adapters.conftest import Pages
from tests.habpps.builders import TODAY, Commune
from tests.habpps.use_cases.test_grants import CHILDCARE
from tests.promises import promise


@pytest.fixture
def commune(pages: Pages) -> Commune:
    """The commune with two contracts; the director has the first one."""
    return pages.habpps.all.ready()


@pytest.fixture
def second(pages: Pages, commune: Commune) -> str:
    """The contract for Mon-enfant.fr."""
    return pages.habpps.all.acts.perform(pages.habpps.all.caf, OpenServiceContract(commune.id, CHILDCARE)).value


def opened(pages: Pages, commune: Commune) -> set[str]:
    """The contracts that the director's habilitation opens."""
    found = pages.habpps.all.look(lambda store: store.habilitations.get(commune.habilitation_id))
    return set(found.contracts)


@promise("rights:new-contract-by-one-press")
def test_the_page_of_a_group_offers_a_new_contract_and_opens_it(pages: Pages, commune: Commune, second: str) -> None:
    pages.author = commune.partner
    page = pages.get(f"/groupes/{commune.group_id}")
    assert "CDAP, membres qui y ont accès : 1 sur 1." in page
    assert "Mon-enfant.fr, membres qui y ont accès : 0 sur 1." in page
    assert page.count("Ouvrir à tout le groupe") == 1
    pages.post(f"/groupes/{commune.group_id}/ouvrir/{second}")
    assert opened(pages, commune) == {commune.contract_id, second}
    assert "Ouvrir à tout le groupe" not in pages.get(f"/groupes/{commune.group_id}")


@promise("rights:least-assignment")
def test_the_page_of_a_user_chooses_extranets(pages: Pages, commune: Commune, second: str) -> None:
    pages.author = commune.partner
    where = f"/utilisateurs/{commune.user_id}/habilitations/{commune.habilitation_id}/extranets"
    version = pages.version_of(where)
    pages.post(where, 400)
    pages.post(where, contracts=[second])
    assert opened(pages, commune) == {second}
    pages.post(where, 409, contracts=[commune.contract_id], **version)
    assert "Mon-enfant.fr" in pages.get(f"/utilisateurs/{commune.user_id}")


@promise("partner:groups-can-change")
def test_another_profile_says_what_it_closes_before_it_is_written(pages: Pages, commune: Commune, second: str) -> None:
    pages.author = commune.partner
    opening = f"/utilisateurs/{commune.user_id}/habilitations/{commune.habilitation_id}/extranets"
    pages.post(opening, contracts=[second])
    where = f"/groupes/{commune.group_id}/modifier"
    assert "perdra l" in pages.post(where, 200, name="Social", profile="T1")
    pages.post(where, name="Social", profile="T1", confirmed="y")
    assert opened(pages, commune) == set()
    assert "Social" in pages.get(f"/groupes/{commune.group_id}")


@promise("caf-admin:contracts-can-change")
def test_narrower_terms_say_what_they_close_before_they_are_written(pages: Pages, commune: Commune) -> None:
    pages.author = pages.habpps.all.caf
    where = f"/contrats/{commune.contract_id}/modifier"
    typed = {
        "profiles": ["T1"],
        "purposes": ["accompagnement_social"],
        "starts_on": TODAY.isoformat(),
        "reason": "avenant",
    }
    assert "1 personne perdra l" in pages.post(where, 200, **typed)
    pages.post(where, confirmed="y", **typed)
    contract = pages.habpps.all.look(lambda store: store.contracts.get(commune.contract_id))
    assert contract.profiles == ("T1",)


@promise("caf:territory-extension-in-force")
def test_a_contract_is_extended_and_the_extension_ended_on_the_pages(pages: Pages, commune: Commune) -> None:
    pages.author = pages.habpps.all.caf
    typed = {"caf": "751", "starts_on": TODAY.isoformat(), "reason": "demande"}
    where = f"/contrats/{commune.contract_id}/territoires/nouveau"
    pages.post(where, 400, **{**typed, "caf": "921"})
    pages.post(where, **typed)
    assert "Paris" in pages.get(f"/organismes/{commune.id}")
    (territory,) = pages.habpps.all.look(lambda store: store.territories.of(commune.id))
    end = f"/contrats/{commune.contract_id}/territoires/{territory.id}/terminer"
    pages.post(end, reason="fin")
    assert "Mettre fin à cette extension" not in pages.get(f"/organismes/{commune.id}")


@promise("rights:least-assignment")
def test_the_page_of_a_user_offers_every_extranet_ticked(pages: Pages, commune: Commune, second: str) -> None:
    pages.author = commune.partner
    pages.post(f"/groupes/{commune.group_id}/fermer", reason="fin")
    pages.post("/groupes/nouveau", name="Autre", profile="T2")
    page = pages.get(f"/utilisateurs/{commune.user_id}")
    for contract_id in (commune.contract_id, second):
        assert re.search(rf'<input[^>]*\bchecked\b[^>]*value="{contract_id}"', page)

"""The pages of acts that wait for a second person."""

from dataclasses import replace

import pytest

from habpps.domain.authorship import Author
from habpps.domain.people import Person, Role
from habpps.domain.states import ContractEvent
from habpps.use_cases.change_service_contract import ChangeServiceContract
from tests.bench.habpps.generator import add_people
from tests.habpps.adapters.conftest import Pages
from tests.habpps.builders import Commune
from tests.promises import promise


@pytest.fixture
def commune(pages: Pages) -> Commune:
    """With a hundred people, two administrators of its Caf, and a contract that is suspended."""
    everything = pages.habpps.all
    found = everything.ready()
    add_people(pages.habpps.database, found.id, {found.group_id: "T2"}, [found.contract_id], 100)
    suspend = ChangeServiceContract(found.contract_id, ContractEvent.SUSPEND, "contrôle")
    everything.acts.perform(everything.caf, suspend)
    pages.author = everything.caf
    return found


@pytest.fixture
def second(pages: Pages) -> Author:
    lou = Person("Lou", "Roy", "lou.roy@caf921.example")
    done = pages.habpps.all.create_agent("921", Role.CAF_ADMINISTRATOR, "account-second", lou)
    return replace(pages.habpps.all.caf, administrator_id=done.value, account_id="account-second")


@promise("requests:two-people")
def test_an_act_that_opens_to_many_becomes_a_request_that_another_approves(
    pages: Pages, commune: Commune, second: Author
) -> None:
    page = f"/contrats/{commune.contract_id}/reactiver"
    assert "79 personnes auront accès à CDAP." in pages.get(page)
    where = pages.post(page, reason="contrôle terminé")
    mine = pages.get(where)
    assert "Cet acte a besoin de l'accord d'un autre administrateur." in mine
    assert "Un autre administrateur doit approuver votre demande." in mine
    refused = pages.post(where, 400, decision="approve", reason="moi-même")
    assert "Vous avez fait cette demande" in refused

    pages.author = second
    assert "Contrat de service réactivé, CDAP" in pages.get("/demandes")
    shown = pages.get(where)
    assert "79 personnes auront accès à CDAP." in shown
    assert "et 76 autres personnes" in shown
    pages.post(where, 400, decision="approve", reason="")
    pages.post(where, decision="approve", reason="vu ensemble")
    assert "Approuvée" in pages.get("/demandes")
    contract = pages.habpps.all.look(lambda store: store.contracts.get(commune.contract_id))
    assert contract.state == "active"
    assert "vu ensemble" in pages.get(f"/organismes/{commune.id}/journal")


def test_a_refused_request_does_nothing_and_keeps_no_content(pages: Pages, commune: Commune, second: Author) -> None:
    where = pages.post(f"/contrats/{commune.contract_id}/reactiver", reason="contrôle terminé")
    pages.author = second
    pages.post(where, decision="refuse", reason="trop tôt")
    assert "Refusée" in pages.get("/demandes")
    assert "trop tôt" in pages.get(where)
    assert pages.habpps.all.look(lambda store: store.contracts.get(commune.contract_id)).state == "suspended"
    assert pages.habpps.all.look(lambda store: store.requests.get(where.rpartition("/")[2])).act is None


def test_requests_of_another_caf_are_not_found(pages: Pages, commune: Commune, second: Author) -> None:
    where = pages.post(f"/contrats/{commune.contract_id}/reactiver", reason="contrôle terminé")
    for stranger in (pages.habpps.all.agent("751"), commune.partner):
        pages.author = stranger
        pages.get(where, 404)
        assert "Aucune demande pour l'instant" in pages.get("/demandes")

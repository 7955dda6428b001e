"""Pages of somebody who administers one organisation for two Cafs: one Caf at a time, and always which."""

from html import unescape
from pathlib import Path

import pytest
from flask import g
from flask.testing import FlaskClient

from habpps.adapters.web.app import WebParts, identify_author, pages_app
from habpps.domain.people import Person
from habpps.settings import HabppsSettings
from habpps.use_cases.identify_administrator import IdentifyAdministrator
from tests.habpps.adapters.conftest import Habpps
from tests.habpps.adapters.test_identity import professional, role
from tests.habpps.builders import ADMINISTRATOR, DIRECTOR, NAME_751, SIRET, TODAY, Commune
from tests.plain import reads_plainly
from tests.promises import promise

PARIS, NANTERRE = "Vos accès avec la Caf de Paris (751)", "Vos accès avec la Caf des Hauts-de-Seine (921)"


def as_entry(person: Person) -> dict[str, str]:
    return {"given_name": person.given_name, "family_name": person.family_name, "email": person.email}


@pytest.fixture
def two(on_sqlite: Habpps) -> dict[str, Commune]:
    """The administrator of 921 administers for 751 too, the director works for it, each with one account."""
    found = on_sqlite.all.landlord()
    director = on_sqlite.all.look(lambda store: store.users.get(found["921"].user_id))
    person = {**as_entry(ADMINISTRATOR), "account_id": found["921"].partner.account_id}
    convention = {
        "reference": "PARIS-7",
        "starts_on": TODAY.isoformat(),
        "partner_signatory": {"name": "Alix Durand"},
        "caf_signatory": {"name": "Claude Petit"},
    }
    partner = {
        "caf": "751",
        "siret": SIRET,
        "name": NAME_751,
        "convention": convention,
        "contracts": [],
        "administrators": [person],
        "groups": [],
        "users": [{**as_entry(DIRECTOR), "account_id": director.account_id, "job_title": "directrice", "groups": []}],
    }
    on_sqlite.all.import_organisations({"cafs": [], "organisations": [partner]})
    return found


@pytest.fixture
def browser(on_sqlite: Habpps, two: dict[str, Commune], tmp_path: Path) -> FlaskClient:
    partner = two["921"].partner
    details = tuple({**role(partner, "partner_administrator"), "caf": caf} for caf in two)
    identify = IdentifyAdministrator(on_sqlite.work, on_sqlite.clock)
    settings = HabppsSettings(data_directory=tmp_path, propagation_wait_ms=0)
    app = pages_app(WebParts(settings, on_sqlite.database, on_sqlite.all.acts, identify, on_sqlite.clock))
    app.config.update(WTF_CSRF_ENABLED=False, TESTING=True)

    def sign_in() -> None:
        g.professional = professional(on_sqlite, partner, details)

    app.before_request(sign_in)
    app.before_request(identify_author)
    return reads_plainly(app.test_client())


def page(browser: FlaskClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


@promise("partner:one-caf-at-a-time")
def test_she_sees_what_she_has_with_one_caf_and_changes_to_the_other(
    browser: FlaskClient, two: dict[str, Commune]
) -> None:
    shown = {caf: ("Crèches", "Loyers de Paris") if caf == "921" else ("Loyers de Paris", "Crèches") for caf in two}
    for caf, title in (("751", PARIS), ("921", NANTERRE), ("751", PARIS)):
        assert browser.post("/caf", data={"caf": caf}).status_code == 303
        own, other = shown[caf]
        for path in ("/groupes", f"/groupes/{two[caf].group_id}"):
            text = page(browser, path)
            assert title in text
            assert own in text
            assert other not in text
        people = page(browser, "/utilisateurs")
        assert ("Léger" in people, "Morel" in people) == (True, caf == "751"), "the director works for both"
        hidden = two["751" if caf == "921" else "921"]
        for path in (f"/groupes/{hidden.group_id}", f"/utilisateurs/{hidden.user_id}"):
            assert browser.get(path).status_code == 404
        assert "Changer de Caf" in page(browser, "/")


@promise("partner:one-caf-at-a-time")
def test_a_form_acts_for_the_caf_that_its_page_was_shown_for(
    browser: FlaskClient, on_sqlite: Habpps, two: dict[str, Commune]
) -> None:
    browser.post("/caf", data={"caf": "921"})
    form = page(browser, "/groupes/nouveau")
    assert 'name="for_caf" value="921"' in form
    browser.post("/caf", data={"caf": "751"})  # in another tab
    sent = browser.post("/groupes/nouveau", data={"for_caf": "921", "name": "Cantines", "profile": "T1"})
    assert sent.status_code == 303
    groups = on_sqlite.all.look(lambda store: store.groups.of(two["921"].id))
    assert [(one.name, one.caf) for one in groups] == [("Cantines", "921"), ("Crèches", "921")]


@pytest.mark.parametrize("caf", ["131", "", "921' OR 1=1"])
def test_no_other_caf_can_be_chosen(browser: FlaskClient, caf: str) -> None:
    assert browser.post("/caf", data={"caf": caf}).status_code == 400
    assert browser.post("/groupes/nouveau", data={"for_caf": caf, "name": "", "profile": ""}).status_code == 400
    assert PARIS in page(browser, "/groupes")


def test_who_administers_for_one_caf_reads_of_no_choice(on_sqlite: Habpps, tmp_path: Path) -> None:
    commune = on_sqlite.all.ready()
    identify = IdentifyAdministrator(on_sqlite.work, on_sqlite.clock)
    settings = HabppsSettings(data_directory=tmp_path)
    app = pages_app(WebParts(settings, on_sqlite.database, on_sqlite.all.acts, identify, on_sqlite.clock))

    def sign_in() -> None:
        g.author = commune.partner

    app.before_request(sign_in)
    browser = reads_plainly(app.test_client())
    text = page(browser, "/groupes/nouveau")
    assert "Changer de Caf" not in text
    assert "for_caf" not in text
    assert browser.get("/caf").status_code == 404

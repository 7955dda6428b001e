"""Every form of habpps that makes or changes something, sent twice: one act, one result page."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from habpps.adapters.web.app import WebParts, pages_app
from habpps.settings import HabppsSettings
from habpps.use_cases.identify_administrator import IdentifyAdministrator
from tests.habpps.adapters.conftest import Habpps, Pages
from tests.habpps.adapters.test_pages import CONTRACT, CONVENTION
from tests.habpps.builders import OTHER_SIRET
from tests.promises import promise
from tests.servicekit.web.forms_check import answering_with_pages

PERSON = {"given_name": "Lou", "family_name": "Roy", "email": "lou.roy@n.example"}
REASON = {"reason": "contrôle"}
FORMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "organisation": ("caf", "/organismes/nouveau", {**CONVENTION, "siret": OTHER_SIRET, "reference": "C-9"}),
    "contract": (
        "caf",
        "/organismes/{commune}/contrats/nouveau",
        {**CONTRACT, "extranet": "mon-enfant", "profiles": ["T2"], "purposes": ["information_modes_accueil"]},
    ),
    "administrator": ("caf", "/organismes/{commune}/administrateurs/nouveau", PERSON),
    "successor": ("caf", "/organismes/{commune}/administrateurs/{administrator}/remplacer", PERSON),
    "suspended contract": ("caf", "/contrats/{contract}/suspendre", REASON),
    "suspended convention": ("caf", "/organismes/{commune}/convention/suspendre", REASON),
    "group": ("partner", "/groupes/nouveau", {"name": "Service social", "profile": "T1"}),
    "closed group": ("partner", "/groupes/{group}/fermer", REASON),
    "user": ("partner", "/utilisateurs/nouveau", {**PERSON, "job_title": "agent"}),
    "attached person": ("partner", "/utilisateurs/rattacher-personne/{administrator}", {"job_title": "agent"}),
    "departure": ("partner", "/utilisateurs/{user}/depart", {"departs_on": "2026-12-31"}),
    "locked user": ("partner", "/utilisateurs/{user}/verrouiller", REASON),
    "withdrawn place": ("partner", "/utilisateurs/{user}/habilitations/{place}/retirer", REASON),
    "second step taken off": ("partner", "/utilisateurs/{user}/deuxieme-etape", {}),
    "new password": ("partner", "/utilisateurs/{user}/mot-de-passe", {}),
}


def prepared(pages: Pages, name: str) -> tuple[str, dict[str, Any]]:
    """The address of a form and its fields, the hidden ones as its page gives them."""
    commune = pages.habpps.all.ready()
    who, path, fields = FORMS[name]
    pages.author = pages.habpps.all.caf if who == "caf" else commune.partner
    address = path.format(
        commune=commune.id,
        contract=commune.contract_id,
        group=commune.group_id,
        user=commune.user_id,
        place=commune.habilitation_id,
        administrator=commune.partner.administrator_id,
    )
    token = re.search(r'name="once_token" value="([^"]+)"', pages.get(address))
    assert token is not None, address
    return address, {**pages.version_of(address), **fields, "once_token": token[1]}


def acts_so_far(pages: Pages) -> int:
    """How many lines the history has, in all organisations."""
    statement = "SELECT count(*) FROM act"
    return int(pages.habpps.database.read(lambda connection: connection.exec_driver_sql(statement).scalar_one()))


@promise("pages:twice-is-once")
@pytest.mark.parametrize("name", FORMS)
def test_a_form_sent_twice_acts_once_and_leads_to_one_page(pages: Pages, name: str) -> None:
    address, fields = prepared(pages, name)
    first = pages.post(address, **fields)
    done = acts_so_far(pages)
    assert pages.post(address, **fields) == first
    assert acts_so_far(pages) == done
    shown = pages.client.get(first)
    assert shown.status_code in {200, 403}  # a partner whose convention is suspended, or a role given to another


@promise("pages:twice-is-once")
@pytest.mark.parametrize("name", ["user", "group", "organisation"])
def test_two_clicks_at_the_same_moment_act_once(pages: Pages, name: str) -> None:
    address, fields = prepared(pages, name)

    def click(_number: int) -> tuple[int, str]:
        answer = pages.app.test_client().post(address, data=fields)
        return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(2) as pool:
        answers = set(pool.map(click, range(2)))
    assert len(answers) == 1
    assert {status for status, _where in answers} == {303}


@promise("front:no-page-answers-a-form")
def test_no_page_answers_a_form(on_sqlite: Habpps, tmp_path: Path) -> None:
    identify = IdentifyAdministrator(on_sqlite.work, on_sqlite.clock)
    settings = HabppsSettings(data_directory=tmp_path)
    parts = WebParts(settings, on_sqlite.database, on_sqlite.all.acts, identify, on_sqlite.clock)
    assert answering_with_pages(pages_app(parts)) == set()

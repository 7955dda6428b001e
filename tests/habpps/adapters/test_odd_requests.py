"""What browsers never send, on both engines: PostgreSQL holds no NUL, and no page answers with an incident."""

from pathlib import Path

import pytest

from tests.habpps.adapters.conftest import Habpps, Pages
from tests.promises import promise


@promise("text:clean-in-the-register")
@pytest.mark.parametrize("odd", ["%00", "a%00b", "%1B", "%E2%80%AE%00"])
def test_control_characters_reach_no_statement(habpps: Habpps, tmp_path: Path, odd: str) -> None:
    pages = Pages(habpps, tmp_path)
    commune = habpps.all.ready()
    pages.author = commune.partner
    for address in ("/utilisateurs/{}", "/groupes/{}", "/groupes/{}/fermer", "/utilisateurs/{}/depart"):
        pages.get(address.format(odd), 404)
    for address in ("/utilisateurs?q={}", "/utilisateurs?groupe={}", "/utilisateurs?etat={}", "/utilisateurs?tri={}"):
        pages.get(address.format(odd))
    pages.get(f"/groupes/{commune.group_id}?q={odd}")
    pages.author = habpps.all.caf
    pages.get(f"/organismes/{odd}", 404)
    pages.get(f"/contrats/{odd}/suspendre", 404)
    pages.get(f"/organismes?q={odd}")


def test_control_characters_in_lists_and_texts_reach_no_statement(habpps: Habpps, tmp_path: Path) -> None:
    pages = Pages(habpps, tmp_path)
    commune = habpps.all.ready()
    pages.author = commune.partner
    person = {"given_name": "Zo\x00é", "family_name": "Roy", "email": "zoe@n.example", "job_title": "ag\x00ent"}
    pages.post("/utilisateurs/nouveau", 404, **person, groups=["\x00"])
    pages.post("/groupes/nouveau", 400, name="G\x00", profile="\x00")
    pages.post("/groupes/nouveau", name="Autre groupe", profile="T2")
    pages.post(f"/utilisateurs/{commune.user_id}/rattacher", 404, group_id="\x00")
    page = pages.post("/utilisateurs/nouveau", **person, groups=[f"{commune.group_id}\x00"])
    assert "Zoé Roy" in pages.get(page)

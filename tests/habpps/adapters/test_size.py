"""A page reads what it shows: its work does not grow with the organisation."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from habpps.domain.habilitation import Habilitation
from habpps.domain.people import User
from tests.bench.habpps.generator import add_people
from tests.habpps.adapters.conftest import Pages
from tests.habpps.builders import Commune
from tests.promises import promise

PEOPLE = 1_500
MOST_VALUES = 130  # twenty people on a page, and the handful of kinds of people that a preview looks at
# The page that closes a group is not among them: it carries the act out to say what it closes, and each place ends.
PARTNER = [
    "/",
    "/groupes",
    "/groupes/{group}",
    "/groupes/{group}?q=leveque",
    "/groupes/nouveau",
    "/utilisateurs",
    "/utilisateurs?q=a&page=2",
    "/utilisateurs?groupe=-",
    "/utilisateurs?groupe={group}&tri=-name",
    "/utilisateurs/nouveau",
    "/utilisateurs/{user}",
    "/utilisateurs/{user}/verrouiller",
    "/utilisateurs/{user}/depart",
    "/utilisateurs/{user}/mot-de-passe",
    "/journal",
]
CAF = [
    "/organismes",
    "/organismes/{commune}",
    "/organismes/{commune}/utilisateurs",
    "/organismes/{commune}/convention/suspendre",
    "/organismes/{commune}/administrateurs/nouveau",
    "/organismes/{commune}/contrats/nouveau",
    "/contrats/{contract}/suspendre",
    "/utilisateurs/{user}",
]
_MADE = {User.__init__.__code__, Habilitation.__init__.__code__}


class Count:
    """What one request did."""

    statements = 0
    values = 0


@contextmanager
def counting() -> Iterator[Count]:
    """Count SQL statements, and the users and habilitations that were made of rows."""
    count = Count()

    def stated(*_arguments: Any) -> None:
        count.statements += 1

    def profiled(frame: FrameType, kind: str, _argument: Any) -> None:
        if kind == "call" and frame.f_code in _MADE:
            count.values += 1

    event.listen(Engine, "before_cursor_execute", stated)
    sys.setprofile(profiled)
    try:
        yield count
    finally:
        sys.setprofile(None)
        event.remove(Engine, "before_cursor_execute", stated)


def asked(pages: Pages, commune: Commune, path: str) -> tuple[int, Count]:
    address = path.format(
        group=commune.group_id, user=commune.user_id, commune=commune.id, contract=commune.contract_id
    )
    with counting() as count:
        text = pages.get(address)
    return len(text), count


@promise("habpps:any-size")
def test_every_page_reads_what_it_shows(pages: Pages) -> None:
    commune = pages.habpps.all.ready()
    add_people(pages.habpps.database, commune.id, {commune.group_id: "T2"}, [commune.contract_id], 150)
    found: dict[str, list[tuple[int, Count]]] = {}
    for _ in range(2):
        for author, paths in ((commune.partner, PARTNER), (pages.habpps.all.caf, CAF)):
            pages.author = author
            for path in paths:
                found.setdefault(f"{author.role.value} {path}", []).append(asked(pages, commune, path))
        add_people(pages.habpps.database, commune.id, {commune.group_id: "T2"}, [commune.contract_id], PEOPLE)
    for path, ((small, few), (large, many)) in found.items():
        assert large < small * 1.3 + 2_000, path
        assert many.statements <= few.statements + 2, path
        assert many.values <= MOST_VALUES, path


def test_acts_look_at_nobody_else(pages: Pages) -> None:
    commune = pages.habpps.all.ready()
    add_people(pages.habpps.database, commune.id, {commune.group_id: "T2"}, [commune.contract_id], PEOPLE)
    pages.author = commune.partner
    fields = {"given_name": "Zoé", "family_name": "Roy", "email": "zoe@n.example", "job_title": "agent"}
    forms: list[tuple[str, dict[str, Any]]] = [
        ("/utilisateurs/nouveau", {**fields, "groups": [commune.group_id]}),
        (f"/utilisateurs/{commune.user_id}/depart", {"departs_on": "2026-12-31"}),
        (f"/utilisateurs/{commune.user_id}/verrouiller", {"reason": "vol"}),
        (f"/groupes/{commune.group_id}/fermer", {"reason": "réorganisation"}),
    ]
    for path, typed in forms:
        with counting() as count:
            pages.post(path, **typed)
        assert count.values <= MOST_VALUES, path


def test_the_count_sees_a_page_that_reads_everybody(pages: Pages) -> None:
    commune = pages.habpps.all.ready()
    add_people(pages.habpps.database, commune.id, {commune.group_id: "T2"}, [commune.contract_id], PEOPLE)
    with counting() as count:
        pages.habpps.all.look(lambda store: store.habilitations.of(commune.id))
    assert count.values > PEOPLE > MOST_VALUES

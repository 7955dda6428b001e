"""A page reads what it shows: its work does not grow with the organisation."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from habpps.adapters.web.caf import CONTRACT_STEPS, CONVENTION_STEPS
from habpps.adapters.web.habilitations import HABILITATION_STEPS, USER_STEPS
from habpps.domain.habilitation import Habilitation
from habpps.domain.people import Person, User
from habpps.use_cases.change_opening import OpenContractToGroup
from habpps.use_cases.extend_territory import ExtendTerritory
from habpps.use_cases.invite_person import InviteUser
from habpps.use_cases.open_service_contract import OpenServiceContract
from habpps.use_cases.requests import WaitsForSecondPerson
from tests.bench.habpps.generator import add_people
from tests.habpps.adapters.conftest import Pages
from tests.habpps.builders import TERMS, TODAY, Commune
from tests.habpps.possible_acts import own_extranet
from tests.promises import promise

PEOPLE = 1_500
MOST_VALUES = 130  # twenty people on a page, and the handful of kinds of people that a preview looks at
SEARCHED = [
    "/groupes/{group_id}?q=leveque",
    "/utilisateurs?q=a&page=2",
    "/utilisateurs?groupe=-",
    "/utilisateurs?groupe={group_id}&tri=-name",
    "/organismes?q=nanterre&tri=-name",
    "/organismes/{organisation_id}/utilisateurs?q=a",
]
"""Beside every page without a question."""
STEPS: dict[str, Iterable[str]] = {
    "caf.contract_step": CONTRACT_STEPS,
    "caf.convention_step": CONVENTION_STEPS,
    "habilitations.user_step": USER_STEPS,
    "habilitations.habilitation_step": HABILITATION_STEPS,
}
OF_NOBODY = {"bootstrap.static", "servicekit.static", "static", "languages.choose", "shown_page", "partner.choose_caf"}
"""Files, what shows nothing of the register, and the Cafs of somebody who has several."""
LATER = {
    ("caf.contract_step", "reactiver"),
    ("caf.convention_step", "lever"),
    ("caf.convention_step", "terminer"),
    ("habilitations.user_step", "deverrouiller"),
    ("habilitations.habilitation_step", "reactiver"),
}
"""Steps that cannot be taken from the states of this register: their pages refuse."""
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


@dataclass(frozen=True)
class Register:
    """A commune in which every page has something to show. `names`: what stands in the addresses."""

    commune: Commune
    names: dict[str, str]

    def grow(self, pages: Pages, people: int) -> None:
        """Add so many people to its group."""
        groups = {self.commune.group_id: "T2"}
        add_people(pages.habpps.database, self.commune.id, groups, [self.commune.contract_id], people)


def with_everything(pages: Pages) -> Register:
    """A request waits to open a contract to everybody."""
    everything, perform = pages.habpps.all, pages.habpps.all.acts.perform
    commune, caf = everything.ready(), everything.caf
    second = everything.partner(commune.id, Person("Lou", "Roy", "lou.roy@nanterre.example"))
    register = Register(commune, {})
    register.grow(pages, 150)
    omega = replace(TERMS, extranet="omega", purposes=("suivi_partenarial",))
    contract = perform(caf, OpenServiceContract(commune.id, omega)).value
    with pytest.raises(WaitsForSecondPerson) as waits:
        perform(commune.partner, OpenContractToGroup(commune.group_id, contract))
    invited = Person("Ali", "Haddad", "ali@nanterre.example")
    invitation = perform(commune.partner, InviteUser(invited, "agent", (commune.group_id,))).value
    everything.relay()
    perform(caf, ExtendTerritory(commune.contract_id, "631", TODAY, None, "convention"))
    (territory,) = everything.look(lambda store: store.territories.of(commune.id))
    names = {
        "organisation_id": commune.id,
        "contract_id": commune.contract_id,
        "group_id": commune.group_id,
        "user_id": commune.user_id,
        "habilitation_id": commune.habilitation_id,
        "administrator_id": second.administrator_id,
        "replaces": second.administrator_id,
        "account_id": second.account_id,
        "invitation_id": invitation,
        "territory_id": territory.id,
        "request_id": waits.value.request_id,
        "code": own_extranet(everything).code,
        "kind": "habpps.invitation.sent",
        "revision": str(everything.feed.state().revision),
    }
    return replace(register, names=names)


def addresses(pages: Pages, names: dict[str, str]) -> dict[str, list[str]]:
    """By page of the application, its addresses: a page with a new kind of name in it fails here until it has one."""
    found = {}
    for rule in pages.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in OF_NOBODY:
            continue
        steps = [step for step in STEPS.get(rule.endpoint, ()) if (rule.endpoint, step) not in LATER]
        known = [names | {"step": step} for step in steps] or [names]
        here = pages.app.url_map.bind("localhost")
        found[rule.endpoint] = [
            here.build(rule.endpoint, {name: values[name] for name in rule.arguments}) for values in known
        ]
    found["searched"] = [path.format(**names) for path in SEARCHED]
    return found


def asked(pages: Pages, address: str) -> tuple[int, Count] | None:
    """None: it is not a page of this author."""
    with counting() as count:
        answer = pages.client.get(address)
    return (len(answer.text), count) if answer.status_code == HTTPStatus.OK else None


@promise("habpps:any-size")
def test_every_page_reads_what_it_shows(pages: Pages) -> None:
    register = with_everything(pages)
    everywhere = addresses(pages, register.names)
    found: dict[str, list[tuple[int, Count]]] = {}
    for _ in range(2):
        for author in (register.commune.partner, pages.habpps.all.caf):
            pages.author = author
            for address in [address for known in everywhere.values() for address in known]:
                shown = asked(pages, address)
                if shown is not None:
                    found.setdefault(f"{author.role.value} {address}", []).append(shown)
        register.grow(pages, PEOPLE)
    seen = {path.partition(" ")[2] for path in found}
    assert [one for known in everywhere.values() for one in known if one not in seen] == [], "nobody is shown these"
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

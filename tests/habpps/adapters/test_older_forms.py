"""Two administrators have the same form open: the second one, which is older, never undoes the first unseen."""

from collections.abc import Callable
from typing import Any

import pytest

from habpps.domain.habilitation import Habilitation
from habpps.domain.people import person_typed
from habpps.domain.states import ContractEvent, ConventionEvent, HabilitationEvent, UserEvent
from habpps.domain.versions import version_of
from habpps.use_cases.appoint_administrator import WithdrawAdministrator
from habpps.use_cases.assign_to_group import AssignToGroup
from habpps.use_cases.change_convention import ChangeConvention
from habpps.use_cases.change_habilitation import ChangeHabilitation
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.change_user import LockUser, SetDeparture
from habpps.use_cases.manage_groups import CloseGroup, CreateGroup
from tests.habpps.adapters.conftest import Habpps, Pages
from tests.habpps.adapters.test_forms_twice import acts_so_far
from tests.habpps.adapters.test_pages import CONVENTION
from tests.habpps.builders import OTHER_SIRET, Commune
from tests.promises import promise

REASON = {"reason": "contrôle"}
Change = Callable[[Habpps, Commune], Any]


def convention_there_and_back(habpps: Habpps, commune: Commune) -> None:
    for event in (ConventionEvent.SUSPEND, ConventionEvent.LIFT):
        habpps.all.acts.perform(habpps.all.caf, ChangeConvention(commune.id, event, "audit"))


def convention_suspended(habpps: Habpps, commune: Commune) -> None:
    habpps.all.acts.perform(habpps.all.caf, ChangeConvention(commune.id, ConventionEvent.SUSPEND, "audit"))


def contract_there_and_back(habpps: Habpps, commune: Commune) -> None:
    for event in (ContractEvent.SUSPEND, ContractEvent.REACTIVATE):
        habpps.all.acts.perform(habpps.all.caf, ChangeServiceContract(commune.contract_id, event, "audit"))


def contract_suspended(habpps: Habpps, commune: Commune) -> None:
    habpps.all.acts.perform(habpps.all.caf, ChangeServiceContract(commune.contract_id, ContractEvent.SUSPEND, "audit"))


def place_there_and_back(habpps: Habpps, commune: Commune) -> None:
    for event in (HabilitationEvent.SUSPEND, HabilitationEvent.REACTIVATE):
        habpps.all.acts.perform(commune.partner, ChangeHabilitation(commune.habilitation_id, event, "audit"))


def place_withdrawn(habpps: Habpps, commune: Commune) -> None:
    habpps.all.acts.perform(
        commune.partner, ChangeHabilitation(commune.habilitation_id, HabilitationEvent.WITHDRAW, "audit")
    )


def put_in_a_group_and_out_again(habpps: Habpps, commune: Commune) -> None:
    group = habpps.all.acts.perform(commune.partner, CreateGroup("Passage", "T1")).value
    given = habpps.all.acts.perform(commune.partner, AssignToGroup(commune.user_id, group)).value
    habpps.all.acts.perform(commune.partner, ChangeHabilitation(given, HabilitationEvent.WITHDRAW, "erreur"))


def user_there_and_back(habpps: Habpps, commune: Commune) -> None:
    for event in (UserEvent.LOCK, UserEvent.UNLOCK):
        habpps.all.acts.perform(commune.partner, LockUser(commune.user_id, event, "audit"))


def user_locked(habpps: Habpps, commune: Commune) -> None:
    habpps.all.acts.perform(commune.partner, LockUser(commune.user_id, UserEvent.LOCK, "audit"))


def another_departure(habpps: Habpps, commune: Commune) -> None:
    day = habpps.clock.now().date().replace(year=2027, month=3, day=31)
    habpps.all.acts.perform(commune.partner, SetDeparture(commune.user_id, day))


def group_closed(habpps: Habpps, commune: Commune) -> None:
    habpps.all.acts.perform(commune.partner, CloseGroup(commune.group_id, "audit"))


def role_withdrawn(habpps: Habpps, commune: Commune) -> None:
    habpps.all.partner(commune.id, person_typed("Paul", "Autre", "paul@n.example"))
    habpps.all.acts.perform(habpps.all.caf, WithdrawAdministrator(commune.partner.administrator_id, "audit"))


CONVENTION_PAGE, CONTRACT_PAGE = "/organismes/{commune}/convention", "/contrats/{contract}"
USER_PAGE, PLACE_PAGE = "/utilisateurs/{user}", "/utilisateurs/{user}/habilitations/{place}"
PERSON = {"given_name": "Lou", "family_name": "Roy", "email": "lou.roy@n.example"}
DEPARTURE = {"departs_on": "2026-12-31"}
OLDER: dict[str, tuple[str, str, dict[str, Any], Change, str]] = {
    "suspend the convention": ("caf", f"{CONVENTION_PAGE}/suspendre", REASON, convention_there_and_back, "En vigueur"),
    "end the convention": ("caf", f"{CONVENTION_PAGE}/resilier", REASON, convention_suspended, "Suspendue"),
    "denounce": (
        "caf",
        f"{CONVENTION_PAGE}/denoncer",
        {**REASON, "ends_on": "2027-01-31"},
        convention_there_and_back,
        "En vigueur",
    ),
    "suspend the contract": ("caf", f"{CONTRACT_PAGE}/suspendre", REASON, contract_there_and_back, "En vigueur"),
    "end the contract": ("caf", f"{CONTRACT_PAGE}/terminer", REASON, contract_suspended, "Suspendu"),
    "suspend a place": ("partner", f"{PLACE_PAGE}/suspendre", REASON, place_there_and_back, "Active"),
    "withdraw a place": ("partner", f"{PLACE_PAGE}/retirer", REASON, place_withdrawn, "Retirée"),
    "lock": ("partner", f"{USER_PAGE}/verrouiller", REASON, user_there_and_back, "Actif"),
    "second step taken off": ("partner", f"{USER_PAGE}/deuxieme-etape", {}, user_locked, "Verrouillé"),
    "new password": ("partner", f"{USER_PAGE}/mot-de-passe", {}, user_locked, "Verrouillé"),
    "departure": ("partner", f"{USER_PAGE}/depart", DEPARTURE, another_departure, "31 mars 2027"),
    "departure of somebody locked": ("partner", f"{USER_PAGE}/depart", DEPARTURE, user_there_and_back, "Actif"),
    "join a group": (
        "partner",
        f"{USER_PAGE}/rattacher",
        {"group_id": "{social}"},
        put_in_a_group_and_out_again,
        "Crèches",
    ),
    "close a group": ("partner", "/groupes/{group}/fermer", REASON, group_closed, "fermé"),
    "withdraw a role": (
        "caf",
        "/administrateurs/{commune}/{administrator}/retirer",
        REASON,
        role_withdrawn,
        "n'a plus le rôle",
    ),
    "replace": (
        "caf",
        "/organismes/{commune}/administrateurs/{administrator}/remplacer",
        PERSON,
        role_withdrawn,
        "n'a plus le rôle",
    ),
}


def opened(pages: Pages, name: str) -> tuple[Commune, str, dict[str, Any]]:
    """The form as the second administrator has it on the screen."""
    commune = pages.habpps.all.ready()
    social = pages.habpps.all.acts.perform(commune.partner, CreateGroup("Service social", "T1")).value
    who, path, fields, _change, _now = OLDER[name]
    pages.author = pages.habpps.all.caf if who == "caf" else commune.partner
    address = path.format(
        commune=commune.id,
        contract=commune.contract_id,
        group=commune.group_id,
        user=commune.user_id,
        place=commune.habilitation_id,
        administrator=commune.partner.administrator_id,
    )
    version = pages.version_of(address)
    assert version["version"], address
    return commune, address, {**version, **{key: text.format(social=social) for key, text in fields.items()}}


@promise("admin:older-form-undoes-nothing")
@pytest.mark.parametrize("name", OLDER)
def test_an_older_form_changes_nothing_and_says_what_is_there_now(pages: Pages, name: str) -> None:
    commune, address, fields = opened(pages, name)
    change, now = OLDER[name][3:]
    change(pages.habpps, commune)
    done = acts_so_far(pages)
    page = pages.post(address, 409, **fields)
    assert "Quelqu'un d'autre vient de changer la même chose" in page
    assert now in page.split("error-summary", 1)[1].split("</ul>")[0]
    for typed in (text for key, text in fields.items() if key not in {"version", "group_id"}):
        assert typed in page, "what was typed is kept"
    assert acts_so_far(pages) == done


@promise("admin:older-form-undoes-nothing")
@pytest.mark.parametrize("name", OLDER)
def test_a_form_without_version_changes_nothing(pages: Pages, name: str) -> None:
    _commune, address, fields = opened(pages, name)
    done = acts_so_far(pages)
    assert "Quelqu'un d'autre" in pages.post(address, 409, **{**fields, "version": ""})
    assert acts_so_far(pages) == done


@promise("admin:older-form-undoes-nothing")
def test_what_is_sent_again_knowingly_is_done(pages: Pages) -> None:
    commune, address, fields = opened(pages, "departure")
    another_departure(pages.habpps, commune)
    page = pages.post(address, 409, **fields)
    version = page.split('name="version"')[1].split('value="')[1].split('"')[0]
    assert version != fields["version"]
    pages.post(address, **{**fields, "version": version})
    assert "31 décembre 2026" in pages.get(f"/utilisateurs/{commune.user_id}")


@promise("admin:older-form-undoes-nothing")
def test_an_older_cancellation_does_not_take_another_departure_back(pages: Pages) -> None:
    commune = pages.habpps.all.ready()
    pages.author = commune.partner
    pages.post(f"/utilisateurs/{commune.user_id}/depart", **DEPARTURE)
    cancel = f"/utilisateurs/{commune.user_id}/depart/annuler"
    older = pages.version_of(cancel)
    another_departure(pages.habpps, commune)
    page = pages.post(cancel, 409, **older)
    assert "Départ enregistré : 31 mars 2027" in page


@promise("admin:older-form-undoes-nothing")
def test_a_second_signature_form_does_not_overwrite_the_days_of_the_first(pages: Pages) -> None:
    page = pages.post("/organismes/nouveau", **{**CONVENTION, "siret": OTHER_SIRET, "caf_signed_on": ""})
    address = f"{page}/convention/signatures"
    older = pages.version_of(address)
    pages.post(address, partner_signed_on="2026-11-02", caf_signed_on="2026-11-03")
    refused = pages.post(address, 409, **older, partner_signed_on="2026-10-01", caf_signed_on="2026-10-01")
    assert "3 novembre 2026" in refused


def test_the_store_counts_the_changes_of_a_thing_on_each_engine(habpps: Habpps) -> None:
    commune = habpps.all.ready()

    def stored() -> Habilitation:
        found = habpps.work.read(lambda store: store.habilitations.get(commune.habilitation_id))
        assert found is not None
        return found

    versions = {version_of(stored())}
    place_there_and_back(habpps, commune)
    versions.add(version_of(stored()))
    assert stored().changes == 2
    assert len(versions) == 2

"""A landlord with conventions with two Cafs: the rights of each follow from that Caf's papers alone."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from rights.decision import Granted, Refused, administrator_roles, decide, helpers_of, open_extranets, why_closed
from rights.facts import Fact
from rights.places import cafs_in
from rights.snapshot import Snapshot
from tests.promises import promise
from tests.rights.builders import TODAY, Commune, the_commune, the_question, the_table

ACCOUNT = "account-creche-director"
ADMINISTRATOR = "account-partner-administrator"
HERE = "org-commune"
OTHER = "751"
COPIED = (
    "convention",
    "cdap_contract",
    "mon_enfant_contract",
    "creche_director",
    "creche_director_grant",
    "creche_director_childcare",
    "partner_administrator",
)
LINKS = ("convention_id", "contract_id", "user_id")


def of_the_other_caf(commune: Commune) -> Iterator[Fact]:
    """The same papers and people of the same organisation, with Caf 751."""
    for name in COPIED:
        fact = getattr(commune, name)
        links = {link: f"{getattr(fact, link)}-{OTHER}" for link in LINKS if hasattr(fact, link)}
        owned = {"caf": OTHER} if hasattr(fact, "caf") else {}
        yield replace(fact, id=f"{fact.id}-{OTHER}", **links, **owned)


def both(**changes: object) -> Snapshot:
    """Both Cafs; `changes` of the convention with 751."""
    others = [
        replace(one, **changes) if one.fact_kind == "convention" else one for one in of_the_other_caf(the_commune())
    ]
    return the_commune().snapshot(more=others)


def answered(snapshot: Snapshot, caf: str) -> Granted | Refused:
    return decide(snapshot, the_question(snapshot, territory=caf), the_table())


@promise("caf:rights-per-caf")
@pytest.mark.parametrize("caf", ["921", OTHER])
def test_a_professional_of_both_cafs_consults_in_each_by_its_own_contract(caf: str) -> None:
    answer = answered(both(), caf)
    assert isinstance(answer, Granted)
    assert answer.caf == caf
    assert answer.service_contract_id == ("sc-cdap" if caf == "921" else "sc-cdap-751")
    assert answer.grant_id == ("grant-3" if caf == "921" else "grant-3-751")


@promise("caf:rights-per-caf")
@pytest.mark.parametrize("state", ["suspended", "ended", "terminated_for_breach", "something newer"])
def test_what_one_caf_closes_leaves_the_rights_with_the_other_alone(state: str) -> None:
    snapshot = both(state=state)
    assert isinstance(answered(snapshot, "921"), Granted)
    assert isinstance(answered(snapshot, OTHER), Refused)
    (cdap, *_) = open_extranets(snapshot, ACCOUNT, HERE, TODAY)
    assert [detail["caf"] for detail in cdap.authorization_details] == ["921"]


@promise("caf:rights-per-caf")
@pytest.mark.parametrize("name", ["convention", "cdap_contract", "creche_director", "creche_director_grant"])
def test_no_paper_and_no_person_of_one_caf_stands_in_for_that_of_the_other(name: str) -> None:
    missing = getattr(the_commune(), name).id + f"-{OTHER}"
    others = [one for one in of_the_other_caf(the_commune()) if one.fact_id != missing]
    assert isinstance(answered(the_commune().snapshot(more=others), OTHER), Refused)


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("creche_director_grant", "contract_id"),
        ("creche_director_grant", "user_id"),
        ("cdap_contract", "convention_id"),
    ],
)
def test_a_link_that_leads_to_the_papers_of_the_other_caf_opens_nothing(name: str, link: str) -> None:
    wrong = replace(getattr(the_commune(), name), id=f"{getattr(the_commune(), name).id}-{OTHER}")
    others = []
    for one in of_the_other_caf(the_commune()):
        crossed = one.fact_id == wrong.fact_id
        others.append(replace(one, **{link: getattr(wrong, link)}) if crossed else one)
    assert isinstance(answered(the_commune().snapshot(more=others), OTHER), Refused)


@promise("caf:rights-per-caf")
def test_one_sign_in_opens_the_contracts_of_both_cafs_each_in_its_own_detail() -> None:
    (cdap, *_) = open_extranets(both(), ACCOUNT, HERE, TODAY)
    told = [(one["caf"], one["service_contract"], one["territories"]) for one in cdap.authorization_details]
    assert told == [(OTHER, "sc-cdap-751", [OTHER]), ("921", "sc-cdap", ["921"])]


@promise("caf:rights-per-caf")
def test_somebody_who_administers_for_both_cafs_gets_one_detail_for_each() -> None:
    (habpps,) = open_extranets(both(), ADMINISTRATOR, HERE, TODAY)
    assert [(one["role"], one["caf"]) for one in habpps.authorization_details] == [
        ("partner_administrator", OTHER),
        ("partner_administrator", "921"),
    ]
    (habpps,) = open_extranets(both(state="suspended"), ADMINISTRATOR, HERE, TODAY)
    assert [(one["caf"], one.get("access")) for one in habpps.authorization_details] == [
        (OTHER, "read_only"),
        ("921", None),
    ]
    assert administrator_roles(both(state="suspended"), ADMINISTRATOR, HERE, TODAY) == ("partner_administrator",)


def test_who_works_with_one_caf_only_hears_nothing_of_the_other() -> None:
    alone = both(state="suspended")
    assert cafs_in(alone, "account-childhood-manager", HERE) == {"921"}
    assert helpers_of(alone, "account-childhood-manager")[1] == ("921",)
    commune = the_commune().changed("convention", state="suspended")
    snapshot = commune.snapshot(more=of_the_other_caf(the_commune()))
    assert why_closed(snapshot, "account-childhood-manager", HERE, "cdap", TODAY).reason == "CONVENTION_SUSPENDED"

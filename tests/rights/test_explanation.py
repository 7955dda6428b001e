"""What is open to whom, and the reason that the refusal page gives."""

from datetime import date, timedelta
from typing import Any

import pytest

from rights.decision import administrator_roles, open_extranets, organisations_of, why_closed
from rights.facts import Convention
from rights.snapshot import Snapshot
from tests.promises import promise
from tests.rights.builders import TODAY, the_commune, the_extension

TOMORROW = TODAY + timedelta(days=1)


def _codes(snapshot: Snapshot, account_id: str, organisation_id: str = "org-commune") -> list[str]:
    return [known.code for known in open_extranets(snapshot, account_id, organisation_id, TODAY)]


@promise("caf:administration-shows-no-dossier")
@pytest.mark.parametrize(
    ("account_id", "organisation_id", "codes"),
    [
        ("account-social-worker", "org-commune", ["cdap"]),
        ("account-creche-director", "org-commune", ["cdap", "mon-enfant"]),
        ("account-partner-administrator", "org-commune", ["habpps"]),
        ("account-caf-administrator", "org-caf-921", ["habpps"]),
        ("account-caf-auditor", "org-caf-921", ["audit"]),
        ("account-caf-auditor", "org-commune", []),
        ("account-creche-director", "org-caf-921", []),
        ("nobody", "org-commune", []),
    ],
)
def test_each_person_has_the_extranets_of_the_role(account_id: str, organisation_id: str, codes: list[str]) -> None:
    assert _codes(the_commune().snapshot(), account_id, organisation_id) == codes


@promise("extranet:tokens-say-the-contract")
def test_the_details_name_the_service_contract_and_what_it_opens() -> None:
    (cdap, _) = open_extranets(the_commune().snapshot(), "account-creche-director", "org-commune", TODAY)
    assert cdap.authorization_details == (
        {
            "type": "service_contract",
            "extranet": "cdap",
            "service_contract": "sc-cdap",
            "caf": "921",
            "profiles": ["T2"],
            "territories": ["921"],
            "purposes": ["creche_fee"],
        },
    )
    assert cdap.valid_until is None


@promise("rights:read-only-while-suspended")
def test_while_the_convention_is_suspended_its_administrator_enters_habpps_to_read_and_nothing_else_is_open() -> None:
    suspended = the_commune().changed("convention", state="suspended").snapshot()
    account = "account-partner-administrator"
    (habpps,) = open_extranets(suspended, account, "org-commune", TODAY)
    assert (habpps.code, habpps.authorization_details[0]["access"]) == ("habpps", "read_only")
    assert administrator_roles(suspended, account, "org-commune", TODAY) == ()
    with pytest.raises(ValueError, match="is open"):
        why_closed(suspended, account, "org-commune", "habpps", TODAY)
    for professional in ("account-creche-director", "account-social-worker"):
        assert _codes(suspended, professional) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": "ended"}, "CONVENTION_ENDED"),
        ({"state": "terminated_for_breach"}, "CONVENTION_TERMINATED"),
        ({"state": "a_state_of_tomorrow"}, "CONVENTION_SUSPENDED"),
        ({"state": "suspended", "ends_on": TODAY - timedelta(days=1)}, "CONVENTION_ENDED"),
        ({"state": "suspended", "starts_on": TOMORROW}, "CONVENTION_NOT_STARTED"),
        ({"state": "suspended", "organisation_id": "org-other"}, "CONVENTION_MISSING"),
    ],
)
def test_only_the_suspension_itself_lets_an_administrator_in_to_read(changes: dict[str, Any], reason: str) -> None:
    snapshot = the_commune().changed("convention", **changes).snapshot()
    account = "account-partner-administrator"
    assert _codes(snapshot, account) == []
    assert why_closed(snapshot, account, "org-commune", "habpps", TODAY).reason == reason


def test_the_details_of_administration_name_the_role() -> None:
    (habpps,) = open_extranets(the_commune().snapshot(), "account-partner-administrator", "org-commune", TODAY)
    assert habpps.authorization_details == (
        {
            "type": "administration",
            "extranet": "habpps",
            "role": "partner_administrator",
            "caf": "921",
            "organisation": "org-commune",
        },
    )


@promise("extranet:tokens-end-with-the-right")
def test_a_token_must_not_outlive_the_first_right_that_ends() -> None:
    commune = the_commune().changed("cdap_contract", ends_on=date(2026, 12, 31))
    commune = commune.changed("creche_director_grant", ends_on=date(2026, 11, 30))
    commune = commune.changed("creche_director_childcare", ends_on=date(2026, 11, 28))
    (cdap, mon_enfant) = open_extranets(commune.snapshot(), "account-creche-director", "org-commune", TODAY)
    assert cdap.valid_until == date(2026, 11, 30)
    assert cdap.authorization_details[0]["valid_until"] == "2026-11-30"
    assert mon_enfant.valid_until == date(2026, 11, 28)


@promise("rights:the-first-missing-document-is-named")
@pytest.mark.parametrize(
    ("fact", "changes", "reason"),
    [
        ("convention", {"state": "suspended"}, "CONVENTION_SUSPENDED"),
        ("convention", {"state": "terminated_for_breach"}, "CONVENTION_TERMINATED"),
        ("cdap_contract", {"extranet": "omega"}, "SERVICE_CONTRACT_MISSING"),
        ("cdap_contract", {"state": "suspended"}, "SERVICE_CONTRACT_SUSPENDED"),
        ("cdap_contract", {"starts_on": TOMORROW}, "SERVICE_CONTRACT_NOT_STARTED"),
        ("cdap_contract", {"profiles": ("T1",)}, "PROFILE_NOT_IN_CONTRACT"),
        ("creche_director", {"state": "locked"}, "USER_LOCKED"),
        ("creche_director_grant", {"user_id": "user-9"}, "NO_HABILITATION"),
        ("creche_director_grant", {"contract_id": "sc-mon-enfant"}, "NO_HABILITATION"),
        ("creche_director_grant", {"state": "withdrawn"}, "HABILITATION_WITHDRAWN"),
        ("cdap", {"enabled": False}, "EXTRANET_DISABLED"),
    ],
)
def test_the_page_learns_which_document_is_missing(fact: str, changes: dict[str, Any], reason: str) -> None:
    snapshot = the_commune().changed(fact, **changes).snapshot()
    assert "cdap" not in _codes(snapshot, "account-creche-director")
    refused = why_closed(snapshot, "account-creche-director", "org-commune", "cdap", TODAY)
    assert (refused.reason, refused.revision) == (reason, 42)


def test_without_a_service_contract_the_convention_is_looked_at_first() -> None:
    commune = the_commune().changed("cdap_contract", extranet="omega").changed("convention", state="suspended")
    refused = why_closed(commune.snapshot(), "account-creche-director", "org-commune", "cdap", TODAY)
    assert refused.reason == "CONVENTION_SUSPENDED"


@pytest.mark.parametrize(
    ("changes", "is_open"),
    [
        ({}, True),
        ({"state": "denounced", "ends_on": TODAY}, True),
        ({"state": "denounced", "ends_on": TODAY - timedelta(days=1)}, False),
        ({"state": "suspended"}, True),  # to read
        ({"state": "ended"}, False),
    ],
)
def test_a_partner_administrator_needs_the_convention(changes: dict[str, Any], is_open: bool) -> None:
    snapshot = the_commune().changed("convention", **changes).snapshot()
    assert (_codes(snapshot, "account-partner-administrator") == ["habpps"]) is is_open


def test_a_new_convention_reopens_what_an_ended_one_closed() -> None:
    renewed = Convention(
        id="conv-0",
        organisation_id="org-commune",
        caf="921",
        reference="2026-0002",
        state="active",
        starts_on=date(2026, 11, 1),
        ends_on=None,
    )
    snapshot = the_commune().changed("convention", state="ended").snapshot(more=[renewed])
    assert _codes(snapshot, "account-partner-administrator") == ["habpps"]


@pytest.mark.parametrize(
    ("account_id", "extranet", "reason"),
    [
        ("account-creche-director", "habpps", "NO_ADMINISTRATION_ROLE"),
        ("account-partner-administrator", "audit", "NOT_AUDITOR"),
        ("account-creche-director", "unknown", "EXTRANET_UNKNOWN"),
    ],
)
def test_administration_is_closed_to_those_without_the_role(account_id: str, extranet: str, reason: str) -> None:
    refused = why_closed(the_commune().snapshot(), account_id, "org-commune", extranet, TODAY)
    assert refused.reason == reason


@promise("caf:administration-shows-no-dossier")
def test_a_role_of_a_caf_gives_nothing_in_a_partner_organisation() -> None:
    snapshot = the_commune().changed("partner_administrator", role="caf_auditor").snapshot()
    assert _codes(snapshot, "account-partner-administrator") == []
    refused = why_closed(snapshot, "account-partner-administrator", "org-commune", "audit", TODAY)
    assert refused.reason == "ROLE_NOT_OF_THIS_ORGANISATION"


def test_a_withdrawn_administrator_has_no_role() -> None:
    snapshot = the_commune().changed("caf_auditor", state="withdrawn").snapshot()
    assert administrator_roles(snapshot, "account-caf-auditor", "org-caf-921", TODAY) == ()


def test_asking_why_an_open_extranet_is_closed_is_an_error() -> None:
    with pytest.raises(ValueError, match="is open"):
        why_closed(the_commune().snapshot(), "account-social-worker", "org-commune", "cdap", TODAY)


def test_a_person_is_offered_the_organisations_where_something_is_open_first() -> None:
    commune = the_commune()
    elsewhere = commune.changed("commune", id="org-a", name="A first by name").commune
    member = commune.changed("creche_director", id="user-9", organisation_id="org-a").creche_director
    snapshot = commune.snapshot(more=[elsewhere, member])
    offered = organisations_of(snapshot, "account-creche-director", TODAY)
    assert [known.id for known in offered] == ["org-commune", "org-a"]
    assert organisations_of(snapshot, "nobody", TODAY) == ()


@promise("extranet:tokens-end-with-the-right", "caf:territory-extension-in-force")
def test_what_an_extension_opens_ends_with_it_and_the_rest_goes_on() -> None:
    soon = the_extension(ends_on=date(2026, 11, 30))
    later = the_extension(id="territory-2", caf="631", ends_on=date(2027, 6, 30))
    twice = the_extension(id="territory-3", caf="631", ends_on=date(2026, 12, 1))
    commune = the_commune().changed("creche_director_grant", ends_on=date(2026, 12, 31))
    snapshot = commune.snapshot(more=[soon, later, twice])
    cdap = open_extranets(snapshot, "account-creche-director", "org-commune", TODAY)[0]
    told = [(detail["territories"], detail["valid_until"]) for detail in cdap.authorization_details]
    assert told == [(["921", "631"], "2026-12-31"), (["751"], "2026-11-30")]
    assert cdap.valid_until == date(2026, 12, 31)

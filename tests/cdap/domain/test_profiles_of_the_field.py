"""The table of fields against what the field says: which profile works with what, and what nobody sees."""

from __future__ import annotations

from cdap.domain.dossier_schema import FIELDS
from tests.cdap.builders import the_table
from tests.promises import promise

IDENTITY = {"reference", "status", "persons", "address"}
NEVER = ("nir", "national", "residence_permit", "titre", "control", "fraud", "iban", "bank")
"""Parts of names of what no profile is shown (domain page A.3)."""


def fields_of(profile: str) -> dict[str, str]:
    """Field -> reduction."""
    return dict(the_table().fields(profile))


@promise("cdap:childcare-sees-what-its-fee-needs")
def test_childcare_sees_resources_and_children_and_no_quotient_benefit_or_debt() -> None:
    assert fields_of("T2").keys() == IDENTITY | {
        "birth_places",
        "children",
        "dependent_children",
        "aeeh_children",
        "alternating_residence",
        "annual_resources",
        "previous_annual_resources",
    }
    assert fields_of("T2")["status"] == "active_or_not"


@promise("cdap:tariffs-see-the-quotient-alone")
def test_tariffs_see_the_quotient_familial_and_no_resource() -> None:
    assert fields_of("T5").keys() == IDENTITY | {"children", "quotient_familial"}
    assert fields_of("T5")["status"] == "active_or_not"


@promise("cdap:the-telephone-is-for-social-work")
def test_the_telephone_is_shown_to_social_work_alone_and_an_address_of_mail_to_nobody() -> None:
    assert {profile: fields_of(profile).get("contact") for profile in ("T1", "T2", "T3", "T4", "T5")} == {
        "T1": "phone_only",
        "T2": None,
        "T3": None,
        "T4": None,
        "T5": None,
    }


@promise("cdap:the-reason-of-a-suspension-is-for-insertion")
def test_why_the_rsa_is_suspended_is_shown_to_insertion_alone() -> None:
    assert fields_of("T4")["rsa"] == "full"
    assert fields_of("T1")["rsa"] == "reason_hidden"
    assert all("rsa" not in fields_of(profile) for profile in ("T2", "T3", "T5"))


@promise("cdap:what-nobody-sees-is-not-kept")
def test_what_nobody_is_shown_is_not_kept_either() -> None:
    kept = set(FIELDS)
    assert len(kept) > 15
    assert [name for name in kept for part in NEVER if part in name] == []
    shown = {name for profile in ("T1", "T2", "T3", "T4", "T5") for name in fields_of(profile)}
    assert shown <= kept

"""Whose auditor may read an event of auth: the organisation, else the only Caf that knows the person, else national."""

import pytest

from auth.people.use_cases.event_owners import EventOwners
from rights.facts import Administrator, Organisation, User
from rights.snapshot import Snapshot
from servicekit.audit_events import OwnerOf

FACTS = [
    Organisation(id="o-921", siret="1", name="Ville", caf="921", kind="partner", state="active"),
    Organisation(id="o-751", siret="2", name="CCAS", caf="751", kind="partner", state="closed"),
    Organisation(id="o-nat", siret="3", name="Cnaf", caf="national", kind="caf", state="active"),
    Organisation(id="o-odd", siret="4", name="?", caf="", kind="partner", state="active"),
    User(id="u-1", account_id="one-caf", organisation_id="o-921", display_name="A", state="locked"),
    User(id="u-2", account_id="two-cafs", organisation_id="o-921", display_name="B", state="active"),
    User(id="u-3", account_id="two-cafs", organisation_id="o-751", display_name="B", state="active"),
    Administrator(id="a-1", account_id="agent", organisation_id="o-751", role="caf_administrator", state="withdrawn"),
    User(id="u-4", account_id="odd", organisation_id="o-odd", display_name="C", state="active"),
]


@pytest.mark.parametrize(
    ("account", "organisation", "owner"),
    [
        ("one-caf", None, "921"),
        ("one-caf", "o-751", "751"),
        ("one-caf", "unknown", "921"),
        ("two-cafs", None, "national"),
        ("two-cafs", "o-751", "751"),
        ("agent", None, "751"),
        ("unknown", None, "national"),
        (None, None, "national"),
        (None, "o-921", "921"),
        (None, "o-nat", "national"),
        ("odd", "o-odd", "national"),
    ],
)
def test_an_owner_is_looked_up_in_the_rights(account: str | None, organisation: str | None, owner: str) -> None:
    snapshot = Snapshot.of(FACTS)
    assert EventOwners(lambda: snapshot)(OwnerOf(account, organisation)) == owner


def test_without_any_rights_an_event_is_national() -> None:
    assert EventOwners(lambda: None)(OwnerOf("one-caf", "o-921")) == "national"

"""Whose auditor may read an event of auth: the organisation, else the only Caf that knows the person, else national."""

from datetime import date

import pytest

from auth.people.use_cases.event_owners import EventOwners
from rights.facts import Administrator, Convention, Organisation, User
from rights.snapshot import Snapshot
from servicekit.audit_events import OwnerOf


def convention(organisation: str, caf: str) -> Convention:
    return Convention(
        id=f"{organisation}-{caf}",
        organisation_id=organisation,
        caf=caf,
        reference="R",
        state="active",
        starts_on=date(2026, 1, 1),
        ends_on=None,
    )


def user(account: str, organisation: str, caf: str, state: str = "active") -> User:
    place = f"{account}-{organisation}-{caf}"
    return User(id=place, account_id=account, organisation_id=organisation, caf=caf, display_name=account, state=state)


FACTS = [
    Organisation(id="o-town", siret="1", name="Ville", caf="", kind="partner", state="active"),
    Organisation(id="o-social", siret="2", name="CCAS", caf="", kind="partner", state="closed"),
    Organisation(id="o-landlord", siret="5", name="Bailleur", caf="", kind="partner", state="active"),
    Organisation(id="o-nat", siret="3", name="Cnaf", caf="national", kind="caf", state="active"),
    Organisation(id="o-odd", siret="4", name="?", caf="", kind="partner", state="active"),
    *(convention(name, "921") for name in ("o-town", "o-landlord")),
    *(convention(name, "751") for name in ("o-social", "o-landlord")),
    user("one-caf", "o-town", "921", state="locked"),
    user("two-cafs", "o-town", "921"),
    user("two-cafs", "o-social", "751"),
    user("tenants-921", "o-landlord", "921"),
    user("tenants", "o-landlord", "921"),
    user("tenants", "o-landlord", "751"),
    user("odd", "o-odd", "?"),
    Administrator(
        id="a-1",
        account_id="agent",
        organisation_id="o-social",
        caf="751",
        role="partner_administrator",
        state="withdrawn",
    ),
]


@pytest.mark.parametrize(
    ("account", "organisation", "owner"),
    [
        ("one-caf", None, "921"),
        ("one-caf", "o-social", "751"),
        ("one-caf", "unknown", "921"),
        ("two-cafs", None, "national"),
        ("two-cafs", "o-social", "751"),
        ("tenants-921", "o-landlord", "921"),
        ("tenants", "o-landlord", "national"),
        ("agent", None, "751"),
        ("unknown", None, "national"),
        (None, None, "national"),
        (None, "o-town", "921"),
        (None, "o-landlord", "national"),
        (None, "o-nat", "national"),
        ("odd", "o-odd", "national"),
    ],
)
def test_an_owner_is_looked_up_in_the_rights(account: str | None, organisation: str | None, owner: str) -> None:
    snapshot = Snapshot.of(FACTS)
    assert EventOwners(lambda: snapshot)(OwnerOf(account, organisation)) == owner


def test_without_any_rights_an_event_is_national() -> None:
    assert EventOwners(lambda: None)(OwnerOf("one-caf", "o-town")) == "national"

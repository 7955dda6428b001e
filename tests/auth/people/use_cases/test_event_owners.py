"""Whose auditor may read an event of auth: the organisation, else the only Caf that knows the person, else national."""

import pytest

from auth.people.use_cases.event_owners import EventOwners
from rights.facts import Administrator, Organisation, User
from rights.snapshot import Snapshot
from servicekit.audit_events import OwnerOf

FACTS = [
    Organisation("o-921", "1", "Ville", "921", "partner", "active"),
    Organisation("o-751", "2", "CCAS", "751", "partner", "closed"),
    Organisation("o-nat", "3", "Cnaf", "national", "caf", "active"),
    Organisation("o-odd", "4", "?", "", "partner", "active"),
    User("u-1", "one-caf", "o-921", "A", "locked"),
    User("u-2", "two-cafs", "o-921", "B", "active"),
    User("u-3", "two-cafs", "o-751", "B", "active"),
    Administrator("a-1", "agent", "o-751", "caf_administrator", "withdrawn"),
    User("u-4", "odd", "o-odd", "C", "active"),
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

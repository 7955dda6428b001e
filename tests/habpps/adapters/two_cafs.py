"""One organisation of two Cafs, with one thing of each kind for each, and how it is read and written within a reach."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from habpps.domain.address_change import AddressChange
from habpps.domain.invitations import Invitation
from habpps.domain.people import Person
from habpps.domain.reach import Reach
from habpps.domain.review_rule import ReviewRule, When
from habpps.domain.territory import Territory
from habpps.use_cases.manage_groups import CreateGroup
from habpps.use_cases.people_ports import Listing
from habpps.use_cases.ports import Repositories
from habpps.use_cases.request_ports import ActRequest
from tests.habpps.adapters.programs import add_receipt
from tests.habpps.builders import TODAY, Commune, Register921

PARIS = Reach("751")
ALL = Listing(size=1000)
NOW = datetime(2026, 11, 23, tzinfo=UTC)

Two = dict[str, Commune]


def a_request(its: Commune) -> ActRequest:
    return ActRequest(
        id=f"r-{its.partner.caf}",
        organisation_id=its.id,
        caf=its.partner.caf,
        about=its.id,
        name="habpps.group.created",
        act=CreateGroup("Autre", "T2"),
        label="Autre",
        asked_by=its.partner.administrator_id,
        asked_by_name=its.partner.display_name,
        asked_at=NOW,
        expires_at=NOW,
    )


def an_invitation(its: Commune) -> Invitation:
    return Invitation(
        id=f"i-{its.partner.caf}",
        organisation_id=its.id,
        caf=its.partner.caf,
        person=Person("Inès", f"Invitée {its.partner.caf}", "ines@bailleur.example"),
        invited_by=its.partner.account_id,
        invited_by_name=its.partner.display_name,
        created_at=NOW,
        expires_at=NOW + timedelta(days=14),
    )


def an_address(its: Commune, account_id: str) -> AddressChange:
    return AddressChange(
        id=f"c-{its.partner.caf}",
        account_id=account_id,
        organisation_id=its.id,
        caf=its.partner.caf,
        email=f"new-{its.partner.caf}@bailleur.example",
        asked_by=its.partner.account_id,
        created_at=NOW,
        expires_at=NOW + timedelta(days=3),
    )


def landlord_with_rows(register: Register921) -> Two:
    """One organisation of two Cafs, with one thing of each kind for each of them."""
    found = register.landlord()
    assert found["921"].id == found["751"].id
    for caf, its in found.items():
        extension = Territory(
            id=f"t-{caf}",
            organisation_id=its.id,
            contract_id=its.contract_id,
            caf="931",
            starts_on=TODAY,
            ends_on=None,
        )
        register.work.write(partial(write, "territories", extension, Reach(caf)))
        register.work.write(partial(write, "requests", a_request(its), Reach(caf)))
        register.work.write(partial(write, "invitations", an_invitation(its), Reach(caf)))
        register.work.write(partial(add_receipt, its))
        rule = ReviewRule(caf=caf, act="habpps.invitation.sent", when=When.ALWAYS)
        register.work.write(partial(write, "review_rules", rule, Reach(caf)))
    return found


def within(register: Register921, reach: Reach, work: Callable[[Repositories], Any]) -> Any:
    return register.work.read(lambda store: work(store.within(reach)))


def write(name: str, row: Any, reach: Reach, store: Repositories) -> None:
    getattr(store.within(reach), name).save(row)

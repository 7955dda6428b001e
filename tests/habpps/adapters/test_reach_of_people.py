"""What a person is stands in repositories that no reach narrows: within one they would answer "nobody else"."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from typing import Any, get_type_hints

import pytest

from habpps.domain.invitations import Way
from habpps.domain.people import Administrator, Role
from habpps.domain.reach import EVERYWHERE, Reach
from habpps.use_cases.ports import Repositories
from tests.habpps.adapters.two_cafs import ALL, PARIS, Two, an_address, an_invitation, landlord_with_rows, within, write
from tests.habpps.builders import Commune, Register921
from tests.promises import promise

# What a person is, whoever asks: these repositories are made without a reach, so that within one they cannot answer
# that nobody else knows the person. Each is asked for the account of the director, whom both Cafs know.
WHOLE: dict[str, Callable[[Repositories, str], Any]] = {
    "people.get": lambda store, account: store.people.get(account),
    "people.of_accounts": lambda store, account: store.people.of_accounts([account]),
    "people.with_email": lambda store, _account: store.people.with_email("camille.leger@nanterre.example"),
    "address_changes.get": lambda store, _account: store.address_changes.get("c-921"),
    "address_changes.of_account": lambda store, account: store.address_changes.of_account(account),
    "everywhere.users": lambda store, account: store.everywhere.users(account),
    "everywhere.administrators": lambda store, account: store.everywhere.administrators(account),
    "everywhere.invitations": lambda store, account: store.everywhere.invitations(account),
}


@pytest.fixture
def two(register: Register921) -> Two:
    return landlord_with_rows(register)


def test_nothing_within_a_reach_is_asked_by_an_account_or_an_address_alone() -> None:
    """Within a reach it would answer "nobody": such a question belongs to a repository that has none."""
    alone = set()
    for field in fields(Repositories):
        port = get_type_hints(Repositories)[field.name]
        for method in vars(port) if field.name not in ("reach", "narrowed") else ():
            known = {one.lower() for one in getattr(vars(port)[method], "__annotations__", ())}
            if known & {"account_id", "account_ids", "email"} and "organisation_id" not in known:
                alone.add(f"{field.name}.{method}")
    assert alone <= WHOLE.keys()
    assert {"everywhere.users", "everywhere.administrators", "everywhere.invitations"} <= alone


def test_what_a_person_is_stands_in_repositories_that_cannot_be_narrowed(register: Register921) -> None:
    without = {name.partition(".")[0] for name in WHOLE}

    def made(store: Repositories) -> dict[str, Any]:
        return {one.name: getattr(store, one.name) for one in fields(store) if one.name not in ("reach", "narrowed")}

    for shelf, repository in within(register, Reach("751", "nowhere"), made).items():
        reach = getattr(repository, "_reach", None) or getattr(repository, "reach", EVERYWHERE)
        narrowed = shelf not in {*without, "publications"}
        assert (reach == Reach("751", "nowhere")) is narrowed, shelf


@promise("person:one-organisation-alone-moves-no-mailbox")
def test_what_a_person_is_is_told_whole_however_narrow_the_reach(register: Register921, two: Two) -> None:
    account_id = known_to_both(register, two)
    for name, read in WHOLE.items():
        answers = [
            within(register, reach, partial(of_account, read, account_id))
            for reach in (EVERYWHERE, PARIS, Reach("921", two["921"].id), Reach("131", "nowhere"))
        ]
        assert answers[0], name
        assert answers == [answers[0]] * len(answers), name
    for name in ("everywhere.users", "everywhere.administrators", "everywhere.invitations"):
        found = within(register, PARIS, partial(of_account, WHOLE[name], account_id))
        assert {one.caf for one in found} == {"751", "921"}, name


def known_to_both(register: Register921, two: Two) -> str:
    """The director of 921 works, administers and is invited for 751 too; gives the account."""
    director = within(register, Reach("921"), lambda store: store.users.get(two["921"].user_id))
    for caf, its in two.items():
        role = Administrator(
            id=f"a-{caf}",
            account_id=director.account_id,
            organisation_id=its.id,
            caf=caf,
            person=director.person,
            role=Role.PARTNER_ADMINISTRATOR,
        )
        rows: dict[str, Any] = {
            "users": replace(director, id=f"u-{caf}", caf=caf),
            "administrators": role,
            "invitations": an_invitation(its),
            "address_changes": an_address(its, director.account_id),
        }
        for name, row in rows.items():
            if name != "users" or caf == "751":
                register.work.write(partial(write, name, row, Reach(caf)))
        register.work.write(partial(_mark, its, director.account_id))
    return str(director.account_id)


def _mark(its: Commune, account_id: str, store: Repositories) -> None:
    store.invitations.mark(f"i-{its.partner.caf}", Way(account_id=account_id))


def of_account(read: Callable[[Repositories, str], Any], account_id: str, store: Repositories) -> Any:
    return read(store, account_id)


def test_what_is_told_in_another_organisation_names_nobody_of_this_one(register: Register921, two: Two) -> None:
    its = two["921"]
    (signed, *_), _ = within(register, Reach("921"), lambda store: store.journal.of(its.id, ALL))
    assert signed.author_name
    with pytest.raises(ValueError, match="does not read who did it"):
        register.work.write(lambda store: store.within(PARIS).everywhere.tell(replace(signed, id="x")))
    unsigned = replace(signed, id="x", author_account_id="", author_name="")
    register.work.write(lambda store: store.within(PARIS).everywhere.tell(unsigned))
    records, _ = within(register, Reach("921"), lambda store: store.journal.of(its.id, ALL))
    assert unsigned in records

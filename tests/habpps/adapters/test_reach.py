"""One organisation, two Cafs: no repository gives or takes anything of the other Caf, in memory and in tables."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, get_type_hints

import pytest

from habpps.adapters.database.tables import metadata
from habpps.domain.invitations import Way
from habpps.domain.people import Role
from habpps.domain.reach import EVERYWHERE, OutOfReachError, Reach
from habpps.domain.refusals import UnknownThingError
from habpps.domain.review_rule import ReviewRule, When
from habpps.use_cases.people_ports import Listing
from habpps.use_cases.ports import Repositories
from tests.habpps.adapters.test_reach_of_people import WHOLE
from tests.habpps.adapters.two_cafs import ALL, NOW, PARIS, Two, landlord_with_rows, within, write
from tests.habpps.builders import NAME_751, SIRET, TODAY, Commune, MemoryRegister, Register921
from tests.promises import promise

Read = Callable[[Repositories, Commune], Any]

# What each reading method answers when it is asked within the reach of 751 for what 921 has.
READ: dict[str, Read] = {
    "organisations.get": lambda store, its: store.organisations.get(its.id),
    "organisations.partners": lambda store, _its: store.organisations.partners(ALL),
    "conventions.of": lambda store, its: store.conventions.of(its.id),
    "conventions.with_reference": lambda store, _its: store.conventions.with_reference("CONV-2026-001"),
    "conventions.notice_over": lambda store, _its: store.conventions.notice_over(date(2040, 1, 1)),
    "contracts.over": lambda store, _its: store.contracts.over(date(2040, 1, 1)),
    "contracts.for_extranet": lambda store, _its: store.contracts.for_extranet("cdap"),
    "contracts.get": lambda store, its: store.contracts.get(its.contract_id),
    "contracts.of": lambda store, its: store.contracts.of(its.id),
    "territories.get": lambda store, its: store.territories.get(f"t-{its.partner.caf}"),
    "territories.of": lambda store, its: store.territories.of(its.id),
    "groups.get": lambda store, its: store.groups.get(its.group_id),
    "groups.of": lambda store, its: store.groups.of(its.id),
    "users.get": lambda store, its: store.users.get(its.user_id),
    "users.of": lambda store, its: store.users.of(its.id),
    "users.with_email": lambda store, its: store.users.with_email(its.id, "camille.leger@nanterre.example"),
    "users.page": lambda store, its: store.users.page(its.id, ALL),
    "users.leaving": lambda store, _its: store.users.leaving(TODAY, TODAY),
    "users.count": lambda store, its: store.users.count(its.id),
    "users.count_without_group": lambda store, its: store.users.count_without_group(its.id),
    "invitations.get": lambda store, its: store.invitations.get(f"i-{its.partner.caf}"),
    "invitations.waiting": lambda store, its: store.invitations.waiting(its.id, NOW),
    "habilitations.get": lambda store, its: store.habilitations.get(its.habilitation_id),
    "habilitations.of": lambda store, its: store.habilitations.of(its.id),
    "habilitations.of_user": lambda store, its: store.habilitations.of_user(its.user_id),
    "habilitations.of_users": lambda store, its: store.habilitations.of_users([its.user_id]),
    "habilitations.held": lambda store, its: store.habilitations.held(its.id, its.group_id),
    "habilitations.opened_in": lambda store, its: store.habilitations.opened_in(its.group_id),
    "habilitations.sizes": lambda store, its: store.habilitations.sizes(its.id),
    "habilitations.seated": lambda store, its: store.habilitations.seated(its.id, its.contract_id, "nobody"),
    "habilitations.seated_with_group": lambda store, its: store.habilitations.seated_with_group(
        its.id, its.contract_id, its.group_id, "nobody"
    ),
    "habilitations.alike": lambda store, its: store.habilitations.alike(its.id, TODAY),
    "administrators.get": lambda store, its: store.administrators.get(its.partner.administrator_id),
    "administrators.of": lambda store, its: store.administrators.of(its.id),
    "commands.get": lambda store, its: store.commands.get(commands_of(store, its)[0]),
    "commands.known": lambda store, its: store.commands.known(commands_of(store, its)),
    "commands.refused_of": lambda store, its: store.commands.refused_of(its.id),
    "commands.latest_of": lambda store, its: store.commands.latest_of([its.partner.account_id], its.id),
    "requests.get": lambda store, its: store.requests.get(f"r-{its.partner.caf}"),
    "requests.of": lambda store, its: store.requests.of(its.id, its.partner.caf, ALL),
    "requests.expired": lambda store, _its: store.requests.expired(datetime(2040, 1, 1, tzinfo=UTC)),
    "receipts.find": lambda store, its: store.receipts.find("program", its.id, its.partner.caf, "key-0001"),
    "review_rules.made_for": lambda store, _its: store.review_rules.made_for("habpps.invitation.sent"),
    "review_rules.made": lambda store, _its: store.review_rules.made(),
    "journal.of": lambda store, its: store.journal.of(its.id, ALL),
    "journal.latest": lambda store, its: store.journal.latest(its.id, "habpps.group.created"),
}
# Whoever asks these may get what is of another Caf, and why; none of it is ever shown.
FURTHER = {
    "organisations.with_siret": "joining a known organisation is creating it",
    "conventions.names_of": "the name for everybody is that of the oldest convention",
    "administrators.of_the_caf": "the administrators of a Caf decide for its partners; of another Caf: test below",
    "extranets.get": "by owner: tests below",
    "extranets.all": "by owner: tests below",
    "publications.lock": "the facts are one chain",
    "publications.values_of": "the facts are one chain",
    "publications.append": "the facts are one chain",
    "publications.bump_epoch": "the facts are one chain",
    "commands.due": "the queue of the clock, which is never narrowed",
    "commands.next_due_at": "the queue of the clock, which is never narrowed",
    "commands.set_aside": "the queue of the clock, which is never narrowed",
    "commands.subject_of": "the queue of the clock, which is never narrowed",
}
WRITE = {"save", "add", "tell", "mark"}


def commands_of(store: Repositories, its: Commune) -> list[str]:
    due = store.commands.due(datetime(2030, 1, 1, tzinfo=UTC), 100)
    return [one for one in due if store.commands.subject_of(one).caf == its.partner.caf]


@pytest.fixture
def two(register: Register921) -> Two:
    return landlord_with_rows(register)


def of_commune(read: Read, its: Commune, store: Repositories) -> Any:
    return read(store, its)


def asked(register: Register921, reach: Reach, work: Callable[[Repositories], Any]) -> Any:
    """The answer, or the reason why there is none."""
    try:
        return within(register, reach, work)
    except UnknownThingError as refused:
        return refused.true_reason


def test_every_method_of_every_repository_is_asked_here_or_says_why_it_looks_further() -> None:
    repositories = {
        field.name: get_type_hints(Repositories)[field.name]
        for field in fields(Repositories)
        if field.name not in ("reach", "narrowed")
    }
    methods = {
        f"{name}.{method}"
        for name, port in repositories.items()
        for method in vars(port)
        if not method.startswith("_") and method not in WRITE
    }
    assert methods == READ.keys() | WHOLE.keys() | FURTHER.keys()


@promise("caf:cafs-are-isolated")
def test_nothing_that_one_caf_has_of_an_organisation_is_read_within_the_reach_of_another(
    register: Register921, two: Two
) -> None:
    secret = [
        *(two["921"].contract_id, two["921"].group_id, two["921"].user_id, two["921"].habilitation_id),
        *(
            two["921"].partner.administrator_id,
            two["921"].partner.account_id,
            "Léger",
            "Crèches",
            "CONV-2026",
            "Invitée 921",
        ),
        *("Commune de Nanterre", "caf='921'", "t-921"),
    ]
    for name, read in READ.items():
        for reach in (PARIS, Reach("751", two["751"].id)):
            answer = asked(register, reach, partial(of_commune, read, two["921"]))
            assert not [word for word in secret if word in repr(answer)], name


@promise("caf:cafs-are-isolated")
def test_the_administrators_of_a_caf_are_those_of_the_one_within_reach(register: Register921, two: Two) -> None:
    for caf, its in two.items():
        agents = within(register, Reach(caf, its.id), lambda store: store.administrators.of_the_caf())
        assert {(one.caf, one.role) for one in agents} == {(caf, Role.CAF_ADMINISTRATOR)}
    with pytest.raises(OutOfReachError):
        register.work.read(lambda store: store.administrators.of_the_caf())


@promise("requests:rule-of-the-caf")
def test_no_partner_and_no_other_caf_writes_a_rule(register: Register921, two: Two) -> None:
    rule = ReviewRule(caf="921", act="habpps.invitation.sent", when=When.NEVER)
    for reach in (PARIS, Reach("921", two["921"].id), Reach("751", two["751"].id)):
        with pytest.raises(OutOfReachError):
            register.work.write(partial(write, "review_rules", rule, reach))
    register.work.write(partial(write, "review_rules", rule, Reach("921")))
    found = within(register, Reach("921"), lambda store: store.review_rules.made())
    assert [(one.when, one.changes) for one in found] == [(When.NEVER, 1)]


@promise("caf:cafs-are-isolated")
def test_each_caf_reads_the_whole_of_its_own(register: Register921, two: Two) -> None:
    for caf, its in two.items():
        empty = []
        for name, read in READ.items():
            answer = within(register, Reach(caf), partial(of_commune, read, its))
            if not answer or answer == ((), 0):
                empty.append(name)
        nobody_yet = {
            "users.leaving",
            "users.count_without_group",
            "commands.refused_of",
            "conventions.notice_over",
            "contracts.over",
        }
        of_the_other = {"conventions.with_reference", "users.with_email"} if caf == "751" else set()
        assert set(empty) == nobody_yet | of_the_other, caf


ONE_OR_ALL = {
    *("get", "of_user", "of_users", "opened_in", "expired", "over", "notice_over", "leaving", "known"),
    "for_extranet",
}
"""Methods that ask of one thing, or of everything within reach."""


@pytest.mark.parametrize("name", sorted(READ))
def test_who_reaches_every_caf_must_say_which_before_an_organisation_is_read(name: str) -> None:
    register = MemoryRegister().all
    two = register.landlord()
    per_pair = name.partition(".")[2] not in ONE_OR_ALL
    if per_pair:
        with pytest.raises(OutOfReachError):
            register.work.read(lambda store: READ[name](store, two["921"]))
    else:
        register.work.read(lambda store: READ[name](store, two["921"]))


@promise("caf:cafs-are-isolated")
def test_nothing_is_written_beyond_the_reach(register: Register921, two: Two) -> None:
    its = two["921"]

    def own(store: Repositories) -> dict[str, Any]:
        return {
            "conventions": store.conventions.of(its.id),
            "contracts": store.contracts.get(its.contract_id),
            "groups": store.groups.get(its.group_id),
            "users": store.users.get(its.user_id),
            "habilitations": store.habilitations.get(its.habilitation_id),
            "administrators": store.administrators.get(its.partner.administrator_id),
            "invitations": store.invitations.get("i-921"),
            "commands": store.commands.get(commands_of(store, its)[0]),
        }

    for name, row in within(register, Reach("921"), own).items():
        for reach in (PARIS, Reach("921", "another organisation")):
            with pytest.raises(OutOfReachError):
                register.work.write(partial(write, name, row, reach))
        register.work.write(partial(write, name, row, Reach("921")))
    (record, *_), _ = within(register, Reach("921"), lambda store: store.journal.of(its.id, ALL))
    with pytest.raises(OutOfReachError):
        register.work.write(lambda store: store.within(PARIS).journal.add(replace(record, id="another")))
    command = within(register, Reach("921"), own)["commands"]
    with pytest.raises(OutOfReachError):
        register.work.write(lambda store: store.within(PARIS).commands.save(command, replace(command, id="another")))


def test_the_way_of_an_invitation_is_marked_within_the_reach_alone(register: Register921, two: Two) -> None:
    for reach in (PARIS, Reach("921", "another organisation")):
        with pytest.raises(OutOfReachError):
            register.work.write(partial(mark, reach))
    register.work.write(partial(mark, Reach("921")))
    found = within(register, Reach("921"), lambda store: store.invitations.get("i-921"))
    assert (found.way.account_id, found.changes) == ("a-1", 0), "no form is compared by it"


def mark(reach: Reach, store: Repositories) -> None:
    store.within(reach).invitations.mark("i-921", Way(account_id="a-1", by_sign_in=True, is_declined=True))


def partners(text: str, store: Repositories) -> Any:
    return store.organisations.partners(Listing(text=text))


def test_a_reach_only_gets_narrower() -> None:
    assert EVERYWHERE.within(PARIS) == PARIS
    assert PARIS.within(Reach("751", "o")) == Reach("751", "o")
    for wider in (EVERYWHERE, Reach("921"), Reach("921", "o"), Reach(None, "o")):
        with pytest.raises(OutOfReachError):
            PARIS.within(wider)
    for wider in (PARIS, Reach("751", "p")):
        with pytest.raises(OutOfReachError):
            Reach("751", "o").within(wider)


def test_each_caf_sees_an_organisation_by_the_name_of_its_own_convention(register: Register921, two: Two) -> None:
    names = {
        caf: within(register, Reach(caf), lambda store: store.organisations.get(two["921"].id)).name
        for caf in ("921", "751")
    }
    assert names == {"921": "Commune de Nanterre", "751": NAME_751}
    for caf, name in names.items():
        (found,), total = within(register, Reach(caf), lambda store: store.organisations.partners(ALL))
        assert (found.name, found.siret, total) == (name, SIRET, 1)
        for text, hits in ((name, 1), (SIRET[:9], 1), (names["751" if caf == "921" else "921"], 0)):
            found, _total = within(register, Reach(caf), partial(partners, text))
            assert len(found) == hits, (caf, text)


def test_an_organisation_of_another_caf_alone_is_unknown(register: Register921) -> None:
    its = register.ready()
    with pytest.raises(UnknownThingError):
        within(register, PARIS, lambda store: store.organisations.get(its.id))


def test_every_table_with_people_or_papers_of_a_convention_says_for_which_caf() -> None:
    having = {table.name for table in metadata.tables.values() if "organisation_id" in table.c}
    without = {name for name in having if "caf" not in metadata.tables[name].c}
    assert without == set()

"""One suite for the store in memory and the store in tables, on both engines: a fake that cannot lie."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from habpps.adapters.database.feed import SqlFeedReader, SqlReplicas
from habpps.adapters.database.tables import metadata
from habpps.domain.account_command import CommandState
from habpps.domain.authorship import OPERATOR
from habpps.domain.people import Person, Role, person_typed
from habpps.domain.reach import Reach
from habpps.domain.refusals import PersonDiffersError
from habpps.domain.states import HabilitationEvent, UserEvent
from habpps.use_cases.act_entry import ActEntry, Note
from habpps.use_cases.change_habilitation import ChangeHabilitation
from habpps.use_cases.change_user import LockUser, ResetPassword, SetDeparture
from habpps.use_cases.create_user import AttachPerson
from habpps.use_cases.follow_propagation import FollowPropagation
from habpps.use_cases.manage_groups import CloseGroup, CreateGroup
from habpps.use_cases.people_ports import Listing
from habpps.use_cases.ports import Repositories
from rights.facts import READER_VERSION
from tests.habpps.adapters.conftest import Habpps
from tests.habpps.builders import ADMINISTRATOR, DIRECTOR, OTHER_SIRET, SIRET, TODAY, Register921
from tests.habpps.direct_acts import CreateUser
from tests.habpps.fakes import CountingSignal, FixedClientSessions, InMemoryReplicas
from tests.promises import promise

Read = Callable[[Callable[[Repositories], Any]], Any]


def test_what_was_saved_is_read_back_whole(register: Register921) -> None:
    commune = register.ready()

    def look(store: Repositories) -> None:
        organisation = store.organisations.get(commune.id)
        assert organisation is not None
        assert organisation == store.organisations.with_siret(SIRET)
        convention = store.conventions.of(commune.id)
        assert convention is not None
        assert convention == store.conventions.with_reference("CONV-2026-001")
        assert convention.is_signed
        assert store.contracts.of(commune.id) == (store.contracts.get(commune.contract_id),)
        (place,) = store.habilitations.of(commune.id)
        assert place.habilitation == store.habilitations.get(commune.habilitation_id)
        assert place.group == store.groups.get(commune.group_id)
        assert place.user == store.users.get(commune.user_id)
        assert store.everywhere.users(place.user.account_id) == (place.user,)
        assert store.everywhere.administrators(commune.partner.account_id) == store.administrators.of(commune.id)
        assert store.organisations.get("nobody") is None
        assert [one.code for one in store.extranets.all()][:2] == ["afas", "cdap"]

    register.look(look)


@promise("person:kept-once")
def test_a_person_is_kept_once_and_read_everywhere(register: Register921) -> None:
    commune = register.ready()
    acts, partner = register.acts, commune.partner
    acts.perform(partner, AttachPerson(partner.administrator_id, "adjointe"))
    later = Person("Dominique", "Martin-Roy", "d.martin-roy@nanterre.example")
    before = register.feed.state().revision

    def correct(entry: ActEntry) -> None:
        known = entry.store.people.get(partner.account_id)
        assert known is not None
        entry.save(replace(known, person=later))
        entry.note(Note(act="habpps.person.corrected", subject="account:x", organisation_id=commune.id, label="x"))

    register.try_out(OPERATOR, correct)

    def look(store: Repositories) -> None:
        holders = store.people.with_email(later.email)
        assert [one.account_id for one in holders] == [partner.account_id]
        assert store.people.with_email(ADMINISTRATOR.email) == ()
        (user,) = store.everywhere.users(partner.account_id)
        (administrator,) = store.everywhere.administrators(partner.account_id)
        assert user.person == administrator.person == later
        assert store.users.page(commune.id, Listing(text="martin-roy ADJOINTE"))[0] == (user,)
        assert [one.id for one in store.users.of(commune.id)] == [commune.user_id, user.id]

    register.look(look)
    (change,) = register.feed.changes_after(before, 10)
    names = {json.loads(fact.value).get("display_name") or json.loads(fact.value)["name"] for fact in change.facts}
    assert (names, len(change.facts)) == ({later.display_name}, 2)


def test_an_account_is_never_given_to_a_person_of_another_name(register: Register921) -> None:
    commune = register.ready()
    other = Person("Dominique", "Martinet", ADMINISTRATOR.email)
    with pytest.raises(PersonDiffersError):
        register.create_agent("751", Role.CAF_AUDITOR, commune.partner.account_id, other)
    assert register.look(lambda store: store.people.get(commune.partner.account_id)).person == ADMINISTRATOR


@promise("partner:people-are-found-by-words")
def test_lists_are_searched_filtered_and_cut_into_pages(register: Register921) -> None:
    commune = register.ready()
    for name in ("Étienne", "Zoé", "Ali"):
        person = type(DIRECTOR)(name, "Marchand", f"{name.lower()}@nanterre.example".replace("é", "e"))
        register.acts.perform(commune.partner, CreateUser(person, "agent d'accueil"))

    def names(**asked: Any) -> tuple[list[str], int]:
        users, total = register.look(lambda store: store.users.page(commune.id, Listing(**asked)))
        return [user.person.given_name for user in users], total

    assert names() == (["Camille", "Ali", "Étienne", "Zoé"], 4)
    assert names(text="etienne MARCHAND") == (["Étienne"], 1)
    assert names(text="100%") == ([], 0)
    assert names(group_id=commune.group_id) == (["Camille"], 1)
    assert names(group_id="-") == (["Ali", "Étienne", "Zoé"], 3)
    assert names(state="locked") == ([], 0)
    assert names(size=2, page=2) == (["Étienne", "Zoé"], 4)
    assert names(sort="-name") == (["Zoé", "Étienne", "Ali", "Camille"], 4)
    assert names(sort="job_title")[0][-1] == "Camille"
    assert names(sort="-job_title", size=1) == (["Camille"], 4)
    assert names(sort="unknown")[0] == names()[0]
    register.acts.perform(
        commune.partner, ChangeHabilitation(commune.habilitation_id, HabilitationEvent.WITHDRAW, "change de poste")
    )
    assert names(group_id="-")[1] == 4


def test_people_are_counted_and_found_without_reading_them_all(register: Register921) -> None:
    commune = register.ready()
    acts, partner = register.acts, commune.partner
    social = acts.perform(partner, CreateGroup("Service social", "T1")).value
    users = []
    for number in range(6):
        person = person_typed("Zoé", "Marchand", f"z{number}@n.example")
        groups = ((commune.group_id,), (commune.group_id, social), ())[number % 3]
        users.append(acts.perform(partner, CreateUser(person, "agent", groups)).value)
    acts.perform(partner, LockUser(users[0], UserEvent.LOCK, "vol"))

    def look(store: Repositories) -> None:
        assert store.users.count(commune.id) == 7
        assert store.users.count_without_group(commune.id) == 2
        assert [one.id for one in store.users.with_email(commune.id, "z3@n.example")] == [users[3]]
        assert store.users.with_email(commune.id, "nobody@n.example") == ()
        assert dict(store.habilitations.sizes(commune.id)) == {commune.group_id: 5, social: 2}
        assert store.habilitations.seated(commune.id, commune.contract_id, users[1]) == 4
        assert store.habilitations.seated(commune.id, "another contract", "nobody") == 0
        assert {place.user_id for place in store.habilitations.held(commune.id, social)} == {users[1], users[4]}
        places = store.habilitations.of_users([users[1], users[2]])
        assert [(one.user.id, one.group.id) for one in places] == [(users[1], commune.group_id), (users[1], social)]
        assert store.habilitations.of_user(users[2]) == ()

    register.look(look)
    acts.perform(partner, CloseGroup(commune.group_id, "réorganisation"))
    assert register.look(lambda store: store.users.count_without_group(commune.id)) == 4
    assert register.look(lambda store: store.habilitations.seated(commune.id, commune.contract_id, "nobody")) == 2
    assert register.look(lambda store: store.habilitations.held(commune.id, commune.group_id)) == ()


def test_people_who_hold_the_same_places_are_counted_together(register: Register921) -> None:
    commune = register.ready()
    social = register.acts.perform(commune.partner, CreateGroup("Service social", "T1")).value
    users = []
    for number in range(6):
        person = person_typed("Zoé", "Marchand", f"z{number}@n.example")
        groups = ((commune.group_id,), (commune.group_id, social), ())[number % 3]
        users.append(register.acts.perform(commune.partner, CreateUser(person, "agent", groups)).value)

    def look(store: Repositories) -> None:
        assert store.habilitations.seated_with_group(commune.id, "another", social, users[1]) == 1
        assert store.habilitations.seated_with_group(commune.id, commune.contract_id, social, "") == 5
        everybody = {one.id: one for one in store.users.of(commune.id)}
        account = everybody[users[4]].account_id
        for apart, kinds in (((), [2, 3]), ((users[1],), [1, 1, 3]), ((account,), [1, 1, 3])):
            alike = store.habilitations.alike(commune.id, TODAY, apart)
            assert sorted(one.people for one in alike) == kinds
            assert all(everybody[one.user.id] == one.user for one in alike)
            assert all(len(one.names) == one.people and one.user.person.display_name in one.names for one in alike)

    register.look(look)


@promise("caf:cafs-are-isolated")
def test_organisations_are_those_of_one_caf(register: Register921) -> None:
    register.organisation()
    register.organisation(siret=OTHER_SIRET, reference="B", name="Étang-la-Ville")

    def names(caf: str = "921", **asked: Any) -> list[str]:
        near = Reach(caf)
        found, _ = register.work.read(lambda store: store.within(near).organisations.partners(Listing(**asked)))
        return [one.name for one in found]

    assert names() == ["Commune de Nanterre", "Étang-la-Ville"]
    assert names(text="etang ville") == ["Étang-la-Ville"]
    assert names(text=SIRET) == ["Commune de Nanterre"]
    assert names(state="active") == names()
    assert names(state="suspended") == []
    assert names("751") == []


def test_commands_are_due_one_at_a_time_per_account(register: Register921) -> None:
    commune = register.ready()
    register.acts.perform(commune.partner, ResetPassword(commune.user_id))
    now = register.clock.now()

    def pending(store: Repositories) -> tuple[Any, ...]:
        return tuple(store.commands.get(one) for one in store.commands.due(now, 10))

    first = register.look(pending)
    assert [command.kind.value for command in first] == ["create", "create"]
    assert first[1].content["email"] == DIRECTOR.email
    later = first[1].failed("DOWN", now)
    register.work.write(lambda store: store.commands.save(later))
    register.work.write(lambda store: store.commands.save(first[0].accepted("a", mails_sent=True, now=now)))
    assert register.look(pending) == ()
    assert register.look(lambda store: store.commands.next_due_at()) == now + timedelta(seconds=1)
    register.work.write(lambda store: store.commands.save(later.accepted("cleger", mails_sent=True, now=now)))
    reset, notice = register.look(pending)
    assert (reset.kind.value, notice.kind.value) == ("reset_password", "notify"), "a notice goes last"
    latest = register.look(lambda store: store.commands.latest_of([reset.account_id], commune.id))
    assert latest[reset.account_id] == reset
    register.work.write(lambda store: store.commands.save(reset.refused("ACCOUNT_UNKNOWN", "7K4Q-2M9D")))
    register.work.write(lambda store: store.commands.save(notice.refused("NOTICE_INVALID", "7K4Q-2M9E")))
    assert register.look(lambda store: [one.kind.value for one in store.commands.refused_of(commune.id)]) == [
        "reset_password"
    ]
    assert register.look(lambda store: store.commands.next_due_at()) is None
    latest = register.look(lambda store: store.commands.latest_of([reset.account_id], commune.id))
    assert latest[reset.account_id].state is CommandState.REFUSED


def test_those_who_leave_soon_are_found_in_every_organisation(register: Register921) -> None:
    commune = register.ready()
    last_day = TODAY + timedelta(days=9)
    register.acts.perform(commune.partner, SetDeparture(commune.user_id, last_day))

    def leaving(since: date, until: date) -> list[str]:
        return [one.id for one in register.look(lambda store: store.users.leaving(since, until))]

    assert leaving(TODAY, last_day) == leaving(last_day, last_day) == [commune.user_id]
    assert leaving(TODAY, last_day - timedelta(days=1)) == leaving(last_day + timedelta(days=1), date(2100, 1, 1)) == []


def test_the_journal_is_read_newest_first_in_pages(register: Register921) -> None:
    commune = register.ready()
    records, total = register.look(lambda store: store.journal.of(commune.id, Listing(size=2, page=2)))
    assert total == 6
    assert [record.act for record in records] == ["habpps.group.created", "habpps.administrator.appointed"]
    assert records[0].details == {"profile": "T2"}


def test_the_feed_is_a_chain_that_adds_up_to_its_snapshot(register: Register921) -> None:
    register.ready()
    state, facts = register.feed.snapshot()
    assert state == register.feed.state()
    changes = register.feed.changes_after(0, 100)
    assert [change.revision for change in changes] == list(range(1, state.revision + 1))
    assert changes[-1].digest == state.digest
    latest = {fact.key: fact.value for change in changes for fact in change.facts}
    assert latest == {fact.key: fact.value for fact in facts}
    assert [change.revision for change in register.feed.changes_after(2, 2)] == [3, 4]


@pytest.mark.parametrize("kind", ["memory", "tables"])
def test_a_replica_is_alive_for_five_seconds_and_late_until_it_has_the_revision(kind: str, habpps: Habpps) -> None:
    replicas = InMemoryReplicas() if kind == "memory" else SqlReplicas(habpps.database)
    signal = CountingSignal()
    clock = habpps.clock
    propagation = FollowPropagation(replicas, SqlFeedReader(habpps.database), signal, clock, FixedClientSessions())
    propagation.acknowledge("auth-1", 2, 1, READER_VERSION)
    propagation.acknowledge("cdap-1", 1, 1, READER_VERSION)
    signal.on_wait = lambda: clock.advance(timedelta(milliseconds=100))
    late = propagation.wait(2, timedelta(milliseconds=300))
    assert (late.late, late.replicas, late.in_force_at) == (("cdap-1",), 2, None)
    signal.on_wait = lambda: propagation.acknowledge("cdap-1", 2, 1, READER_VERSION)
    moment = clock.now()
    everyone = propagation.wait(2, timedelta(seconds=1))
    assert (everyone.everyone, everyone.in_force_at) == (True, moment)
    clock.advance(timedelta(seconds=2))
    propagation.acknowledge("cdap-1", 2, 1, READER_VERSION)
    assert propagation.wait(2, timedelta()).in_force_at == moment
    clock.advance(timedelta(seconds=4))
    assert propagation.wait(2, timedelta()).replicas == 1
    assert propagation.wait(3, timedelta()).late == ("cdap-1",)
    clock.advance(timedelta(seconds=6))
    assert propagation.wait(3, timedelta()).replicas == 0


def test_no_other_table_has_names_or_an_address_of_people() -> None:
    """The signatories of a convention and the author of a line of the journal are what was written at that moment."""
    of_people = {"given_name", "family_name", "email", "email_verified_at", "language"}
    found = {table.name for table in metadata.tables.values() if of_people.intersection(table.c.keys())}
    assert found == {"person", "invitation", "address_change"}, "what was typed, until it is answered"

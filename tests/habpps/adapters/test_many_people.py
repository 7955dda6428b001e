"""Every act of the registry among ten people and among a thousand: as many round trips, and previews that are right.

An act that is new here stands in `possible_acts`, or its tests fail.
"""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from habpps.domain.authorship import OPERATOR
from habpps.domain.effects import Effects
from habpps.domain.reach import Reach
from habpps.domain.states import UserState
from habpps.use_cases.act_entry import ActEntry
from habpps.use_cases.act_kinds import Acts
from habpps.use_cases.acts import ACTS
from habpps.use_cases.manage_groups import CloseGroup, CreateGroup
from habpps.use_cases.ports import Repositories
from habpps.use_cases.register import Register
from habpps.use_cases.remind_departures import RemindDepartures
from habpps.use_cases.requests import WaitsForSecondPerson
from rights.decision import open_extranets
from rights.facts import Administrator, User
from rights.snapshot import Snapshot
from tests.habpps.adapters.conftest import Habpps
from tests.habpps.adapters.crowd import Crowd, crowd_of
from tests.habpps.adapters.test_size import MOST_VALUES, counting
from tests.habpps.builders import CATALOGUE, TODAY
from tests.habpps.possible_acts import Possible
from tests.promises import promise

NAMES = sorted(kind.name for kind in ACTS.kinds)
FEW, MANY = 10, 1_000
MORE_STATEMENTS = 60
"""What may come on top for a hundred times as many people: some statements take their keys in parts of five hundred."""
OF_MANY = {
    "habpps.group.closed",
    "habpps.group.changed",
    "habpps.group.opened",
    "habpps.convention.terminated",
    "habpps.convention.ended",
    "habpps.organisations.imported",
}
"""Acts that change something of each of several hundred people here: so that the count counts something."""
Access = tuple[str, str]


@pytest.fixture(scope="module")
def crowds(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Crowd]:
    """By the number of people."""
    return {people: crowd_of(tmp_path_factory.mktemp("crowd"), people) for people in (FEW, MANY)}


def alone(habpps: Habpps) -> Register:
    """The register where nobody waits for a second person."""
    acts = Acts(ACTS.kinds, most_people=sys.maxsize)
    return Register(habpps.work, habpps.all.signals, habpps.all.clock, CATALOGUE, acts)


@contextmanager
def statements() -> Iterator[list[str]]:
    """What this thread and the writer ask the database; the relay to audit asks beside."""
    said: list[str] = []
    here = threading.current_thread()

    def stated(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asking = threading.current_thread()
        if asking is here or asking.name == "database-writer":
            said.append(statement)

    event.listen(Engine, "before_cursor_execute", stated)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", stated)


def counted(crowd: Crowd, folder: Path, name: str, do: Callable[[Habpps, Possible], object]) -> Counter[str]:
    with crowd.before(folder, name) as (habpps, possible), statements() as said:
        do(habpps, possible)
    return Counter(said)


def asked(habpps: Habpps, possible: Possible) -> None:
    """As at the pages, where much waits for a second person."""
    with suppress(WaitsForSecondPerson):
        habpps.all.register.perform(possible.author, possible.act)


WAYS: dict[str, Callable[[Habpps, Possible], object]] = {
    "done": lambda habpps, possible: alone(habpps).perform(possible.author, possible.act),
    "asked": asked,
    "previewed": lambda habpps, possible: habpps.all.register.preview(possible.author, possible.act),
}


def test_every_act_of_the_registry_is_tried(crowds: dict[int, Crowd]) -> None:
    for crowd in crowds.values():
        assert sorted(crowd.acts) == NAMES, "write one possible act for each kind of the registry"


@promise("habpps:any-size")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NAMES)
def test_no_act_asks_the_database_more_often_for_more_people(
    crowds: dict[int, Crowd], tmp_path: Path, name: str, way: str
) -> None:
    few, many = (counted(crowds[people], tmp_path, name, WAYS[way]) for people in (FEW, MANY))
    grown = many - few
    assert grown.total() <= MORE_STATEMENTS, grown.most_common(3)


@pytest.mark.parametrize("name", sorted(OF_MANY))
def test_the_count_is_of_acts_that_change_hundreds(crowds: dict[int, Crowd], tmp_path: Path, name: str) -> None:
    with crowds[MANY].before(tmp_path, name) as (habpps, possible):
        before = habpps.all.feed.state().revision
        alone(habpps).perform(possible.author, possible.act)
        changes = habpps.all.feed.changes_after(before, 10)
    assert sum(len(change.facts) for change in changes) > MANY / 4


def test_the_count_sees_an_act_that_goes_one_by_one(crowds: dict[int, Crowd], tmp_path: Path) -> None:
    def one_by_one(habpps: Habpps, _possible: Possible) -> None:
        def work(store: Repositories) -> None:
            for place in store.habilitations.held(crowds[MANY].commune.id):
                store.habilitations.save(place)

        habpps.work.write(lambda store: work(store.within(habpps.all.caf.reach)))

    few, many = (counted(crowds[people], tmp_path, "habpps.group.closed", one_by_one) for people in (FEW, MANY))
    assert (many - few).total() > MORE_STATEMENTS


@promise("habpps:any-size")
@pytest.mark.parametrize("name", sorted(kind.name for kind in ACTS.kinds if kind.by))
def test_a_preview_looks_at_a_few_people_for_all(crowds: dict[int, Crowd], tmp_path: Path, name: str) -> None:
    with crowds[MANY].before(tmp_path, name) as (habpps, possible), counting() as count:
        habpps.all.register.preview(possible.author, possible.act)
    assert count.values <= MOST_VALUES


@promise("preview:what-really-happens")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("people", [FEW, MANY])
def test_a_preview_says_to_how_many_the_act_then_opens_and_closes_what(
    crowds: dict[int, Crowd], tmp_path: Path, people: int, name: str
) -> None:
    with crowds[people].before(tmp_path, name) as (habpps, possible):
        told = habpps.all.register.preview(possible.author, possible.act)
        before = open_now(habpps)
        alone(habpps).perform(possible.author, possible.act)
        after = open_now(habpps)
    if possible.author is not OPERATOR:  # an import may touch every organisation; nobody is asked to confirm it
        assert numbers(told) == numbers_between(before, after)


def numbers(told: Effects) -> tuple[dict[Access, int], dict[Access, int], int, int]:
    for change in (*told.opens, *told.closes):
        assert len(change.names) == min(3, change.people)
    opens, closes = ({(one.extranet, one.profile): one.people for one in side} for side in (told.opens, told.closes))
    return opens, closes, told.gaining, told.losing


Open = dict[tuple[str, str], set[Access]]


def numbers_between(before: Open, after: Open) -> tuple[dict[Access, int], dict[Access, int], int, int]:
    """What the feed says, counted without the code of previews."""
    opens: Counter[Access] = Counter()
    closes: Counter[Access] = Counter()
    gaining = losing = 0
    for person in before.keys() | after.keys():
        old, new = before.get(person, set()), after.get(person, set())
        gaining, losing = gaining + bool(new - old), losing + bool(old - new)
        opens.update({(label, profile if label in {one for one, _ in old} else "") for label, profile in new - old})
        closes.update({(label, profile if label in {one for one, _ in new} else "") for label, profile in old - new})
    return dict(opens), dict(closes), gaining, losing


def open_now(habpps: Habpps) -> Open:
    """By account and organisation: each extranet by its label with each profile or role, as the published facts say."""
    state, facts = habpps.all.feed.snapshot()
    snapshot = Snapshot.load(((one.key, one.value) for one in facts), revision=state.revision, epoch=state.epoch)
    labels = {one.code: one.short_label for one in habpps.work.read(lambda store: store.extranets.all())}

    known: list[User | Administrator] = [*snapshot.all_of(User), *snapshot.all_of(Administrator)]
    people = {(one.account_id, one.organisation_id) for one in known}
    return {
        person: {
            (labels[one.code], str(profile))
            for one in open_extranets(snapshot, *person, TODAY)
            for detail in one.authorization_details
            for profile in (detail["profiles"] if "profiles" in detail else [detail["role"]])  # type: ignore[attr-defined]
        }
        for person in people
    }


@promise("preview:nobody-waits")
def test_nobody_waits_for_those_who_look_at_what_an_act_would_do(habpps: Habpps) -> None:
    commune = habpps.all.ready()
    looking = 20 if habpps.database.dialect == "sqlite" else 8  # connections
    opened, let_go = threading.Barrier(looking + 1), threading.Event()
    closing = ACTS.named("habpps.group.closed")

    def slowly(entry: ActEntry, act: CloseGroup) -> str:
        closed = str(closing.perform(entry, act))
        opened.wait(30)
        assert let_go.wait(30)
        return closed

    acts = Acts([replace(closing, perform=slowly)])
    register = Register(habpps.work, habpps.all.signals, habpps.all.clock, CATALOGUE, acts)
    others = [habpps.all.acts.perform(commune.partner, CreateGroup(f"{n}", "T2")).value for n in range(looking - 1)]
    closes = [CloseGroup(group_id, "réorganisation") for group_id in (commune.group_id, *others)]
    with ThreadPoolExecutor(looking) as pool:
        previews = [pool.submit(register.preview, commune.partner, act) for act in closes]
        opened.wait(30)
        try:
            habpps.all.acts.perform(commune.partner, CreateGroup("Service social", "T1"))
            if habpps.database.dialect == "sqlite":  # PostgreSQL locks the rows of a group for as long as one looks
                habpps.all.acts.perform(commune.partner, closes[0])
        finally:
            let_go.set()
        assert [one.result().losing for one in previews] == [1] + [0] * (looking - 1)


@promise("habpps:any-size")
def test_many_who_leave_on_the_same_day_are_reminded_at_once(crowds: dict[int, Crowd], tmp_path: Path) -> None:
    found: list[Counter[str]] = []
    for people in (FEW, MANY):
        with crowds[people].copied(tmp_path) as habpps:
            last_day = TODAY + timedelta(days=5)

            def leave(store: Repositories, day: date = last_day) -> int:
                near = store.within(Reach("921"))
                users = [one for crowd in crowds.values() for one in near.users.of(crowd.commune.id)]
                near.users.save(*(replace(one, departs_on=day) for one in users if one.state is UserState.ACTIVE))
                return len(users)

            assert habpps.work.write(leave) > people
            remind = RemindDepartures(habpps.work, habpps.all.signals, habpps.all.clock)
            with statements() as said:
                assert remind() > people / 2
            assert remind() == 0
            found.append(Counter(said))
    assert (found[1] - found[0]).total() <= MORE_STATEMENTS

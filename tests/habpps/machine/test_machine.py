"""Whatever the administrators do, in whatever order: the register holds what the rules say, in memory and in tables.

Each act is carried out on the store in memory and on SQLite; `model` says what it must run into and what must follow.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from servicekit.database import open_database
from tests.databases import SqliteFiles
from tests.habpps.adapters.conftest import MIGRATIONS
from tests.habpps.builders import TODAY
from tests.habpps.machine.acts import EVERYBODY, Store
from tests.habpps.machine.choices import (
    AUTHORS,
    DAYS,
    MOSTLY_CAF,
    MOSTLY_PARTNER,
    NUMBERS,
    PEOPLE,
    REASONS,
    STEPS_OF_CONVENTION,
    TERMS,
    events,
)
from tests.habpps.machine.model import (
    CAF,
    CONTRACT_STEPS,
    PLACE_STEPS,
    USER_STEPS,
    Model,
)
from tests.habpps.machine.things import Administrator, Contract
from tests.promises import promise


class RegisterMachine(RuleBasedStateMachine):
    """One organisation, its Caf and its administrators."""

    files: SqliteFiles

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(tempfile.mkdtemp())
        self.stack.callback(shutil.rmtree, folder)
        database = open_database(self.files.copy(MIGRATIONS, folder / "machine.sqlite3"), threads=1)
        self.stack.callback(database.close)
        self.stores = (Store.in_memory(), Store.in_tables(database))

    @initialize(signed=st.sampled_from([*[True] * 6, False]), terms=st.sampled_from(TERMS), people=st.integers(0, 3))
    def begin(self, *, signed: bool, terms: tuple[str, tuple[str, ...], int | None], people: int) -> None:
        """Mostly an organisation at work: a contract, a group for each profile, and some people in them."""
        for store in self.stores:
            store.begin(signed=signed)
        self.model = Model(TODAY, "active" if signed else "draft", administrators=[Administrator(0)])
        self.seen = [store.look(TODAY) for store in self.stores]
        self.open_contract(CAF, terms)
        for profile in terms[1]:
            self.create_group(0, f"Groupe {profile}", profile)
        self.appoint(CAF, 1, None)
        for person in range(2, 2 + people):
            self.create_user(0, person)
            if self.model.groups:
                self.assign(0, person - 2, person, confirmed=False)

    def teardown(self) -> None:
        self.stack.close()

    # Every act goes through here

    def _both(self, problems: set[str], act: Callable[[Store], None], *, notes: int = 1) -> None:
        """Carry out an act on each store; each must refuse it for one of `problems`, or take it when there are none."""
        refusals = [store.refusal(lambda store=store: act(store)) for store in self.stores]  # type: ignore[misc]
        assert refusals[0] == refusals[1], "the stores disagree"
        assert refusals[0] in problems if problems else refusals[0] == "", f"{refusals[0]!r}, {problems} expected"
        done = 0 if refusals[0] else notes
        before, self.seen = self.seen, [store.look(self.model.today) for store in self.stores]
        for store, was, now in zip(self.stores, before, self.seen, strict=True):
            assert now.history == was.history + done, "an act has a line for each thing that it says"
            assert now.revision - was.revision in ({0, 1} if done else {0})
            assert done or now.digest == was.digest, "a refusal changes nothing"
            self._recorded(store.events[was.events :], refusals[0], done)

    @staticmethod
    def _recorded(events: list[Any], refusal: str, done: int) -> None:
        if not refusal:
            assert [event.decision for event in events] == ["done"] * done, "one event for each line"
        elif refusal == "FORM_REFUSED":
            assert events == [], "a form that is corrected is no act"
        else:
            assert [(event.type, event.decision) for event in events] == [("habpps.administration.refused", "refused")]
            assert refusal in {events[0].reason, "UNKNOWN"}

    def _author(self, number: int) -> int:
        return CAF if number == CAF else number % len(self.model.administrators)

    # The Caf

    @rule(author=MOSTLY_CAF, event=STEPS_OF_CONVENTION, reason=REASONS, days=st.none() | DAYS)
    def step_of_convention(self, author: int, event: str, reason: str, days: int | None) -> None:
        who, ends_on = self._author(author), self._day(days)
        problems = self.model.step_of_convention(who, event, reason, ends_on if event == "denounce" else None)
        last = ends_on if event == "denounce" else None
        self._both(problems, lambda store: store.step_of_convention(who, event, reason, last))

    @precondition(lambda self: self.model.convention in {"draft", "suspended"})
    @rule()
    def open_the_convention_again(self) -> None:
        event = "sign" if self.model.convention == "draft" else "lift"
        problems = self.model.step_of_convention(CAF, event, "terminé", None)
        self._both(problems, lambda store: store.step_of_convention(CAF, event, "terminé", None))

    @rule(author=MOSTLY_CAF, terms=st.sampled_from(TERMS))
    def open_contract(self, author: int, terms: tuple[str, tuple[str, ...], int | None]) -> None:
        contract = Contract(*terms)
        who = self._author(author)
        problems = self.model.open_contract(who, contract)
        self._both(problems, lambda store: store.open_contract(who, contract))

    @precondition(lambda self: self.model.contracts)
    @rule(author=MOSTLY_CAF, number=NUMBERS, event=events(CONTRACT_STEPS), reason=REASONS)
    def step_of_contract(self, author: int, number: int, event: str, reason: str) -> None:
        who, which = self._author(author), number % len(self.model.contracts)
        problems = self.model.step_of_contract(who, self.model.contracts[which], event, reason)
        self._both(problems, lambda store: store.step_of_contract(who, which, event, reason))

    @rule(author=MOSTLY_CAF, person=PEOPLE, replaces=st.none() | NUMBERS)
    def appoint(self, author: int, person: int, replaces: int | None) -> None:
        which = None if replaces is None else replaces % len(self.model.administrators)
        leaving = None if which is None else self.model.administrators[which]
        who = self._author(author)
        problems = self.model.appoint(who, person, leaving)
        self._both(problems, lambda store: store.appoint(who, person, which), notes=1 if which is None else 2)

    @rule(author=MOSTLY_CAF, leaving=NUMBERS, reason=REASONS)
    def withdraw(self, author: int, leaving: int, reason: str) -> None:
        who, which = self._author(author), leaving % len(self.model.administrators)
        problems = self.model.withdraw(who, self.model.administrators[which], reason)
        self._both(problems, lambda store: store.withdraw(who, which, reason))

    # The partner

    @rule(
        author=AUTHORS,
        name=st.sampled_from(["Crèches", "CRÈCHES", "Social"]),
        profile=st.sampled_from(["T1", "T2", "T3"]),
    )
    def create_group(self, author: int, name: str, profile: str) -> None:
        who = self._author(author)
        problems = self.model.create_group(who, name, profile)
        self._both(problems, lambda store: store.create_group(who, name, profile))

    @precondition(lambda self: self.model.groups)
    @rule(author=AUTHORS, number=NUMBERS, reason=REASONS)
    def close_group(self, author: int, number: int, reason: str) -> None:
        who, which = self._author(author), number % len(self.model.groups)
        problems = self.model.close_group(who, self.model.groups[which], reason)
        self._both(problems, lambda store: store.close_group(who, which, reason))

    @rule(author=MOSTLY_PARTNER, person=PEOPLE)
    def create_user(self, author: int, person: int) -> None:
        who = self._author(author)
        problems = self.model.create_user(who, person)
        self._both(problems, lambda store: store.create_user(who, person))

    @rule(author=MOSTLY_PARTNER, number=NUMBERS)
    def attach(self, author: int, number: int) -> None:
        who, which = self._author(author), number % len(self.model.administrators)
        problems = self.model.attach(who, self.model.administrators[which])
        self._both(problems, lambda store: store.attach(who, which))

    @precondition(lambda self: self.model.users)
    @rule(author=AUTHORS, number=NUMBERS, event=events(USER_STEPS), reason=REASONS)
    def lock(self, author: int, number: int, event: str, reason: str) -> None:
        who, which = self._author(author), number % len(self.model.users)
        problems = self.model.lock(who, self.model.users[which], event, reason)
        self._both(problems, lambda store: store.lock(who, which, event, reason))

    @precondition(lambda self: self.model.users)
    @rule(author=AUTHORS, number=NUMBERS, days=st.none() | DAYS)
    def depart(self, author: int, number: int, days: int | None) -> None:
        who, which, day = self._author(author), number % len(self.model.users), self._day(days)
        problems = self.model.depart(who, self.model.users[which], day)
        self._both(problems, lambda store: store.depart(who, which, day))

    @precondition(lambda self: self.model.users and any(one.is_open for one in self.model.groups))
    @rule(number=NUMBERS)
    def assign_somebody(self, number: int) -> None:
        """What is done all day: somebody joins a group that is open."""
        where = [place for place, one in enumerate(self.model.groups) if one.is_open]
        self.assign(0, number, where[number % len(where)], confirmed=True)

    @precondition(lambda self: self.model.users and self.model.groups)
    @rule(author=MOSTLY_PARTNER, user=NUMBERS, group=NUMBERS, confirmed=st.booleans())
    def assign(self, author: int, user: int, group: int, *, confirmed: bool) -> None:
        who, which = self._author(author), user % len(self.model.users)
        where = group % len(self.model.groups)
        problems = self.model.assign(who, which, where, confirmed=confirmed)
        self._both(problems, lambda store: store.assign(who, which, where, confirmed=confirmed))

    @precondition(lambda self: self.model.places)
    @rule(author=AUTHORS, number=NUMBERS, event=events(PLACE_STEPS), reason=REASONS)
    def step_of_place(self, author: int, number: int, event: str, reason: str) -> None:
        who, which = self._author(author), number % len(self.model.places)
        problems = self.model.step_of_place(who, self.model.places[which], event, reason)
        self._both(problems, lambda store: store.step_of_place(who, which, event, reason))

    # Time

    def _day(self, days: int | None) -> date | None:
        return None if days is None else self.model.today + timedelta(days=days)

    @rule(days=st.sampled_from([1, 7, 100, 400]))
    def days_pass(self, days: int) -> None:
        for store in self.stores:
            store.all.clock.advance(timedelta(days=days))
        self.model.today += timedelta(days=days)
        self.seen = [store.look(self.model.today) for store in self.stores]

    # What always holds

    @invariant()
    def the_stores_show_what_the_rules_say(self) -> None:
        expected = {
            "convention": self.model.convention,
            "contracts": sorted((one.extranet, one.state, one.profiles) for one in self.model.contracts),
            "groups": sorted((one.name, one.profile, one.is_open) for one in self.model.groups),
            "administrators": sorted(
                (EVERYBODY[one.person].family_name, one.is_active, self.model.may_act(one))
                for one in self.model.administrators
            ),
            "users": sorted(self._user(number) for number in range(len(self.model.users))),
        }
        for seen in self.seen:
            assert seen.shown == expected

    def _user(self, number: int) -> tuple[str, str, date | None, list[tuple[str, str]]]:
        user = self.model.users[number]
        held = [one for one in self.model.places if one.user == number and one.state != "withdrawn"]
        places = sorted((self.model.groups[one.group].name, one.state) for one in held)
        return EVERYBODY[user.person].family_name, user.state, user.departs_on, places

    @invariant()
    def nothing_is_open_but_what_every_rule_opens(self) -> None:
        expected = self.model.open_now()
        for seen in self.seen:
            assert seen.opened == expected
        if self.model.convention not in {"active", "denounced"}:
            assert expected == set()

    @invariant()
    def somebody_may_always_administer_unless_locked_or_gone(self) -> None:
        able = [one for one in self.model.administrators if one.is_active]
        assert able, "the last administrator is replaced, never withdrawn"


@promise("rules:in-any-order")
@pytest.mark.timeout(400)
def test_the_register_holds_the_rules_in_whatever_order_people_act(sqlite_files: SqliteFiles) -> None:
    RegisterMachine.files = sqlite_files
    run_state_machine_as_test(
        RegisterMachine,
        settings=settings(
            max_examples=6,
            stateful_step_count=30,
            deadline=None,
            phases=(Phase.reuse, Phase.generate),  # thirty steps are read sooner than they are made fewer
            suppress_health_check=list(HealthCheck),
        ),
    )

"""Whatever the administrators do, in whatever order: the register holds what the rules say, in memory and in tables.

Each act is carried out on the store in memory and on SQLite; `model` says what it must run into and what must follow.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.databases import SqliteFiles
from tests.habpps.builders import TODAY
from tests.habpps.machine.choices import (
    AUTHORS,
    DAYS,
    GROUP_NAMES,
    MOSTLY_CAF,
    MOSTLY_PARTNER,
    NUMBERS,
    PEOPLE,
    PROFILES,
    REASONS,
    STEPS_OF_CONVENTION,
    TERMS,
    events,
)
from tests.habpps.machine.model import Model
from tests.habpps.machine.papers import (
    CAF,
    CONTRACT_STEPS,
    PLACE_STEPS,
    USER_STEPS,
)
from tests.habpps.machine.stores import OnTwoStores
from tests.habpps.machine.things import Administrator, Contract
from tests.promises import promise


class RegisterMachine(OnTwoStores):
    """Everything that the Caf and the administrators do."""

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

    # The Caf

    @rule(author=MOSTLY_CAF, event=STEPS_OF_CONVENTION, reason=REASONS, days=st.none() | DAYS)
    def step_of_convention(self, author: int, event: str, reason: str, days: int | None) -> None:
        who, ends_on = self.who(author), self.day(days)
        problems = self.model.step_of_convention(who, event, reason, ends_on if event == "denounce" else None)
        last = ends_on if event == "denounce" else None
        self.both(problems, lambda store: store.step_of_convention(who, event, reason, last))

    @precondition(lambda self: self.model.convention in {"draft", "suspended"})
    @rule()
    def open_the_convention_again(self) -> None:
        event = "sign" if self.model.convention == "draft" else "lift"
        problems = self.model.step_of_convention(CAF, event, "terminé", None)
        self.both(problems, lambda store: store.step_of_convention(CAF, event, "terminé", None))

    @rule(author=MOSTLY_CAF, terms=st.sampled_from(TERMS))
    def open_contract(self, author: int, terms: tuple[str, tuple[str, ...], int | None]) -> None:
        contract = Contract(*terms)
        who = self.who(author)
        problems = self.model.open_contract(who, contract)
        self.both(problems, lambda store: store.open_contract(who, contract))

    @precondition(lambda self: self.model.contracts)
    @rule(author=MOSTLY_CAF, number=NUMBERS, event=events(CONTRACT_STEPS), reason=REASONS)
    def step_of_contract(self, author: int, number: int, event: str, reason: str) -> None:
        who, which = self.who(author), number % len(self.model.contracts)
        problems = self.model.step_of_contract(who, self.model.contracts[which], event, reason)
        self.both(problems, lambda store: store.step_of_contract(who, which, event, reason))

    @rule(author=MOSTLY_CAF, person=PEOPLE, replaces=st.none() | NUMBERS)
    def appoint(self, author: int, person: int, replaces: int | None) -> None:
        which = None if replaces is None else replaces % len(self.model.administrators)
        leaving = None if which is None else self.model.administrators[which]
        who = self.who(author)
        problems = self.model.appoint(who, person, leaving)
        self.both(problems, lambda store: store.appoint(who, person, which), notes=1 if which is None else 2)

    @rule(author=MOSTLY_CAF, leaving=NUMBERS, reason=REASONS)
    def withdraw(self, author: int, leaving: int, reason: str) -> None:
        who, which = self.who(author), leaving % len(self.model.administrators)
        problems = self.model.withdraw(who, self.model.administrators[which], reason)
        self.both(problems, lambda store: store.withdraw(who, which, reason))

    # The partner

    @rule(
        author=AUTHORS,
        name=st.sampled_from(["Crèches", "CRÈCHES", "Social"]),
        profile=st.sampled_from(["T1", "T2", "T3"]),
    )
    def create_group(self, author: int, name: str, profile: str) -> None:
        who = self.who(author)
        problems = self.model.create_group(who, name, profile)
        self.both(problems, lambda store: store.create_group(who, name, profile))

    @precondition(lambda self: self.model.groups)
    @rule(author=AUTHORS, number=NUMBERS, reason=REASONS)
    def close_group(self, author: int, number: int, reason: str) -> None:
        who, which = self.who(author), number % len(self.model.groups)
        problems = self.model.close_group(who, self.model.groups[which], reason)
        self.both(problems, lambda store: store.close_group(who, which, reason))

    @rule(author=MOSTLY_PARTNER, person=PEOPLE)
    def create_user(self, author: int, person: int) -> None:
        who = self.who(author)
        problems = self.model.create_user(who, person)
        self.both(problems, lambda store: store.create_user(who, person))

    @rule(author=MOSTLY_PARTNER, number=NUMBERS)
    def attach(self, author: int, number: int) -> None:
        who, which = self.who(author), number % len(self.model.administrators)
        problems = self.model.attach(who, self.model.administrators[which])
        self.both(problems, lambda store: store.attach(who, which))

    @precondition(lambda self: self.model.users)
    @rule(author=AUTHORS, number=NUMBERS, event=events(USER_STEPS), reason=REASONS)
    def lock(self, author: int, number: int, event: str, reason: str) -> None:
        who, which = self.who(author), number % len(self.model.users)
        problems = self.model.lock(who, self.model.users[which], event, reason)
        self.both(problems, lambda store: store.lock(who, which, event, reason))

    @precondition(lambda self: self.model.users)
    @rule(author=AUTHORS, number=NUMBERS, days=st.none() | DAYS)
    def depart(self, author: int, number: int, days: int | None) -> None:
        who, which, day = self.who(author), number % len(self.model.users), self.day(days)
        problems = self.model.depart(who, self.model.users[which], day)
        self.both(problems, lambda store: store.depart(who, which, day))

    @precondition(lambda self: self.model.users and any(one.is_open for one in self.model.groups))
    @rule(number=NUMBERS)
    def assign_somebody(self, number: int) -> None:
        """What is done all day: somebody joins a group that is open."""
        where = [place for place, one in enumerate(self.model.groups) if one.is_open]
        self.assign(0, number, where[number % len(where)], confirmed=True)

    @precondition(lambda self: self.model.users and self.model.groups)
    @rule(author=MOSTLY_PARTNER, user=NUMBERS, group=NUMBERS, confirmed=st.booleans())
    def assign(self, author: int, user: int, group: int, *, confirmed: bool) -> None:
        who, which = self.who(author), user % len(self.model.users)
        where = group % len(self.model.groups)
        problems = self.model.assign(who, which, where, confirmed=confirmed)
        self.both(problems, lambda store: store.assign(who, which, where, confirmed=confirmed))

    @precondition(lambda self: self.model.places)
    @rule(author=AUTHORS, number=NUMBERS, event=events(PLACE_STEPS), reason=REASONS)
    def step_of_place(self, author: int, number: int, event: str, reason: str) -> None:
        who, which = self.who(author), number % len(self.model.places)
        problems = self.model.step_of_place(who, self.model.places[which], event, reason)
        self.both(problems, lambda store: store.step_of_place(who, which, event, reason))

    @precondition(lambda self: self.model.places and self.model.contracts)
    @rule(author=MOSTLY_PARTNER, number=NUMBERS, chosen=st.sets(NUMBERS, max_size=3), confirmed=st.booleans())
    def change_opening(self, author: int, number: int, chosen: set[int], *, confirmed: bool) -> None:
        who, which = self.who(author), number % len(self.model.places)
        contracts = {one % len(self.model.contracts) for one in chosen}
        problems = self.model.change_opening(who, self.model.places[which], contracts, confirmed=confirmed)
        self.both(problems, lambda store: store.change_opening(who, which, contracts, confirmed=confirmed))

    @precondition(lambda self: self.model.groups and self.model.contracts)
    @rule(author=MOSTLY_PARTNER, number=NUMBERS, contract=NUMBERS)
    def open_to_group(self, author: int, number: int, contract: int) -> None:
        who, where = self.who(author), number % len(self.model.groups)
        which = contract % len(self.model.contracts)
        problems = self.model.open_to_group(who, where, which)
        self.both(problems, lambda store: store.open_to_group(who, where, which))

    @precondition(lambda self: self.model.groups)
    @rule(author=MOSTLY_PARTNER, number=NUMBERS, name=GROUP_NAMES, profile=PROFILES, confirmed=st.booleans())
    def change_group(self, author: int, number: int, name: str, profile: str, *, confirmed: bool) -> None:
        who, where = self.who(author), number % len(self.model.groups)
        problems = self.model.change_group(who, self.model.groups[where], name, profile, confirmed=confirmed)
        self.both(problems, lambda store: store.change_group(who, where, name, profile, confirmed=confirmed))


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

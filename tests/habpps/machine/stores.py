"""The machine without its acts: two stores, one model, and what always holds."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from servicekit.database import open_database
from tests.databases import SqliteFiles
from tests.habpps.adapters.conftest import MIGRATIONS
from tests.habpps.machine.acts import EVERYBODY, Seen, Store
from tests.habpps.machine.model import Model
from tests.habpps.machine.papers import CAF


class OnTwoStores(RuleBasedStateMachine):
    """One organisation, its Caf and its administrators."""

    files: SqliteFiles
    model: Model
    seen: list[Seen]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(tempfile.mkdtemp())
        self.stack.callback(shutil.rmtree, folder)
        database = open_database(self.files.copy(MIGRATIONS, folder / "machine.sqlite3"), threads=1)
        self.stack.callback(database.close)
        self.stores = (Store.in_memory(), Store.in_tables(database))

    def teardown(self) -> None:
        self.stack.close()

    # Every act goes through here

    def both(self, problems: set[str], act: Callable[[Store], None], *, notes: int = 1) -> None:
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
            waited = any(event.policy == "strict" for event in store.events[was.events :])
            assert waited or now.opened <= was.opened, "what opens waits for audit"

    @staticmethod
    def _recorded(events: list[Any], refusal: str, done: int) -> None:
        if not refusal:
            assert [event.decision for event in events] == ["done"] * done, "one event for each line"
        elif refusal == "FORM_REFUSED":
            assert events == [], "a form that is corrected is no act"
        else:
            assert [(event.type, event.decision) for event in events] == [("habpps.administration.refused", "refused")]
            assert refusal in {events[0].reason, "UNKNOWN"}

    def who(self, number: int) -> int:
        return CAF if number == CAF else number % len(self.model.administrators)

    # Time

    def day(self, days: int | None) -> date | None:
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

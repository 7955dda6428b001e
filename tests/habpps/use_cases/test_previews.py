"""A preview runs the act and rolls it back: it says what the act opens and closes, and nothing of it is left."""

from copy import deepcopy
from typing import Any

import pytest

from habpps.domain.authorship import OPERATOR
from habpps.domain.effects import Effects
from habpps.domain.refusals import LastAdministratorError, UnknownThingError
from habpps.use_cases.acts import ACTS
from habpps.use_cases.appoint_administrator import WithdrawAdministrator
from habpps.use_cases.ports import Repositories
from rights.decision import open_extranets
from rights.snapshot import Snapshot
from tests.habpps.builders import TODAY, Commune, MemoryRegister
from tests.habpps.possible_acts import Possible, possible_acts
from tests.promises import promise

NAMES = [kind.name for kind in ACTS.kinds]


def prepared(memory: MemoryRegister, commune: Commune, name: str) -> Possible:
    acts = possible_acts(memory.all, commune)
    assert sorted(acts) == sorted(NAMES), "write one possible act for each kind of the registry"
    for author, act in acts[name].before:
        memory.all.acts.perform(author, act)
    return acts[name]


def everything(memory: MemoryRegister) -> Any:
    store, repositories = deepcopy(memory.store), Repositories.__dataclass_fields__
    rows = {name: getattr(getattr(store, name), "rows", None) for name in repositories}
    return rows, store.publications.lock(), store.publications.changes, list(memory.work.events)  # type: ignore[attr-defined]


@promise("preview:nothing-leaves")
@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_preview_is_left_or_leaves(memory: MemoryRegister, commune: Commune, name: str) -> None:
    possible = prepared(memory, commune, name)
    before = everything(memory)
    signals = [signal.count() for signal in (memory.all.signals.feed, memory.all.signals.commands)]
    memory.all.acts.preview(possible.author, possible.act)
    assert everything(memory) == before
    assert [signal.count() for signal in (memory.all.signals.feed, memory.all.signals.commands)] == signals


@promise("preview:what-really-happens")
@pytest.mark.parametrize("name", NAMES)
def test_a_preview_says_what_the_act_then_opens_and_closes(memory: MemoryRegister, commune: Commune, name: str) -> None:
    possible = prepared(memory, commune, name)
    told = memory.all.acts.preview(possible.author, possible.act)
    before = open_in_the_feed(memory)
    memory.all.acts.perform(possible.author, possible.act)
    after = open_in_the_feed(memory)
    if possible.author is OPERATOR:
        return  # an import may touch every organisation; nobody is asked to confirm it
    gaining = {person for person, accesses in after.items() if accesses - before.get(person, set())}
    losing = {person for person, accesses in before.items() if accesses - after.get(person, set())}
    assert (told.gaining, told.losing) == (len(gaining), len(losing))


def open_in_the_feed(memory: MemoryRegister) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """By account and organisation: each extranet with each profile or role, as the published facts decide."""
    facts: dict[str, bytes] = {}
    for change in memory.store.publications.changes:  # type: ignore[attr-defined]
        facts |= {fact.key: fact.value for fact in change.facts}
    snapshot = Snapshot.load([(key, value) for key, value in facts.items() if value], revision=1, epoch=1)
    store: Any = memory.store
    people = {(one.account_id, one.organisation_id) for one in store.users.rows.values()}
    people |= {(one.account_id, one.organisation_id) for one in store.administrators.rows.values()}
    return {
        person: {
            (one.code, str(profile))
            for one in open_extranets(snapshot, *person, TODAY)
            for detail in one.authorization_details
            for profile in (detail["profiles"] if "profiles" in detail else [detail["role"]])  # type: ignore[attr-defined]
        }
        for person in people
    }


def test_what_the_act_refuses_the_preview_refuses(memory: MemoryRegister, commune: Commune) -> None:
    last = WithdrawAdministrator(commune.partner.administrator_id, "départ")
    with pytest.raises(LastAdministratorError):
        memory.all.acts.preview(memory.all.caf, last)


@promise("caf:cafs-are-isolated")
def test_somebody_elses_things_are_unknown_to_a_preview_too_and_that_is_recorded(
    memory: MemoryRegister, commune: Commune
) -> None:
    with pytest.raises(UnknownThingError):
        memory.all.acts.preview(memory.all.agent("751"), WithdrawAdministrator(commune.partner.administrator_id, "x"))
    assert (memory.last.type, memory.last.reason) == ("habpps.administration.refused", "OTHER_ORGANISATION")


def test_names_are_few_and_people_are_counted_once(memory: MemoryRegister, commune: Commune) -> None:
    closing = possible_acts(memory.all, commune)["habpps.group.closed"]
    told = memory.all.acts.preview(closing.author, closing.act)
    (change,) = told.closes
    assert (told.losing, change.people, change.extranet, told.opens) == (2, 2, "CDAP", ())
    assert set(change.names) <= {"Camille Léger", "Noa Blanc"}
    assert Effects() + told == told

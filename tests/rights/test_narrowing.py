"""Rights can narrow: a reader that knows fewer kinds, states or fields never grants more than one that knows them all.

Two properties carry it. What this version cannot read counts for nothing, and no fact closes anything by being there.
So whatever a later version narrows, and however, an older replica refuses at worst.
"""

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rights.decision import Granted, administrator_roles, decide, open_extranets
from rights.facts import KINDS, READER_VERSION, Administrator, Fact, Grant, User
from rights.snapshot import Snapshot
from tests.promises import promise
from tests.rights.builders import CAF, PARIS, STARTS_ON, TODAY, the_commune, the_extension, the_question, the_table

COMMUNE = the_commune()
DAYS = (TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=40))
SECOND_GRANT = Grant(
    id="grant-9",
    user_id="user-3",
    contract_id="sc-cdap",
    profile="T1",
    state="active",
    starts_on=STARTS_ON,
    ends_on=TODAY + timedelta(days=10),
)
WORLD: tuple[Fact, ...] = (*COMMUNE.facts(), the_extension(), SECOND_GRANT)
PEOPLE = [fact for fact in WORLD if isinstance(fact, User | Administrator)]
SHAPES = {
    "administrator": "id account_id organisation_id caf role state name",
    "convention": "id organisation_id caf reference state starts_on ends_on",
    "extranet": "code owner label url profiles purposes enabled kind",
    "grant": "id user_id contract_id profile state starts_on ends_on",
    "organisation": "id siret name caf kind state",
    "purpose": "code label profiles",
    "service_contract": "id organisation_id caf convention_id extranet profiles purposes state starts_on ends_on",
    "territory": "id contract_id caf state starts_on ends_on",
    "user": "id account_id organisation_id caf display_name state",
}
VERSION_OF_SHAPES = 1

STATES = st.sampled_from(["active", "suspended", "denounced", "ended", "closed", "locked", "withdrawn"])
ENDS = st.sampled_from([None, *DAYS])


def _wide(contract: str) -> dict[str, object]:
    return {
        "type": "service_contract",
        "service_contract": contract,
        "profiles": ["T1", "T2"],
        "territories": [CAF, PARIS],
        "purposes": ["creche_fee", "childcare_place", "social_support"],
    }


WIDE_TOKEN = (_wide("sc-cdap") | {"extranet": "cdap"}, _wide("sc-mon-enfant") | {"extranet": "mon-enfant"})


def opened(snapshot: Snapshot) -> set[tuple[object, ...]]:
    """Everything that is granted to anybody: consultations, what tokens carry, roles."""
    return {*_consultations(snapshot), *_tokens(snapshot)}


def _consultations(snapshot: Snapshot) -> Iterator[tuple[object, ...]]:
    asked = product(
        (person.account_id for person in PEOPLE if isinstance(person, User)),
        ("cdap", "mon-enfant"),
        ("T1", "T2"),
        ("creche_fee", "childcare_place", "social_support"),
        (CAF, PARIS),
        DAYS,
    )
    for account, extranet, profile, purpose, territory, today in asked:
        question = the_question(
            snapshot,
            account_id=account,
            extranet=extranet,
            profile=profile,
            purpose=purpose,
            territory=territory,
            today=today,
            token_details=WIDE_TOKEN,
        )
        if isinstance(decide(snapshot, question, the_table()), Granted):
            yield account, extranet, profile, purpose, territory, today


def _tokens(snapshot: Snapshot) -> Iterator[tuple[object, ...]]:
    for person, today in product(PEOPLE, DAYS):
        key = person.account_id, person.organisation_id
        for extranet in open_extranets(snapshot, *key, today):
            for detail in extranet.authorization_details:
                lists = [_texts(detail.get(name)) for name in ("profiles", "territories", "purposes")]
                for one in product(*lists):
                    yield *key, today, extranet.code, detail.get("role"), *one
        yield from ((*key, today, role) for role in administrator_roles(snapshot, *key, today))


def _texts(value: object) -> list[str]:
    return value if isinstance(value, list) else ["-"]


@st.composite
def worlds(draw: Any) -> tuple[Fact, ...]:
    """The example with some facts in other states and periods."""
    found = []
    for fact in WORLD:
        names = {field.name for field in fields(fact)}
        changes: dict[str, Any] = {}
        if "state" in names and draw(st.integers(0, 9)) == 0:
            changes["state"] = draw(STATES)
        if "ends_on" in names and draw(st.integers(0, 9)) == 0:
            changes["ends_on"] = draw(ENDS)
        found.append(replace(fact, **changes) if changes else fact)
    return tuple(found)


@promise("rights:no-fact-closes", "rights:a-newer-fact-opens-nothing")
@given(worlds(), st.data())
def test_a_reader_that_lacks_any_facts_never_grants_more(world: tuple[Fact, ...], data: st.DataObject) -> None:
    lacking = data.draw(st.sets(st.sampled_from([fact.key for fact in world]), min_size=1, max_size=4))
    whole = Snapshot.of(world)
    partial = Snapshot.of(fact for fact in world if fact.key not in lacking)
    assert opened(partial) <= opened(whole)


def _of_another_kind(fact: Fact) -> tuple[str, bytes]:
    return f"{fact.fact_kind}_within_hours/{fact.fact_id}", fact.to_value()


def _with_another_field(fact: Fact) -> tuple[str, bytes]:
    content = json.loads(fact.to_value()) | {"only_in_office_hours": True}
    return fact.key, json.dumps(content).encode()


def _in_another_state(fact: Fact) -> tuple[str, bytes]:
    content = json.loads(fact.to_value())
    field = "enabled" if "enabled" in content else "state" if "state" in content else "profiles"
    content[field] = {"enabled": "in office hours", "state": "open_in_office_hours", "profiles": "T2 only"}[field]
    return fact.key, json.dumps(content).encode()


NARROWED = [_of_another_kind, _with_another_field, _in_another_state]


@promise("rights:a-newer-fact-opens-nothing")
@pytest.mark.parametrize("narrowed", NARROWED, ids=lambda one: one.__name__.strip("_"))
@pytest.mark.parametrize("fact", WORLD, ids=lambda fact: fact.key)
def test_what_a_later_version_narrows_opens_nothing_to_this_one(fact: Fact, narrowed: Any) -> None:
    """`opened` without the fact is the least that a later version may make of it."""
    rest = [(one.key, one.to_value()) for one in WORLD if one.key != fact.key]
    read = Snapshot.load([*rest, narrowed(fact)], revision=1, epoch=1)
    assert opened(read) <= opened(Snapshot.load(rest, revision=1, epoch=1))


@promise("rights:a-newer-fact-opens-nothing")
@given(st.data())
def test_whatever_a_later_version_narrows_at_once_this_one_never_grants_more(data: st.DataObject) -> None:
    narrowed = data.draw(st.dictionaries(st.sampled_from(WORLD), st.sampled_from(NARROWED), min_size=1, max_size=5))
    rest = [(one.key, one.to_value()) for one in WORLD if one not in narrowed]
    read = Snapshot.load([*rest, *(way(fact) for fact, way in narrowed.items())], revision=1, epoch=1)
    assert opened(read) <= opened(Snapshot.load(rest, revision=1, epoch=1))


def test_what_is_read_changes_with_the_version_of_the_reader() -> None:
    shapes = {kind: " ".join(field.name for field in fields(fact)) for kind, fact in KINDS.items()}
    assert shapes == SHAPES, "a kind or a field was added: one more in READER_VERSION and here"
    assert READER_VERSION == VERSION_OF_SHAPES

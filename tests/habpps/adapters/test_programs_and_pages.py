"""Every act of the registry, done by a program and directly: the same facts, history and events, but for the way."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from habpps.adapters.acts_as_json import ActsAsJson
from habpps.domain.authorship import OPERATOR
from habpps.domain.people import Person, Role
from habpps.use_cases.acts import ACTS
from habpps.use_cases.import_extranets import IMPORTED as EXTRANETS_IMPORTED
from habpps.use_cases.import_organisations import AGENT_NAMED, CreateCafAgent
from tests.databases import SqliteFiles
from tests.habpps.adapters.conftest import Habpps, opened_at
from tests.habpps.adapters.programs import an_act, serving
from tests.habpps.possible_acts import Possible, possible_acts
from tests.promises import promise
from tests.servicekit.rpc.serving import Authority

JSON = ActsAsJson(ACTS)
OFFERED = tuple(kind.name for kind in ACTS.kinds if set(kind.by) - {Role.PERSON})
IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SECOND_OF_THE_CAF = Person("Alix", "Noël", "alix.noel@caf92.example")
NOT_COMPARED = {"rights_digest", "way", "program"}
"""The digest is of facts with identifiers drawn anew."""


class Names:
    """Identifiers drawn at random, in the order in which they are met."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def plain(self, text: str) -> str:
        return IDENTIFIER.sub(lambda met: self._known.setdefault(met[0], f"<{len(self._known)}>"), text)


def left_by(habpps: Habpps) -> dict[str, Any]:
    """What an act leaves: every event and every revision of the facts, with the identifiers numbered."""
    habpps.all.import_extranets((), {})
    habpps.sink.wait_until(EXTRANETS_IMPORTED, 3)
    names = Names()
    events = [
        (one.type, one.decision, one.owner, names.plain(one.subject), one.reason, _payload(one, names))
        for one in habpps.sink.events
    ]
    revisions = habpps.all.feed.changes_after(0, 1000)
    facts = [names.plain(f"{one.key} {one.value.decode()}") for change in revisions for one in change.facts]
    return {"events": events, "facts": facts}


def _payload(event: Any, names: Names) -> dict[str, str]:
    content = json.loads(event.payload)
    return {key: names.plain(str(value)) for key, value in content.items() if key not in NOT_COMPARED}


@contextmanager
def one_possible(url: str, name: str) -> Iterator[tuple[Habpps, Possible]]:
    """A register in which the act of this name can be done, by an administrator."""
    with opened_at(url) as habpps:
        commune = habpps.all.ready()
        found = possible_acts(habpps.all, commune)
        agent = CreateCafAgent("921", Role.CAF_AUDITOR, "account-new", SECOND_OF_THE_CAF)
        possible = replace(found[name], act=agent) if name == AGENT_NAMED else found[name]
        if possible.author == OPERATOR:
            possible = replace(possible, author=habpps.all.caf)
        for author, act in possible.before:
            habpps.all.register.perform(author, act)
        yield habpps, possible


@promise("program:same-acts-as-pages")
@pytest.mark.parametrize("name", OFFERED)
def test_an_act_by_a_program_leaves_what_the_same_act_leaves_on_a_page(
    database_url: str, sqlite_files: SqliteFiles, migrations: Path, tmp_path: Path, authority: Authority, name: str
) -> None:
    with one_possible(sqlite_files.copy(migrations, tmp_path / "page.sqlite3"), name) as (habpps, possible):
        by_page = habpps.all.register.perform(possible.author, possible.act)
        expected = left_by(habpps)
    with one_possible(database_url, name) as (habpps, possible), serving(habpps, authority) as program:
        answer = program.perform(possible.author, an_act(*JSON.written(possible.act)))
        found = left_by(habpps)
        newest = json.loads(habpps.sink.events[-2].payload)  # before that of `left_by`
    assert found == expected
    assert (answer.done.revision, answer.done.mails) == (by_page.revision, by_page.mails)
    assert (newest["way"], newest["program"]) == ("rpc", "logiciel-rh")

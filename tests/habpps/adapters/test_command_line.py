"""`python -m habpps …`: what an operator does before any service runs, and what is said of mistakes."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

import habpps
from partenaire.audit.v1 import journal_pb2
from servicekit.commands import CANNOT_START
from tests.habpps.use_cases.test_imports import DOCUMENT
from tests.promises import promise

EXTRANETS = Path(str(habpps.__file__)).parent / "data" / "extranets.toml"
AGENT = ("--given-name", "Lou", "--family-name", "Roy", "--email", "lou.roy@caf.example")


class Machine:
    """A folder with the tables, where commands run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "data" / "habpps.sqlite3"

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "HABPPS_DATA_DIRECTORY": str(self.folder / "data")}
        command = [sys.executable, "-m", "habpps", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)

    def file(self, content: Any) -> str:
        path = self.folder / "organisations.json"
        path.write_text(json.dumps(content))
        return str(path)

    def one(self, statement: str) -> Any:
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute(statement).fetchone()[0]
        finally:
            connection.close()

    def events(self) -> list[journal_pb2.Event]:
        """Those that wait in the outbox, in their order."""
        connection = sqlite3.connect(self.database)
        try:
            rows = connection.execute("SELECT event FROM outbox ORDER BY sequence").fetchall()
        finally:
            connection.close()
        return [journal_pb2.Event.FromString(row[0]) for row in rows]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """With the registry of extranets; nobody changes anything here."""
    made = Machine(tmp_path_factory.mktemp("habpps"))
    assert made.run("migrate").returncode == 0
    done = made.run("import-extranets", str(EXTRANETS), "--url", "cdap=https://cdap.example")
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def machine(untouched: Machine, tmp_path: Path) -> Machine:
    """A copy, to be changed."""
    shutil.copytree(untouched.folder / "data", tmp_path / "data")
    return Machine(tmp_path)


@promise("product:commands-come-before-services")
def test_an_operator_imports_names_agents_and_starts_the_rights_anew(machine: Machine) -> None:
    assert machine.one("SELECT url FROM extranet WHERE code = 'cdap'") == "https://cdap.example"
    done = machine.run("import-organisations", machine.file(DOCUMENT))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 organisations, rights revision ")
    agent = ("create-caf-agent", "--caf", "751", "--role", "administrator", "--account-id", "account-9", *AGENT)
    named = machine.run(*agent)
    assert named.returncode == 0, named.stderr
    assert machine.run(*agent).returncode == 0, "said again, it changes nothing"
    assert machine.one("SELECT count(*) FROM administrator WHERE account_id = 'account-9'") == 1
    epoch = machine.one("SELECT epoch FROM feed_state")
    bumped = machine.run("bump-epoch")
    assert bumped.returncode == 0, bumped.stderr
    assert machine.one("SELECT epoch FROM feed_state") > epoch
    types = [event.type for event in machine.events()]
    assert types[0] == "habpps.extranets.imported"
    assert {"habpps.organisations.imported", "habpps.organisation.created", "habpps.habilitation.granted"} <= set(types)
    assert all(event.owner for event in machine.events()), "each event has an owner"


@promise("caf-admin:imports-again-change-nothing")
def test_a_file_imported_twice_changes_no_right(machine: Machine) -> None:
    assert machine.run("import-organisations", machine.file(DOCUMENT)).returncode == 0
    digest = machine.one("SELECT digest FROM feed_state")
    people = machine.one("SELECT count(*) FROM person")
    assert machine.run("import-organisations", machine.file(DOCUMENT)).returncode == 0
    assert machine.one("SELECT digest FROM feed_state") == digest
    assert machine.one("SELECT count(*) FROM person") == people


def standing(machine: Machine) -> tuple[int, bytes]:
    """How many organisations there are, and the digest of the rights."""
    return machine.one("SELECT count(*) FROM organisation"), machine.one("SELECT digest FROM feed_state")


def broken(**changes: Any) -> Any:
    content = deepcopy(DOCUMENT)
    content["organisations"][0].update(changes)
    return content


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (broken(siret="123"), "siret"),
        (broken(caf="999"), "caf"),
        (broken(groups=[{"name": "Crèches", "profile": "T7"}]), "groups[0]"),
        (broken(convention=None), "convention"),
        ([], ""),
    ],
    ids=["siret", "no such Caf", "reserved profile", "no convention", "no document"],
)
def test_a_file_that_is_wrong_is_named_and_nothing_of_it_is_written(
    untouched: Machine, content: Any, named: str
) -> None:
    before = standing(untouched)
    done = untouched.run("import-organisations", untouched.file(content))
    assert done.returncode == CANNOT_START, done.stdout
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert standing(untouched) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("import-organisations", "/nowhere/file.json"),
        ("import-extranets", "/nowhere/file.toml"),
        ("create-caf-agent", "--caf", "999", "--role", "auditor", "--account-id", "a", *AGENT),
        ("create-caf-agent", "--caf", "national", "--role", "administrator", "--account-id", "a", *AGENT),
        ("create-caf-agent", "--caf", "921", "--role", "auditor", "--account-id", "a", *AGENT[:4], "--email", "lou@"),
    ],
    ids=["no file", "no registry", "no such Caf", "no national administrator", "no address"],
)
def test_a_mistake_of_an_operator_is_one_sentence_and_changes_nothing(
    untouched: Machine, arguments: tuple[str, ...]
) -> None:
    before = untouched.one("SELECT digest FROM feed_state")
    done = untouched.run(*arguments)
    assert done.returncode == CANNOT_START, (done.returncode, done.stdout)
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    assert untouched.one("SELECT digest FROM feed_state") == before

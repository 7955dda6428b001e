"""One grammar for the four services: what does the same has one name, in one room (docs/architecture.md §4)."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, SERVICES, own_python

PRODUCT = tuple(path for path in own_python() if path.parts[0] in {"libs", "services", "deploy"})
OF_SERVICES = tuple(path for path in PRODUCT if path.parts[0] == "services")
ALL = set(SERVICES)

ROOM_OF = {
    "UseCases": (r"/use_cases/catalogue\.py$", {"habpps", "audit"}),
    "Repositories": (r"/use_cases/ports\.py$", {"habpps", "cdap", "audit"}),
    "sql_repositories": (r"/adapters/database/unit_of_work\.py$", {"habpps", "cdap", "audit"}),
    "WebParts": (r"/adapters/web/app\.py$", {"habpps", "cdap", "audit"}),
    "create_web": (r"/(adapters/web/app|bootstrap/web)\.py$", ALL),
    "NEWEST_SCHEMA": (r"/bootstrap(/schema)?\.py$", ALL),
}
"""Where a name is defined in a service, and which services must have it. auth has a store for each use case instead of
one `Repositories`, and its bootstrap hands each page what it uses instead of one `WebParts`."""

MAKES_THREADS = frozenset({"Thread", "ThreadPoolExecutor", "Timer", "Repeating"})
THREADS = re.compile(r"/(adapters/background|bootstrap(/tasks)?)\.py$")
POOLS = {
    "services/auth/src/auth/people/adapters/crypto/passwords.py",  # a request waits for its hash
    "services/auth/src/auth/ground/adapters/clients/guarded_fetch.py",  # a request waits for its address
    "services/auth/src/auth/clients/use_cases/try_client.py",  # a page waits for the addresses it tries
}
OTHER_WORDS = re.compile(r"/adapters/web/(\w*(texts|wording|words|messages|refusals|outcomes))\.py$")

TWICE = {
    **dict.fromkeys(
        [
            *("Administrator", "Convention", "Extranet"),
            *("Organisation", "Purpose", "ServiceContract", "Territory", "User"),
        ],
        "the fact that is published (rights.facts), and the entity of Habpps that it is made of",
    ),
    **dict.fromkeys(["DpopNonces", "OwnTokens", "RightsReplica", "EndedSessions"], "a port, and what implements it"),
    **dict.fromkeys(["Store"], "what a use case of auth sees of a transaction: one beside each"),
}
"""Class names that stand twice where somebody could meet both: in one service, or in it and a library."""


def _defined(path: Path) -> Iterator[str]:
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _service(path: Path) -> str:
    return path.parts[1]


@pytest.mark.parametrize("name", ROOM_OF)
def test_what_does_the_same_has_one_name_in_one_room(name: str) -> None:
    room, services = ROOM_OF[name]
    places = [path for path in OF_SERVICES if name in _defined(path)]
    assert [str(path) for path in places if not re.search(room, str(path))] == []
    assert services <= {_service(path) for path in places}


def test_a_servicer_has_the_name_of_its_service_and_lives_in_the_room_of_grpc() -> None:
    found = set()
    for path in OF_SERVICES:
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            bases = [ast.unparse(base) for base in node.bases] if isinstance(node, ast.ClassDef) else []
            for base in bases:
                if base.endswith("Servicer"):
                    assert isinstance(node, ast.ClassDef)
                    assert base.rpartition(".")[2] == node.name, path
                    assert path.parent.match("adapters/rpc"), path
                    found.add(_service(path))
    assert found == ALL


def test_who_may_call_stands_beside_the_servicers() -> None:
    lists = {path.relative_to(ROOT) for path in (ROOT / "services").rglob("src/**/callers.toml")}
    assert {_service(path) for path in lists} == ALL
    assert [str(path) for path in lists if not path.parent.match("adapters/rpc")] == []


def test_words_for_people_are_labels_or_sentences() -> None:
    assert [str(path) for path in OF_SERVICES if OTHER_WORDS.search(str(path))] == []


def test_threads_of_services_are_made_in_one_room() -> None:
    found = set()
    for path in OF_SERVICES:
        calls = (node.func for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, ast.Call))
        names = {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}
        if names & MAKES_THREADS and not THREADS.search(str(path)):
            found.add(str(path))
    assert found == POOLS


def test_today_in_france_is_asked_in_one_place() -> None:
    zones = re.compile(r"ZoneInfo\(|\.astimezone\(PARIS\)\.date\(\)")
    found = {str(path) for path in PRODUCT if zones.search((ROOT / path).read_text(encoding="utf-8"))}
    assert found == {
        "libs/partnerkit/src/partnerkit/days.py",
        "libs/partnerkit/src/partnerkit/cafs.py",  # the clocks of Cafs overseas
        "libs/servicekit/src/servicekit/web/formats.py",  # times of day on pages; servicekit knows no other library
    }


def test_a_class_name_stands_once_where_somebody_could_meet_two() -> None:
    places: dict[str, set[Path]] = defaultdict(set)
    for path in PRODUCT:
        for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].add(path)
    twice = {name for name, paths in places.items() if name not in ROOM_OF and _can_meet(paths)}
    assert twice - TWICE.keys() == set(), "another name, or the reason for the same one"
    assert TWICE.keys() - twice == set(), "no longer there twice: take it out of the list"


def _can_meet(paths: set[Path]) -> bool:
    """Services import nothing of one another: their classes meet those of the libraries and their own only."""
    if len(paths) < 2:
        return False
    libraries = [path for path in paths if path.parts[0] == "libs"]
    owners = [path.parts[1] for path in paths if path.parts[0] != "libs"]
    return len(libraries) > 1 or bool(libraries and owners) or len(set(owners)) < len(owners)

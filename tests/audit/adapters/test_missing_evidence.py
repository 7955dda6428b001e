"""Evidence that is missing, of another day or of another journal is a problem, for verify and for the start."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from audit.verify_command import report_on
from servicekit.errors import ServiceError, StartError
from tests.audit.adapters.test_command import run_command
from tests.audit.builders import FakeProducer, MovingClock, journal, settings_in
from tests.promises import promise

Harm = Callable[[Path], None]
EPOCH = "00000000-0000-7000-8000-00000000000e"


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'audit.sqlite3'}"


def write(folder: Path, *sizes: int, producer: FakeProducer | None = None) -> None:
    """A journal that was signed at each of these sizes."""
    producer = producer or FakeProducer(epoch=EPOCH)
    with journal(folder, url_of(folder)) as opened:
        for size in sizes:
            opened.append(*producer.events(size))
            opened.core.use_cases.publish()
    for leftover in folder.glob("audit.sqlite3-*"):
        leftover.unlink()


def sql(statement: str) -> Harm:
    def harm(folder: Path) -> None:
        with dbapi2.connect(folder / "audit.sqlite3") as connection:
            connection.execute(statement)
        connection.close()

    return harm


def removed(name: str) -> Harm:
    return lambda folder: (folder / name).unlink()


def written(name: str, data: bytes) -> Harm:
    def harm(folder: Path) -> None:
        (folder / name).write_bytes(data)

    return harm


def cut(name: str) -> Harm:
    def harm(folder: Path) -> None:
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[: len(whole) // 2])

    return harm


def from_folder(which: str, *names: str) -> Harm:
    """Puts in what was there before the last entries, or what belongs to another journal."""

    def harm(folder: Path) -> None:
        for name in names:
            shutil.copy(folder / which / name, folder / name)

    return harm


GUARD, NOTE, BASE = "guard/last-signed.json", "checkpoint", "audit.sqlite3"
REMOVED: dict[str, Harm] = {
    "guard": removed(GUARD),
    "published checkpoint": removed(NOTE),
    "newest checkpoint row": sql("DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)"),
    "an earlier checkpoint row": sql("DELETE FROM checkpoint WHERE size = (SELECT min(size) FROM checkpoint)"),
    "all checkpoint rows": sql("DELETE FROM checkpoint"),
    "signing key": removed("keys/checkpoint.key"),
    "public half": removed("keys/checkpoint.vkey"),
    "key of the month": removed("keys/shard-2026-11.access.key"),
}
SPOILT: dict[str, Harm] = {
    "empty guard": written(GUARD, b""),
    "cut guard": cut(GUARD),
    "empty published checkpoint": written(NOTE, b""),
    "cut published checkpoint": cut(NOTE),
    "older guard": from_folder("before", GUARD),
    "guard of another journal": from_folder("other", GUARD),
    "older published checkpoint": from_folder("before", NOTE),
    "published checkpoint of another journal": from_folder("other", NOTE),
    "database of before": from_folder("before", BASE),
    "database and guard of before": from_folder("before", BASE, GUARD),
    "database and published checkpoint of before": from_folder("before", BASE, NOTE),
    "database of another journal": from_folder("other", BASE),
    "guard and published checkpoint of another journal": from_folder("other", GUARD, NOTE),
}
RESTORED_WITHOUT = {
    "database of before, no guard": (SPOILT["database of before"], REMOVED["guard"]),
    "database of before, neither guard nor note": (
        SPOILT["database of before"],
        REMOVED["guard"],
        REMOVED["published checkpoint"],
    ),
    "nothing but the entries": (REMOVED["guard"], REMOVED["published checkpoint"], REMOVED["all checkpoint rows"]),
}
PAIRS = {f"{one} and {other}": (REMOVED[one], REMOVED[other]) for one, other in combinations(REMOVED, 2)}
ALL: dict[str, tuple[Harm, ...]] = {
    **{name: (harm,) for name, harm in {**REMOVED, **SPOILT}.items()},
    **PAIRS,
    **RESTORED_WITHOUT,
}
NOT_FOR_VERIFY = {"signing key"}
"""Whoever verifies needs the public half only, and may not have the key."""
NOT_FOR_THE_START = {"public half"}
"""The start makes the public half again from the key."""


@pytest.fixture
def folder(tmp_path: Path, template: Path) -> Path:
    shutil.copytree(template, tmp_path / "journal")
    return tmp_path / "journal"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal signed four times, with what it was after the second time, and with another journal beside it."""
    folder = tmp_path_factory.mktemp("written")
    producer = FakeProducer(epoch=EPOCH)
    write(folder, 5, 5, producer=producer)
    shutil.copytree(folder, folder / "before")
    write(folder, 5, 5, producer=producer)
    write(folder / "other", 7, 7)
    return folder


def is_intact(folder: Path) -> bool:
    try:
        return report_on(settings_in(folder, url_of(folder)), url_of(folder)).is_intact
    except (ServiceError, StartError):
        return False


def why_it_does_not_start(folder: Path) -> str:
    try:
        with journal(folder, url_of(folder), MovingClock(datetime.now(UTC))):  # the command has the real one
            return ""
    except (ServiceError, StartError) as error:
        return str(error)


def test_a_journal_with_all_its_evidence_is_intact_and_starts(folder: Path) -> None:
    assert is_intact(folder)
    assert why_it_does_not_start(folder) == ""


@promise("audit:missing-evidence-is-a-problem")
@pytest.mark.parametrize("name", sorted(set(ALL) - NOT_FOR_VERIFY))
def test_evidence_that_is_missing_or_of_another_day_is_a_problem(folder: Path, name: str) -> None:
    for harm in ALL[name]:
        harm(folder)
    assert not is_intact(folder)


@promise("audit:missing-evidence-is-a-problem")
@pytest.mark.parametrize("name", sorted(set(ALL) - NOT_FOR_THE_START))
def test_the_service_does_not_start_without_its_evidence(folder: Path, name: str) -> None:
    for harm in ALL[name]:
        harm(folder)
    sentence = why_it_does_not_start(folder)
    assert sentence
    assert "accept-restored-journal" in sentence or "key" in sentence


CAN_BE_ACCEPTED = sorted(
    name for name in ALL if "key" not in name and "public half" not in name and "another journal" not in name
)


@promise("audit:going-on-is-a-recorded-decision")
@pytest.mark.parametrize("name", CAN_BE_ACCEPTED)
def test_going_on_is_an_explicit_command_that_writes_an_event_first(folder: Path, name: str) -> None:
    for harm in ALL[name]:
        harm(folder)
    answer = run_command(folder, "accept-restored-journal", "--by", "A. Responsable", "--reason", "disk lost")
    assert answer.returncode == 0, answer.stderr
    assert why_it_does_not_start(folder) == ""
    assert is_intact(folder)
    with dbapi2.connect(folder / "audit.sqlite3") as connection:
        types = [row[0] for row in connection.execute("SELECT type FROM entry ORDER BY leaf_index DESC LIMIT 1")]
    connection.close()
    assert types == ["audit.journal.accepted"]


def test_a_lost_signing_key_is_replaced_only_when_that_is_said(folder: Path) -> None:
    REMOVED["signing key"](folder)
    plain = run_command(folder, "accept-restored-journal", "--by", "A. R.", "--reason", "lost")
    assert plain.returncode == 2
    assert "The signing key" in plain.stderr
    assert run_command(folder, "accept-restored-journal", "--by", "A", "--reason", "lost", "--new-key").returncode == 0
    assert is_intact(folder)


def test_nothing_is_accepted_when_nothing_is_wrong(folder: Path) -> None:
    before = (folder / BASE).read_bytes()
    answer = run_command(folder, "accept-restored-journal", "--by", "A. R.", "--reason", "to be sure")
    assert "there is nothing to accept" in answer.stdout
    assert is_intact(folder)
    assert (folder / GUARD).exists()
    assert len(before) == len((folder / BASE).read_bytes())


@pytest.mark.parametrize(("by", "why"), [("", "lost"), ("A", " "), ("A", "x" * 501), ("A", "a\nb")])
def test_a_decision_needs_a_person_and_a_reason(folder: Path, by: str, why: str) -> None:
    REMOVED["guard"](folder)
    answer = run_command(folder, "accept-restored-journal", "--by", by, "--reason", why)
    assert answer.returncode != 0
    assert not (folder / GUARD).exists()


def test_numbers_of_a_producer_that_never_came_are_a_problem_until_they_are_accepted(tmp_path: Path) -> None:
    with journal(tmp_path, url_of(tmp_path)) as opened:
        producer = FakeProducer()
        opened.append(producer.event())
        lost = producer.events(3)
        opened.append(producer.event())
        opened.core.use_cases.publish()
        report = opened.verify()
        assert [problem.problem for problem in report.problems] == [
            "numbers 1 to 3 of cdap never came: these events are lost"
        ]
        opened.append(lost[1])
        assert opened.verify().problem_count == 2
        opened.append(lost[0], lost[2])
        opened.core.use_cases.publish()
        assert opened.verify().is_intact

"""Recorded decisions are decided again from the change log alone, and whatever was tampered with is noticed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from rights.field_table import FieldTable
from rights.record import MalformedRecordError, read_record
from rights.replay import Replay, ReplayReport
from rights.snapshot import Snapshot
from tests.promises import promise
from tests.rights.builders import the_table
from tests.rights.replaying import Logged, lived

TABLES = {the_table().hash: the_table()}


def replayed(logged: Logged) -> ReplayReport:
    return Replay(TABLES, logged.anchors)(logged.log, logged.read())


@promise("journal:decisions-decided-again")
@pytest.mark.parametrize("seed", range(5))
def test_recorded_decisions_come_out_as_they_were_recorded(seed: int) -> None:
    logged = lived(400, seed)
    assert len({one["answer"]["granted"] for one in logged.decisions}) == 2
    assert len({one["answer"].get("reason") for one in logged.decisions}) > 5
    assert replayed(logged) == ReplayReport(404, ())


def _late(logged: Logged) -> int:
    """The place in the log of a revision on which decisions were taken."""
    return len(logged.log) // 2


def _fact_of_the_log(logged: Logged) -> None:
    place = _late(logged)
    change = logged.log[place]
    facts = tuple((key, value.replace(b'"active"', b'"suspended"') + b" ") for key, value in change.facts)
    logged.log[place] = replace(change, facts=facts)


def _fact_and_digest_of_the_log(logged: Logged) -> None:
    _fact_of_the_log(logged)
    snapshot = Snapshot.empty()
    for place, change in enumerate(logged.log):
        snapshot = snapshot.including(change.facts, change.revision)
        logged.log[place] = replace(change, digest=snapshot.digest)


def _revision_left_out(logged: Logged) -> None:
    del logged.log[_late(logged)]


def _log_cut(logged: Logged) -> None:
    del logged.log[_late(logged) :]


def _another_history(logged: Logged) -> None:
    """The register was restored: the revisions were made anew, in a later epoch."""
    place = _late(logged)
    logged.log[place:] = [replace(one, epoch=99) for one in logged.log[place:]]
    logged.anchors.update({(99, one.revision): one.digest.hex() for one in logged.log[place:]})


def _anchor_missing(logged: Logged) -> None:
    change = logged.log[_late(logged)]
    del logged.anchors[change.epoch, change.revision]


def _anchor_changed(logged: Logged) -> None:
    change = logged.log[_late(logged)]
    logged.anchors[change.epoch, change.revision] = "00" * 32


def _answer_turned(logged: Logged) -> None:
    granted = next(one for one in logged.decisions if not one["answer"]["granted"])
    granted["answer"] = {"granted": False, "reason": "USER_CLOSED", "rule_id": "user-is-active"}


def _another_revision(logged: Logged) -> None:
    one = logged.decisions[-1]
    one["rights_revision"] = len(logged.log) + 5


def _another_table(logged: Logged) -> None:
    logged.decisions[3]["table_hash"] = FieldTable("other", {"T1": {"matricule": "full"}}).hash


TAMPERED: list[Callable[[Logged], None]] = [
    _fact_of_the_log,
    _fact_and_digest_of_the_log,
    _revision_left_out,
    _log_cut,
    _another_history,
    _anchor_missing,
    _anchor_changed,
    _answer_turned,
    _another_revision,
    _another_table,
]


@promise("journal:decisions-decided-again")
@pytest.mark.parametrize("tamper", TAMPERED, ids=lambda one: one.__name__.strip("_"))
def test_what_was_tampered_with_is_a_problem(tamper: Callable[[Logged], None]) -> None:
    logged = lived(200)
    tamper(logged)
    report = replayed(logged)
    assert report.problems
    assert report.decided == len(logged.decisions)


def test_a_table_that_says_something_else_under_the_same_version_has_another_hash() -> None:
    one = FieldTable("v", {"T1": {"matricule": "full"}})
    assert one.hash == FieldTable("v", {"T1": {"matricule": "full"}}).hash
    assert one.hash != FieldTable("v", {"T1": {"matricule": "full", "adresse": "full"}}).hash


@pytest.mark.parametrize("name", sorted(lived(1).decisions[0]))
@pytest.mark.parametrize("value", [None, 7.5, [], "?", True])
def test_a_record_that_is_none_is_refused(name: str, value: object) -> None:
    record = lived(1).decisions[0]
    lacking = {key: content for key, content in record.items() if key != name}
    with pytest.raises(MalformedRecordError):
        read_record(lacking)
    spoilt = record | {name: value}
    if spoilt[name] != record[name]:
        try:
            read_record(spoilt)
        except MalformedRecordError:
            return
        assert name in {"profile", "session_ended", "rights_age_us", "session_age_us"} or isinstance(value, str | list)

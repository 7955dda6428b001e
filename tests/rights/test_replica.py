"""The replica of the rights: fresh only when confirmed, equal to the server or refusing."""

import gc
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rights.feed import DivergenceError, FeedLostError
from rights.replica import RightsReplica
from rights.replication import NEVER, Pace
from rights.sessions import SessionsReplica
from rights.snapshot import FactChange, Snapshot, SnapshotChange
from rights.snapshot_file import save_snapshot
from tests.promises import promise
from tests.rights.builders import the_commune, told_by
from tests.rights.fakes import HandClock, InMemoryEndedSessionsFeed, InMemoryFeed

COMMUNE = the_commune()
SECOND = timedelta(seconds=1)


def _locked(state: str = "locked") -> FactChange:
    return FactChange.setting(replace(COMMUNE.creche_director, state=state))


def _pair(**feed: object) -> tuple[InMemoryFeed, HandClock, RightsReplica]:
    server = InMemoryFeed(server=COMMUNE.snapshot(), **feed)  # type: ignore[arg-type]
    clock = HandClock()
    return server, clock, RightsReplica(server, clock, service="cdap")


def _follow(replica: RightsReplica) -> None:
    with suppress(FeedLostError, DivergenceError):
        replica.follow_once()


def _confirm(replica: RightsReplica) -> None:
    with suppress(FeedLostError):
        replica.confirm_once()


def test_a_new_replica_decides_nothing() -> None:
    _, _, replica = _pair()
    assert replica.current() == (None, NEVER)
    assert replica.problem() is not None


def test_a_snapshot_is_fresh_only_once_the_feed_has_confirmed_it() -> None:
    feed, clock, replica = _pair()
    _follow(replica)
    assert replica.age() == NEVER
    _confirm(replica)
    clock.advance(2)
    snapshot, age = replica.current()
    assert snapshot is not None
    assert told_by(snapshot) == told_by(feed.server)
    assert age == 2 * SECOND
    assert replica.problem() is None


def test_freshness_counts_from_before_the_question_was_sent() -> None:
    feed, clock, replica = _pair()
    _follow(replica)
    feed.before_answer = lambda: clock.advance(3)
    _confirm(replica)
    assert replica.age() == 3 * SECOND


def test_a_replica_that_is_behind_is_not_fresh_until_it_has_caught_up() -> None:
    feed, clock, replica = _pair()
    _follow(replica)
    feed.write(_locked())
    _confirm(replica)
    assert replica.age() == NEVER
    clock.advance(1)
    _follow(replica)
    assert replica.age() == SECOND


def test_a_change_is_acknowledged_once_it_is_decided_on() -> None:
    feed, _, replica = _pair()
    _follow(replica)
    feed.write(_locked())
    _follow(replica)
    assert feed.acknowledged[-1] == (replica.replica_id, 43)
    assert replica.replica_id.startswith("cdap-")


def test_a_silent_server_lets_the_age_grow_and_says_so() -> None:
    feed, clock, replica = _pair()
    _follow(replica)
    _confirm(replica)
    feed.reachable = False
    clock.advance(5.5)
    with pytest.raises(FeedLostError):
        replica.confirm_once()
    assert replica.age() == timedelta(seconds=5.5)
    assert "5.5 s ago" in str(replica.problem())


@promise("caf:stale-rights-refuse")
def test_a_machine_that_slept_wakes_up_stale() -> None:
    _, clock, replica = _pair()
    _follow(replica)
    _confirm(replica)
    clock.boot += 3600
    assert replica.age() == timedelta(hours=1)


def test_a_change_from_a_lost_one_on_makes_the_replica_take_everything_again() -> None:
    feed, _, replica = _pair()
    _follow(replica)
    feed.write(_locked())
    lost_one = feed.write(_locked("inactive"))
    assert replica.receive(lost_one) is False
    assert replica.age() == NEVER
    _follow(replica)
    _confirm(replica)
    assert replica.age() == timedelta(0)
    assert feed.snapshots_given == 2


@promise("rights:the-digest-must-agree")
def test_a_change_with_another_digest_makes_the_replica_take_everything_again() -> None:
    feed, _, replica = _pair()
    _follow(replica)
    change = feed.write(_locked())
    forged = replace(change, facts=(_locked("active"),))
    assert replica.receive(forged) is False
    _follow(replica)
    snapshot, _ = replica.current()
    assert snapshot is not None
    assert told_by(snapshot) == told_by(feed.server)


@promise("rights:the-digest-must-agree")
def test_the_same_revision_with_another_digest_is_never_fresh() -> None:
    feed, _, replica = _pair()
    _follow(replica)
    feed.server = COMMUNE.changed("creche_director", state="locked").snapshot()
    _confirm(replica)
    assert replica.age() == NEVER
    _follow(replica)
    _confirm(replica)
    snapshot, age = replica.current()
    assert snapshot is not None
    assert (told_by(snapshot), age) == (told_by(feed.server), timedelta(0))


def test_a_change_received_twice_changes_nothing() -> None:
    feed, _, replica = _pair()
    _follow(replica)
    change = feed.write(_locked())
    assert replica.receive(change)
    before = replica.current()[0]
    assert replica.receive(change)
    assert replica.current()[0] is before


@promise("operators:older-rights-are-refused")
def test_a_restored_backup_is_refused_until_the_operator_bumps_the_epoch() -> None:
    feed, _, replica = _pair()
    backup = feed.server
    feed.write(_locked())
    _follow(replica)
    _confirm(replica)
    feed.restore(backup)
    _confirm(replica)
    assert replica.age() == NEVER
    assert "went back" in str(replica.problem())
    feed.write(_locked("active"))
    feed.write(_locked("inactive"))
    _follow(replica)
    _confirm(replica)
    assert replica.age() == NEVER, "a rewritten history that has grown past the old one is still refused"
    feed.server = Snapshot.load(feed.server.entries(), revision=feed.server.revision, epoch=2)
    _confirm(replica)
    _follow(replica)
    _confirm(replica)
    snapshot, age = replica.current()
    assert snapshot is not None
    assert (told_by(snapshot), age) == (told_by(feed.server), timedelta(0))
    assert replica.problem() is None


@promise("operators:older-rights-are-refused")
def test_an_epoch_that_goes_back_is_refused() -> None:
    feed, _, replica = _pair()
    feed.server = COMMUNE.snapshot(epoch=2)
    _follow(replica)
    _confirm(replica)
    feed.server = COMMUNE.snapshot(epoch=1, revision=99)
    _confirm(replica)
    _follow(replica)
    assert replica.age() == NEVER


@promise("operators:saved-rights-authorise-nothing")
def test_a_saved_snapshot_speeds_up_the_start_and_never_authorises(tmp_path: Path) -> None:
    feed, clock, _ = _pair()
    path = tmp_path / "rights.snapshot"
    first = RightsReplica(feed, clock, saved_at=path)
    _follow(first)
    first.stop()
    again = RightsReplica(feed, clock, saved_at=path)
    snapshot, age = again.current()
    assert snapshot is not None
    assert (told_by(snapshot), age) == (told_by(feed.server), NEVER)
    _confirm(again)
    assert again.age() == timedelta(0)
    assert feed.snapshots_given == 1
    assert path.stat().st_mode & 0o077 == 0


def test_a_saved_snapshot_remembers_that_history_was_further(tmp_path: Path) -> None:
    feed, clock, _ = _pair()
    path = tmp_path / "rights.snapshot"
    first = RightsReplica(feed, clock, saved_at=path)
    _follow(first)
    first.stop()
    feed.restore(COMMUNE.snapshot(revision=12))
    again = RightsReplica(feed, clock, saved_at=path)
    _confirm(again)
    _follow(again)
    assert again.age() == NEVER
    assert "went back to revision 12" in str(again.problem())


@pytest.mark.parametrize("spoil", [lambda data: data[:-20], lambda data: data.replace(b"T2", b"T1"), lambda _: b""])
def test_a_spoilt_saved_snapshot_is_ignored(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    feed, clock, _ = _pair()
    path = tmp_path / "rights.snapshot"
    first = RightsReplica(feed, clock, saved_at=path)
    _follow(first)
    path.write_bytes(spoil(path.read_bytes()))
    assert RightsReplica(feed, clock, saved_at=path).current() == (None, NEVER)


FAULTS: dict[str, Callable[[list[SnapshotChange]], list[SnapshotChange]]] = {
    "lose": lambda messages: messages[1:],
    "repeat": lambda messages: [message for message in messages for _ in range(2)],
    "shuffle": lambda messages: messages[::-1],
    "cut": lambda messages: messages[:1],
}


class Adversity:
    """A replica and a feed to which anything happens."""

    def __init__(self) -> None:
        self.feed, self.clock, self.replica = _pair()
        self.backup = self.feed.server
        self.once_true = {(self.backup.revision, self.backup.digest)}
        self.restored = False
        self.written = 0

    def do(self, step: str) -> None:
        self.clock.advance(1)
        if step in FAULTS:
            self.feed.fault = FAULTS[step]
        else:
            getattr(self, step)()

    def write(self) -> None:
        self.written += 1
        value = b"" if self.written % 4 == 0 else str(self.written).encode()
        self.feed.write(FactChange(f"thing/{self.written % 3}", value))
        self.once_true.add((self.feed.server.revision, self.feed.server.digest))

    def follow(self) -> None:
        _follow(self.replica)

    def confirm(self) -> None:
        _confirm(self.replica)

    def pause(self) -> None:
        self.feed.reachable = False

    def mend(self) -> None:
        self.feed.reachable, self.feed.fault = True, list

    def restore(self) -> None:
        if self.feed.server.revision > self.backup.revision:
            self.feed.restore(self.backup)
            self.restored = True


STEPS = st.sampled_from(["write", "follow", "confirm", "pause", "mend", "restore", *FAULTS])


@promise("rights:a-replica-equals-or-refuses")
@given(st.lists(STEPS, max_size=30))
def test_whatever_the_feed_does_the_replica_equals_the_server_or_refuses(steps: list[str]) -> None:
    world = Adversity()
    for step in steps:
        world.do(step)
        snapshot, age = world.replica.current()
        if age != NEVER:
            assert snapshot is not None
            assert (snapshot.revision, snapshot.digest) in world.once_true
    for step in ("mend", *("follow", "confirm") * 3):
        world.do(step)
    snapshot, age = world.replica.current()
    if not world.restored:
        assert age == timedelta(0), "it always comes back"
    if age == timedelta(0):
        assert snapshot is not None
        assert told_by(snapshot) == told_by(world.feed.server)


@promise("rights:no-pause-over-the-rights")
def test_every_replica_keeps_what_it_loads_out_of_the_collectors_walks(tmp_path: Path) -> None:
    path = tmp_path / "rights.snapshot"
    feed, clock, replica = _pair()
    sessions = SessionsReplica(InMemoryEndedSessionsFeed(), clock)
    save_snapshot(path, COMMUNE.snapshot())

    def from_the_feed(one: RightsReplica | SessionsReplica) -> object:
        one.synchronise_once()
        return one.current()[0]

    loads: dict[str, Callable[[], object]] = {
        "rights": lambda: from_the_feed(replica),
        "ended sessions": lambda: from_the_feed(sessions),
        "saved rights": lambda: RightsReplica(feed, clock, saved_at=path).current()[0],
    }
    try:
        for name, load in loads.items():
            gc.unfreeze()
            state = load()
            assert state is not None
            assert gc.get_freeze_count() > 0, name
            assert not any(walked is state for walked in gc.get_objects()), name
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("k"), OSError(28, "full"), RecursionError()])
def test_whatever_a_feed_raises_both_threads_go_on_and_the_replica_takes_everything_again(error: Exception) -> None:
    """A change that cannot be read must neither end the thread nor be asked for again for ever."""
    feed = InMemoryFeed(server=COMMUNE.snapshot())
    pace = Pace(confirm_every=0.02, backoff_first=0.005, backoff_most=0.02)
    replica = RightsReplica(feed, HandClock(), service="cdap", pace=pace)
    failed = {"follow": 0, "confirm": 0}
    again = threading.Event()

    def poison(_: list[SnapshotChange]) -> list[SnapshotChange]:
        failed["follow"] += 1
        raise error

    def deaf() -> None:
        if threading.current_thread().name.endswith("-confirm"):
            failed["confirm"] += 1
            if failed["confirm"] <= 2:
                raise error

    def changed() -> None:
        if feed.snapshots_given >= 2 and failed["confirm"] > 2:
            again.set()

    feed.fault, feed.before_answer = poison, deaf
    replica.on_change(changed)
    replica.start()
    try:
        assert again.wait(20)
        feed.fault = list
        settled = threading.Event()
        replica.on_change(settled.set)
        assert settled.wait(20)
    finally:
        replica.stop()
    assert failed["follow"] > 1

"""The rights feed over gRPC with mutual TLS, followed by the replica that auth and cdap use, on both engines."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import grpc
import pytest

from habpps.adapters.database.feed import SqlFeedReader, SqlReplicas
from habpps.adapters.rpc.rights_feed import MessageLimits, RightsFeedServicer
from habpps.bootstrap import ADMINISTRATION, FEED, PEOPLE
from habpps.domain.people import person_typed
from habpps.domain.states import ContractEvent
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.follow_propagation import FollowPropagation
from habpps.use_cases.manage_groups import CloseGroup
from partenaire.habpps.v1 import rights_feed_pb2 as pb
from partenaire.habpps.v1.rights_feed_pb2_grpc import RightsFeedStub, add_RightsFeedServicer_to_server
from rights.decision import open_extranets
from rights.facts import READER_VERSION, Grant
from rights.feed_client import GrpcRightsFeed
from rights.replica import RightsReplica
from rights.snapshot import Snapshot
from servicekit.clock import SystemClock
from servicekit.errors import AccessDeniedError, ConflictError, InvalidInputError
from servicekit.rpc import CallerPolicy, ChannelOptions, ServerOptions, open_channel, open_server, remote_errors
from servicekit.rpc.certificates import issue, write_authority
from tests.habpps.adapters.conftest import Habpps
from tests.habpps.builders import TODAY
from tests.habpps.direct_acts import CreateUser
from tests.habpps.fakes import FixedClientSessions
from tests.promises import promise

DEADLINE_SECONDS = 10.0


@dataclass
class Served:
    """The feed of a register, and channels to it."""

    habpps: Habpps
    propagation: FollowPropagation
    channel: Callable[[str], grpc.Channel]

    def replica(self, service: str) -> RightsReplica:
        return RightsReplica(GrpcRightsFeed(self.channel(service)), SystemClock(), service=service)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    write_authority(folder / "ca")
    for service in ("habpps", "auth", "cdap", "audit"):
        issue(folder / "ca", service, "test", into=folder / service)
    return folder


@pytest.fixture
def served(habpps: Habpps, certificates: Path, request: pytest.FixtureRequest) -> Iterator[Served]:
    clock = SystemClock()
    feed = SqlFeedReader(habpps.database)
    signals = habpps.all.signals
    propagation = FollowPropagation(SqlReplicas(habpps.database), feed, signals.replicas, clock, FixedClientSessions())
    callers = CallerPolicy.load(
        Path(str(files("habpps.adapters.rpc").joinpath("callers.toml"))), [FEED, ADMINISTRATION, PEOPLE]
    )
    servicer = RightsFeedServicer(feed, propagation, signals.feed, clock, getattr(request, "param", None))
    server = open_server(
        ServerOptions(
            service="habpps",
            environment="test",
            host="127.0.0.1",
            port=0,
            tls_directory=certificates / "habpps",
            threads=4,
            stream_threads=8,
        ),
        services=[(add_RightsFeedServicer_to_server, servicer, FEED.full_name)],
        callers=callers,
    )
    server.start()
    server.set_serving(True)
    with ExitStack() as stack:

        def channel(service: str) -> grpc.Channel:
            options = ChannelOptions(
                address=f"127.0.0.1:{server.port}",
                server="habpps",
                service=service,
                environment="test",
                tls_directory=certificates / service,
            )
            return stack.enter_context(open_channel(options))

        yield Served(habpps, propagation, channel)
        server.stop()


def until(replica: RightsReplica, wanted: Callable[[Snapshot], bool]) -> Snapshot:
    """The replica's state once it is as wanted; the register's own revision says when to look."""
    deadline = SystemClock().boottime() + DEADLINE_SECONDS
    pause = threading.Event()
    while SystemClock().boottime() < deadline:
        state, _ = replica.current()
        if state is not None and wanted(state):
            return state
        pause.wait(0.01)
    raise AssertionError(f"the replica did not come so far: {replica.problem()}")


def test_a_replica_holds_what_the_register_published(served: Served) -> None:
    commune = served.habpps.all.ready()
    replica = served.replica("cdap")
    replica.start()
    state = until(replica, lambda state: state.revision >= 7)
    replica.stop()
    user = served.habpps.all.look(lambda store: store.users.get(commune.user_id))
    assert [one.code for one in open_extranets(state, user.account_id, commune.id, TODAY)] == ["cdap"]
    assert state.digest == SqlFeedReader(served.habpps.database).state().digest


def test_a_suspension_reaches_every_replica_and_is_said_to_be_in_force(served: Served) -> None:
    everything = served.habpps.all
    commune = everything.ready()
    replicas = [served.replica("auth"), served.replica("cdap")]
    for replica in replicas:
        replica.start()
        until(replica, lambda state: state.revision >= 7)
    done = everything.acts.perform(
        everything.caf, ChangeServiceContract(commune.contract_id, ContractEvent.SUSPEND, "contrôle")
    )
    report = served.propagation.wait(done.revision, timedelta(seconds=DEADLINE_SECONDS))
    assert (report.everyone, report.replicas) == (True, 2)
    assert report.in_force_at is not None
    user = everything.look(lambda store: store.users.get(commune.user_id))
    for replica in replicas:
        state, _ = replica.current()
        assert state is not None
        assert open_extranets(state, user.account_id, commune.id, TODAY) == ()
        replica.stop()


def test_a_commit_that_nobody_announced_is_found_too(served: Served) -> None:
    """As after a commit of another process: only looking again can find it."""
    replica = served.replica("auth")
    replica.start()
    until(replica, lambda state: state.revision >= 2)
    quiet = served.habpps.all
    quiet.register._signals = type(quiet.signals)(*(type(quiet.signals.feed)() for _ in range(3)))
    quiet.organisation()
    until(replica, lambda state: state.revision >= 3)
    replica.stop()


def test_a_quiet_feed_sends_heartbeats(served: Served) -> None:
    stub = RightsFeedStub(served.channel("auth"))
    state = SqlFeedReader(served.habpps.database).state()
    clock, beats = SystemClock(), []
    stream = stub.Watch(pb.WatchRequest(from_revision=state.revision, epoch=state.epoch))
    for message in stream:
        beats.append(clock.boottime())
        assert (message.revision, message.previous_revision) == (state.revision, state.revision)
        assert not message.changes
        if len(beats) == 4:
            break
    stream.cancel()
    assert max(after - before for before, after in pairwise(beats)) < 0.5


def test_changes_come_in_order_and_add_up_to_the_digest(served: Served) -> None:
    served.habpps.all.ready()
    stub = RightsFeedStub(served.channel("cdap"))
    newest = SqlFeedReader(served.habpps.database).state()
    stream = stub.Watch(pb.WatchRequest(from_revision=0, epoch=newest.epoch))
    revisions, digest = [], b""
    for message in stream:
        assert message.previous_revision == message.revision - 1
        revisions.append(message.revision)
        digest = message.digest
        if message.revision == newest.revision:
            break
    stream.cancel()
    assert revisions == list(range(1, newest.revision + 1))
    assert digest == newest.digest


@pytest.mark.parametrize(("revision", "epoch", "reason"), [(0, 9, "EPOCH_CHANGED"), (999, 1, "REVISION_UNKNOWN")])
def test_a_replica_of_another_history_is_told_to_start_again(
    served: Served, revision: int, epoch: int, reason: str
) -> None:
    stub = RightsFeedStub(served.channel("cdap"))
    with pytest.raises(ConflictError) as refused, remote_errors():
        next(stub.Watch(pb.WatchRequest(from_revision=revision, epoch=epoch)))
    assert refused.value.reason == reason


def test_a_bumped_epoch_ends_the_streams(served: Served) -> None:
    replica = served.replica("auth")
    replica.start()
    until(replica, lambda state: state.epoch == 1)
    served.habpps.work.write(lambda store: store.publications.bump_epoch(0))
    until(replica, lambda state: state.epoch == 2)
    served.habpps.work.write(lambda store: store.publications.bump_epoch(1_800_000_000))
    until(replica, lambda state: state.epoch == 1_800_000_000)
    replica.stop()


@pytest.mark.parametrize("served", [MessageLimits(facts=3)], indirect=True)
def test_a_snapshot_comes_in_parts_that_fit(served: Served) -> None:
    served.habpps.all.ready()
    parts = list(RightsFeedStub(served.channel("cdap")).GetSnapshot(pb.GetSnapshotRequest()))
    assert len(parts) > 3
    assert [part.last for part in parts] == [False] * (len(parts) - 1) + [True]
    assert max(len(part.facts) for part in parts) == 3
    assert GrpcRightsFeed(served.channel("cdap")).snapshot().digest == parts[0].digest


@pytest.mark.parametrize("served", [MessageLimits(facts=3)], indirect=True)
def test_a_change_of_many_facts_comes_in_parts_and_is_applied_whole(served: Served) -> None:
    everything = served.habpps.all
    commune = everything.ready()
    replica = served.replica("cdap")
    replica.start()
    until(replica, lambda state: state.revision >= 7)
    for number in range(8):
        person = person_typed("Ali", "Marchand", f"ali{number}@n.example")
        everything.acts.perform(commune.partner, CreateUser(person, "agent", (commune.group_id,)))
    done = everything.acts.perform(commune.partner, CloseGroup(commune.group_id, "fin"))
    stream = RightsFeedStub(served.channel("cdap")).Watch(pb.WatchRequest(from_revision=done.revision - 1, epoch=1))
    parts = [next(stream) for _ in range(3)]
    assert [(len(part.changes), part.last) for part in parts] == [(3, False), (3, False), (3, True)]
    assert {(part.revision, part.previous_revision) for part in parts} == {(done.revision, done.revision - 1)}
    stream.cancel()
    state = until(replica, lambda state: state.revision >= done.revision)
    assert {grant.state for grant in state.all_of(Grant)} == {"withdrawn"}
    replica.stop()


@pytest.mark.parametrize("served", [MessageLimits(size_bytes=1)], indirect=True)
def test_a_fact_too_large_for_a_message_asks_for_a_snapshot(served: Served) -> None:
    with pytest.raises(ConflictError) as refused, remote_errors():
        next(RightsFeedStub(served.channel("cdap")).Watch(pb.WatchRequest(from_revision=0, epoch=1)))
    assert refused.value.reason == "REVISION_UNKNOWN"


@promise("extranet:callers-are-listed")
def test_a_service_that_is_not_on_the_list_gets_nothing(served: Served) -> None:
    with pytest.raises(AccessDeniedError), remote_errors():
        RightsFeedStub(served.channel("audit")).GetRevision(pb.GetRevisionRequest())


def test_a_service_acknowledges_in_its_own_name_only(served: Served) -> None:
    stub = RightsFeedStub(served.channel("cdap"))
    stub.Acknowledge(pb.AcknowledgeRequest(replica="cdap-1", revision=3, epoch=1))
    with pytest.raises(InvalidInputError), remote_errors():
        stub.Acknowledge(pb.AcknowledgeRequest(replica="auth-1", revision=3, epoch=1))
    answer = served.propagation.wait(3, timedelta(milliseconds=100))
    assert (answer.everyone, answer.replicas, list(answer.late)) == (True, 1, [])
    late = served.propagation.wait(4, timedelta(milliseconds=100))
    assert (late.everyone, list(late.late)) == (False, ["cdap-1"])


@promise("rights:older-readers-are-named")
@pytest.mark.parametrize(("version", "is_older"), [(READER_VERSION - 1, True), (READER_VERSION, False)])
def test_a_replica_of_an_older_version_is_named_to_the_operator_and_on_the_page(
    served: Served, version: int, is_older: bool
) -> None:
    stub = RightsFeedStub(served.channel("cdap"))
    stub.Acknowledge(pb.AcknowledgeRequest(replica="cdap-1", revision=3, epoch=1, reader_version=version))
    report = served.propagation.wait(3, timedelta(milliseconds=100))
    assert report.older == (("cdap-1",) if is_older else ())
    assert ("cdap-1" in (served.propagation.older_readers() or "")) is is_older


def test_a_replica_says_what_it_reads(served: Served) -> None:
    served.habpps.all.ready()
    replica = served.replica("cdap")
    replica.synchronise_once()
    assert served.propagation.older_readers() is None
    assert served.propagation.wait(1, timedelta(milliseconds=100)).replicas == 1

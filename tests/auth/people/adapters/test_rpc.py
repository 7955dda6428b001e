"""What habpps and cdap ask of auth, over gRPC with mutual TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest

from auth.bootstrap.rpc import serve
from auth.people.adapters.rpc.accounts import AccountsServicer
from auth.people.adapters.rpc.client_sessions import ClientSessionsServicer
from auth.people.adapters.rpc.ended_sessions import EndedSessionsServicer
from auth.people.use_cases.read_ended_sessions import ReadEndedSessions
from auth.settings import AuthSettings
from partenaire.auth.v1 import accounts_pb2 as pb
from partenaire.auth.v1 import ended_sessions_pb2 as feed_pb
from partenaire.auth.v1.accounts_pb2_grpc import AccountsStub
from partenaire.auth.v1.ended_sessions_pb2_grpc import EndedSessionsStub
from rights.feed_client import GrpcEndedSessionsFeed
from rights.sessions import SessionsReplica
from rights.token_marks import TokenMarks
from servicekit.errors import AccessDeniedError, ConflictError, InvalidInputError, NotFoundError
from servicekit.rpc import ChannelOptions, open_channel, remote_errors
from servicekit.rpc.certificates import issue, write_authority
from tests.auth.builders import DIRECTOR, Provider
from tests.promises import promise
from tests.servicekit.rpc.serving import wait_until

DEADLINE_S = 10.0


@dataclass
class Served:
    """The provider behind gRPC."""

    provider: Provider
    channel: Callable[[str], grpc.Channel]
    woken: list[str]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    write_authority(folder / "ca")
    for service in ("auth", "habpps", "cdap", "audit"):
        issue(folder / "ca", service, "test", into=folder / service)
    return folder


@pytest.fixture
def served(stored_provider: Provider, certificates: Path, tmp_path: Path) -> Iterator[Served]:
    tls = certificates / "auth"
    values = {"data_directory": tmp_path, "environment": "test", "rpc_port": 0, "tls_directory": tls}
    settings = AuthSettings.model_validate(values)
    woken: list[str] = []
    accounts = AccountsServicer(
        stored_provider.people.manage_accounts,
        stored_provider.people.change_person,
        lambda: woken.append("mails"),
        lambda: woken.append("logout"),
    )
    feed = ReadEndedSessions(stored_provider.work, stored_provider.clock)
    sessions = ClientSessionsServicer(stored_provider.follow_ending)
    server = serve(settings, accounts, EndedSessionsServicer(feed), sessions)
    server.start()
    server.set_serving(serving=True)
    channels: list[grpc.Channel] = []

    def channel(caller: str) -> grpc.Channel:
        options = ChannelOptions(
            address=f"127.0.0.1:{server.port}",
            server="auth",
            service=caller,
            environment="test",
            tls_directory=certificates / caller,
        )
        channels.append(open_channel(options))
        return channels[-1]

    yield Served(stored_provider, channel, woken)
    for one in channels:
        one.close()
    server.stop()


def an_order(**changes: str) -> pb.CreateAccountRequest:
    values = {
        "command_id": "c1",
        "account_id": "a-new",
        "given_name": "Benoît",
        "family_name": "Petit",
        "email": "benoit.petit@commune.example",
        "owner": "921",
        "requested_by": "admin",
        "organisation_name": "Commune",
    }
    asked = pb.CreateAccountRequest()
    for name, value in {**values, **changes}.items():
        setattr(asked, name, value)
    return asked


@promise("people:told-of-their-rights")
@pytest.mark.parametrize("kind", [one for one in pb.Notice.values() if one])
def test_habpps_has_a_person_told_of_each_kind_of_notice(served: Served, kind: pb.Notice.ValueType) -> None:
    accounts = AccountsStub(served.channel("habpps"))
    asked = pb.NotifyRequest(
        command_id="n1",
        account_id=DIRECTOR,
        notice=kind,
        organisation_name="Commune",
        opened=[pb.Access(extranet="CDAP", profile="T1")],
        closed=[pb.Access(extranet="CDAP", profile="T2")],
        ends_on="2026-12-31",
        subject="CDAP",
    )
    for _again in range(2):
        accounts.Notify(asked, timeout=DEADLINE_S)
    assert served.provider.send_mails() == 1
    assert "Commune" in served.provider.mailer.sent[0].text
    assert "mails" in served.woken


@pytest.mark.parametrize(
    "changes", [{"notice": 0}, {"notice": 99}, {"ends_on": "2026-02-30"}, {"command_id": ""}, {"account_id": ""}]
)
def test_a_notice_that_cannot_be_read_is_refused_whole(served: Served, changes: dict[str, Any]) -> None:
    asked = pb.NotifyRequest(command_id="n1", account_id=DIRECTOR, notice=pb.NOTICE_ACCESS_ENDED)
    for name, value in changes.items():
        setattr(asked, name, value)
    with pytest.raises(InvalidInputError), remote_errors():
        AccountsStub(served.channel("habpps")).Notify(asked, timeout=DEADLINE_S)
    assert served.provider.send_mails() == 0


def test_habpps_creates_an_account_and_sees_when_its_mails_have_left(served: Served) -> None:
    accounts = AccountsStub(served.channel("habpps"))
    created = accounts.CreateAccount(an_order(), timeout=DEADLINE_S).account
    assert created.state == pb.ACCOUNT_STATE_PROVISIONAL
    assert not created.mails_sent
    assert served.woken == ["mails"]
    again = accounts.CreateAccount(an_order(), timeout=DEADLINE_S).account
    assert again == created
    served.provider.send_mails()
    found = accounts.GetAccounts(pb.GetAccountsRequest(account_ids=["a-new", "x"]), timeout=DEADLINE_S).accounts
    assert [(account.username, account.mails_sent) for account in found] == [(created.username, True)]


def test_errors_keep_their_kind(served: Served) -> None:
    accounts = AccountsStub(served.channel("habpps"))
    accounts.CreateAccount(an_order(), timeout=DEADLINE_S)
    with pytest.raises(ConflictError) as taken, remote_errors():
        accounts.CreateAccount(an_order(command_id="c2", family_name="Grand"), timeout=DEADLINE_S)
    assert taken.value.reason == "ACCOUNT_ID_TAKEN"
    with pytest.raises(InvalidInputError) as wrong, remote_errors():
        accounts.CreateAccount(an_order(account_id="a-other", email="x"), timeout=DEADLINE_S)
    assert wrong.value.fields == {"email": "EMAIL_MALFORMED"}
    with pytest.raises(InvalidInputError), remote_errors():
        accounts.LockAccount(pb.LockAccountRequest(account_id=DIRECTOR), timeout=DEADLINE_S)
    with pytest.raises(NotFoundError), remote_errors():
        accounts.LockAccount(pb.LockAccountRequest(command_id="c", account_id="x"), timeout=DEADLINE_S)


def test_habpps_locks_resets_unlocks_and_ends_sessions(served: Served) -> None:
    accounts = AccountsStub(served.channel("habpps"))
    served.provider.sign_in()
    order = {"account_id": DIRECTOR, "requested_by": "admin"}
    ended = accounts.EndSessions(pb.EndSessionsRequest(command_id="1", reason="TEST", **order), timeout=DEADLINE_S)
    assert ended.ended == 1
    accounts.LockAccount(pb.LockAccountRequest(command_id="2", reason="LEFT", **order), timeout=DEADLINE_S)
    accounts.ResetPassword(pb.ResetPasswordRequest(command_id="3", **order), timeout=DEADLINE_S)
    ids = pb.GetAccountsRequest(account_ids=[DIRECTOR])
    (account,) = accounts.GetAccounts(ids, timeout=DEADLINE_S).accounts
    assert account.state == pb.ACCOUNT_STATE_LOCKED
    assert account.last_login_at_us == served.provider.clock.now().timestamp() * 1_000_000
    accounts.UnlockAccount(pb.UnlockAccountRequest(command_id="4", **order), timeout=DEADLINE_S)
    (account,) = accounts.GetAccounts(ids, timeout=DEADLINE_S).accounts
    assert account.state == pb.ACCOUNT_STATE_PROVISIONAL


@pytest.mark.parametrize("caller", ["cdap", "audit"])
def test_nobody_else_may_order(served: Served, caller: str) -> None:
    with pytest.raises(AccessDeniedError), remote_errors():
        AccountsStub(served.channel(caller)).GetAccounts(pb.GetAccountsRequest(), timeout=DEADLINE_S)


def test_a_replica_follows_the_ends_of_sessions(served: Served) -> None:
    provider = served.provider
    before = provider.sign_in().session
    provider.people.sign_out(before.session_id)
    replica = SessionsReplica(GrpcEndedSessionsFeed(served.channel("cdap")), provider.clock)
    replica.start()
    now = provider.clock.now()

    def a_token(session_id: str) -> TokenMarks:
        return TokenMarks(
            session_id=session_id, account_id=DIRECTOR, token_id="family~draw", client_id="cdap", issued_at=now
        )

    try:
        wait_until(lambda: replica.problem() is None, "a confirmed replica")
        assert replica.is_ended(a_token(before.session_id))
        after = provider.sign_in().session
        assert not replica.is_ended(a_token(after.session_id))
        provider.people.sign_out(after.session_id)
        wait_until(lambda: replica.is_ended(a_token(after.session_id)), "the second end")
    finally:
        replica.stop()


def _knows(replica: SessionsReplica, *ended: TokenMarks) -> bool:
    return replica.problem() is None and all(replica.is_ended(token) for token in ended)


@promise("ending:tokens-everywhere")
def test_a_replica_follows_the_ends_of_tokens_and_of_clients_also_one_that_starts_later(served: Served) -> None:
    provider = served.provider
    now = provider.clock.now()
    revoked = TokenMarks(
        session_id="session", account_id=DIRECTOR, token_id="family~draw", client_id="mon-enfant", issued_at=now
    )
    closed = TokenMarks(
        session_id="session", account_id=DIRECTOR, token_id="another~draw", client_id="omega", issued_at=now
    )
    good = TokenMarks(
        session_id="session", account_id=DIRECTOR, token_id="third~draw", client_id="mon-enfant", issued_at=now
    )
    replicas = [SessionsReplica(GrpcEndedSessionsFeed(served.channel("cdap")), provider.clock) for _ in range(2)]
    try:
        replicas[0].start()
        wait_until(lambda: replicas[0].problem() is None, "a confirmed replica")
        assert not any(replicas[0].is_ended(token) for token in (revoked, closed, good))
        provider.work.write(lambda repos: repos.ended_sessions.append_token("family", now))
        provider.work.write(lambda repos: repos.ended_sessions.append_client("omega", now))
        replicas[1].start()
        for replica in replicas:
            wait_until(partial(_knows, replica, revoked, closed), "both ends")
            assert not replica.is_ended(good)
    finally:
        for replica in replicas:
            replica.stop()


def test_the_feed_beats_and_refuses_another_epoch(served: Served) -> None:
    feed = EndedSessionsStub(served.channel("cdap"))
    position = feed.GetRevision(feed_pb.GetRevisionRequest(), timeout=DEADLINE_S)
    stream = feed.Watch(feed_pb.WatchRequest(from_revision=0, epoch=position.epoch), timeout=DEADLINE_S)
    beats = [next(stream), next(stream)]
    assert [(beat.revision, list(beat.sessions)) for beat in beats] == [(0, []), (0, [])]
    stream.cancel()
    with pytest.raises(ConflictError) as refused, remote_errors():
        next(feed.Watch(feed_pb.WatchRequest(from_revision=0, epoch="another"), timeout=DEADLINE_S))
    assert refused.value.reason == "EPOCH_CHANGED"


def test_old_ends_leave_the_snapshot(served: Served) -> None:
    provider = served.provider
    provider.people.sign_out(provider.sign_in().session.session_id)
    feed = EndedSessionsStub(served.channel("cdap"))
    assert len(feed.GetSnapshot(feed_pb.GetSnapshotRequest(), timeout=DEADLINE_S).sessions) == 1
    provider.clock.advance(timedelta(hours=2))
    late = feed.GetSnapshot(feed_pb.GetSnapshotRequest(), timeout=DEADLINE_S)
    assert (late.revision, len(late.sessions)) == (1, 0)

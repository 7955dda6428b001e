"""Commands reach the account service over gRPC, pushed by the relay as soon as an act is committed."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest

from habpps.adapters.background import Wakeup, account_relay
from habpps.adapters.clients.accounts import GrpcAccounts
from habpps.domain.notices import NoticeKind
from habpps.domain.states import UserEvent
from habpps.use_cases.change_user import ForgetSecondStep, LockUser, ResetPassword
from habpps.use_cases.create_user import AttachPerson
from habpps.use_cases.ports import Repositories
from habpps.use_cases.push_account_commands import PushAccountCommands
from partenaire.auth.v1 import accounts_pb2 as pb
from partenaire.auth.v1.accounts_pb2_grpc import AccountsServicer, add_AccountsServicer_to_server
from servicekit.background import each_apart
from servicekit.errors import DependencyUnavailableError
from tests.habpps.adapters.conftest import Habpps
from tests.habpps.builders import DIRECTOR

DEADLINE_SECONDS = 10.0


class Recorded(AccountsServicer):
    """An account service that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.told: list[Any] = []
        self.arrived = threading.Condition()

    def _note(self, request: Any) -> None:
        with self.arrived:
            self.asked.append(request)
            self.arrived.notify_all()

    def until(self, count: int) -> list[Any]:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.asked) >= count, DEADLINE_SECONDS), self.asked
            return list(self.asked)

    def CreateAccount(self, request: Any, context: Any) -> Any:  # noqa: N802 -- name of the method in the proto
        self._note(request)
        account = pb.Account(account_id=request.account_id, username="cleger", mails_sent=True)
        return pb.CreateAccountResponse(account=account)

    def ResetPassword(self, request: Any, context: Any) -> Any:  # noqa: N802 -- name of the method in the proto
        self._note(request)
        return pb.ResetPasswordResponse()

    def ForgetFactors(self, request: Any, context: Any) -> Any:  # noqa: N802 -- name of the method in the proto
        self._note(request)
        return pb.ForgetFactorsResponse()

    def LockAccount(self, request: Any, context: Any) -> Any:  # noqa: N802 -- name of the method in the proto
        self._note(request)
        return pb.LockAccountResponse()

    def UnlockAccount(self, request: Any, context: Any) -> Any:  # noqa: N802 -- name of the method in the proto
        self._note(request)
        return pb.UnlockAccountResponse()

    def EndSessions(self, request: Any, context: Any) -> Any:  # noqa: N802 -- name of the method in the proto
        self._note(request)
        return pb.EndSessionsResponse(ended=1)

    def Notify(self, request: Any, context: Any) -> Any:  # noqa: N802 -- name of the method in the proto
        self.told.append(request)
        return pb.NotifyResponse()

    def UpdateAccount(self, request: Any, context: Any) -> Any:  # noqa: N802 -- name of the method in the proto
        self._note(request)
        return pb.UpdateAccountResponse()

    def Invite(self, request: Any, context: Any) -> Any:  # noqa: N802 -- name of the method in the proto
        self._note(request)
        return pb.InviteResponse(account_mails=True)

    def ProveAddress(self, request: Any, context: Any) -> Any:  # noqa: N802 -- name of the method in the proto
        self._note(request)
        return pb.ProveAddressResponse()

    def GetAccounts(self, request: Any, context: Any) -> Any:  # noqa: N802 -- name of the method in the proto
        self._note(request)
        accounts = [pb.Account(account_id=one, username="cleger", mails_sent=True) for one in request.account_ids]
        return pb.GetAccountsResponse(accounts=accounts)


@pytest.fixture
def served() -> Iterator[tuple[Recorded, grpc.Channel]]:
    servicer = Recorded()
    server = grpc.server(ThreadPoolExecutor(2))
    add_AccountsServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield servicer, channel
    server.stop(None).wait(DEADLINE_SECONDS)


def test_every_kind_of_command_arrives_as_soon_as_it_is_committed(
    on_sqlite: Habpps, served: tuple[Recorded, grpc.Channel]
) -> None:
    servicer, channel = served
    everything = on_sqlite.all
    push = PushAccountCommands(on_sqlite.work, GrpcAccounts(channel), on_sqlite.clock, each_apart)
    relay = account_relay(push)
    commands = everything.signals.commands
    assert isinstance(commands, Wakeup)
    commands.tell(relay.wake)
    relay.start()
    commune = everything.ready()
    first, second = servicer.until(2)
    assert (second.email, second.organisation_name) == (DIRECTOR.email, "Commune de Nanterre")
    assert second.requested_by == commune.partner.account_id
    assert first.command_id != second.command_id
    acts, partner = everything.acts, commune.partner
    acts.perform(partner, LockUser(commune.user_id, UserEvent.LOCK, "vol"))
    assert servicer.until(3)[2].reason == "LOCKED_BY_ADMINISTRATOR"
    acts.perform(partner, LockUser(commune.user_id, UserEvent.UNLOCK, "retrouvé"))
    servicer.until(4)
    acts.perform(partner, ForgetSecondStep(commune.user_id))
    assert type(servicer.until(5)[4]) is pb.ForgetFactorsRequest
    acts.perform(partner, ResetPassword(commune.user_id))
    assert servicer.until(6)[5].account_id == second.account_id
    relay.stop()
    assert relay.problem() is None
    attached = acts.perform(partner, AttachPerson(partner.administrator_id, "agent")).value
    acts.perform(partner, LockUser(attached, UserEvent.LOCK, "essai"))
    push()
    assert type(servicer.until(7)[6]) is pb.LockAccountRequest
    (told,) = servicer.told
    assert (told.notice, told.organisation_name) == (pb.NOTICE_ACCESS_OPENED, "Commune de Nanterre")
    assert [(one.extranet, one.profile) for one in told.opened] == [("CDAP", "T2")]


def test_every_notice_of_habpps_has_its_name_in_the_proto() -> None:
    names = {name.removeprefix("NOTICE_").lower() for name, value in pb.Notice.items() if value}
    assert {one.value for one in NoticeKind} == names


def test_a_silent_account_service_leaves_the_command_waiting(on_sqlite: Habpps) -> None:
    on_sqlite.all.ready()
    with grpc.insecure_channel("127.0.0.1:1") as channel:
        accounts = GrpcAccounts(channel)
        PushAccountCommands(on_sqlite.work, accounts, on_sqlite.clock, each_apart)()
        with pytest.raises(DependencyUnavailableError):
            accounts.status("nobody")

    def waiting(store: Repositories) -> Any:
        return store.commands.next_due_at()

    assert on_sqlite.all.look(waiting) > on_sqlite.clock.now()


def test_the_last_sign_ins_of_a_page_are_asked_for_at_once(served: tuple[Recorded, grpc.Channel]) -> None:
    servicer, channel = served
    assert GrpcAccounts(channel).last_sign_ins([]) == {}
    assert servicer.asked == [], "nobody is asked about nobody"
    assert GrpcAccounts(channel).last_sign_ins(["a", "b"]) == {"a": None, "b": None}
    assert len(servicer.asked) == 1

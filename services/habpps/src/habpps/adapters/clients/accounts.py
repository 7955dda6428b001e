"""The account service of auth over gRPC."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc

from habpps.domain.account_command import AccountCommand, CommandKind
from habpps.domain.notices import read_accesses
from habpps.use_cases.ports import AccountStatus
from partenaire.auth.v1 import accounts_pb2 as pb
from partenaire.auth.v1.accounts_pb2_grpc import AccountsStub
from servicekit.rpc import remote_errors

DEADLINE_SECONDS = 5.0
PAGE_DEADLINE_SECONDS = 1.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class GrpcAccounts:
    """Implements ports.Accounts."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub: Any = AccountsStub(channel)
        self._push: dict[CommandKind, Callable[[AccountCommand], AccountStatus]] = {
            CommandKind.CREATE: self._create,
            CommandKind.RESET_PASSWORD: self._reset,
            CommandKind.FORGET_FACTORS: self._forget_factors,
            CommandKind.LOCK: self._lock,
            CommandKind.UNLOCK: self._unlock,
            CommandKind.END_SESSIONS: self._end_sessions,
            CommandKind.NOTIFY: self._notify,
            CommandKind.UPDATE: self._update,
            CommandKind.INVITE: self._invite,
            CommandKind.PROVE_ADDRESS: self._prove_address,
        }

    def push(self, command: AccountCommand) -> AccountStatus:
        """Carry out a command; auth recognises a repeated one by its identifier."""
        with remote_errors():
            return self._push[command.kind](command)

    def status(self, account_id: str) -> AccountStatus | None:
        """Return the state of an account."""
        with remote_errors():
            answer = self._stub.GetAccounts(pb.GetAccountsRequest(account_ids=[account_id]), timeout=DEADLINE_SECONDS)
        return next((AccountStatus(one.username, one.mails_sent, one.mail_problem) for one in answer.accounts), None)

    def last_sign_ins(self, account_ids: Sequence[str]) -> Mapping[str, datetime | None]:
        """Return the last sign-ins; a page waits for them for a moment only."""
        if not account_ids:
            return {}
        with remote_errors():
            asked = pb.GetAccountsRequest(account_ids=list(account_ids))
            answer = self._stub.GetAccounts(asked, timeout=PAGE_DEADLINE_SECONDS)
        return {one.account_id: _moment(one.last_login_at_us) for one in answer.accounts}

    def _create(self, command: AccountCommand) -> AccountStatus:
        content = command.content
        request = pb.CreateAccountRequest(
            command_id=command.id,
            account_id=command.account_id,
            given_name=content["given_name"],
            family_name=content["family_name"],
            email=content["email"],
            requested_by=command.requested_by,
            organisation_name=content["organisation_name"],
            owner=content["owner"],
            opened=_accesses(content, "opened"),
        )
        account = self._stub.CreateAccount(request, timeout=DEADLINE_SECONDS).account
        return AccountStatus(account.username, account.mails_sent, account.mail_problem)

    def _reset(self, command: AccountCommand) -> AccountStatus:
        request = pb.ResetPasswordRequest(
            command_id=command.id, account_id=command.account_id, requested_by=command.requested_by
        )
        self._stub.ResetPassword(request, timeout=DEADLINE_SECONDS)
        return AccountStatus(command.username, mails_sent=False)

    def _forget_factors(self, command: AccountCommand) -> AccountStatus:
        request = pb.ForgetFactorsRequest(
            command_id=command.id, account_id=command.account_id, requested_by=command.requested_by
        )
        self._stub.ForgetFactors(request, timeout=DEADLINE_SECONDS)
        return AccountStatus(command.username, mails_sent=True)

    def _lock(self, command: AccountCommand) -> AccountStatus:
        request = pb.LockAccountRequest(
            command_id=command.id,
            account_id=command.account_id,
            requested_by=command.requested_by,
            reason=command.content["reason"],
        )
        self._stub.LockAccount(request, timeout=DEADLINE_SECONDS)
        return AccountStatus(command.username, mails_sent=True)

    def _unlock(self, command: AccountCommand) -> AccountStatus:
        request = pb.UnlockAccountRequest(
            command_id=command.id, account_id=command.account_id, requested_by=command.requested_by
        )
        self._stub.UnlockAccount(request, timeout=DEADLINE_SECONDS)
        return AccountStatus(command.username, mails_sent=True)

    def _notify(self, command: AccountCommand) -> AccountStatus:
        content = command.content
        request = pb.NotifyRequest(
            command_id=command.id,
            account_id=command.account_id,
            requested_by=command.requested_by,
            notice=pb.Notice.Value(f"NOTICE_{content['notice'].upper()}"),
            organisation_name=content["organisation_name"],
            opened=_accesses(content, "opened"),
            closed=_accesses(content, "closed"),
            ends_on=content["ends_on"],
            subject=content["subject"],
            reason=content["reason"],
        )
        self._stub.Notify(request, timeout=DEADLINE_SECONDS)
        return AccountStatus(command.username, mails_sent=True)

    def _update(self, command: AccountCommand) -> AccountStatus:
        content = command.content
        request = pb.UpdateAccountRequest(
            command_id=command.id,
            account_id=command.account_id,
            requested_by=command.requested_by,
            given_name=content["given_name"],
            family_name=content["family_name"],
            email=content["email"],
        )
        self._stub.UpdateAccount(request, timeout=DEADLINE_SECONDS)
        return AccountStatus(command.username, mails_sent=True)

    def _invite(self, command: AccountCommand) -> AccountStatus:
        content = command.content
        request = pb.InviteRequest(
            command_id=command.id,
            account_id=command.account_id,
            requested_by=command.requested_by,
            given_name=content["given_name"],
            family_name=content["family_name"],
            email=content["email"],
            organisation_name=content["organisation_name"],
            invitation_id=content["invitation_id"],
            expires_at_us=int(content["expires_at_us"]),
            renew=bool(content["renew"]),
        )
        answer = self._stub.Invite(request, timeout=DEADLINE_SECONDS)
        return AccountStatus("", mails_sent=True, account_mails=answer.account_mails)

    def _prove_address(self, command: AccountCommand) -> AccountStatus:
        content = command.content
        request = pb.ProveAddressRequest(
            command_id=command.id,
            account_id=command.account_id,
            requested_by=command.requested_by,
            email=content["email"],
            change_id=content["change_id"],
            expires_at_us=int(content["expires_at_us"]),
            organisation_name=content["organisation_name"],
        )
        self._stub.ProveAddress(request, timeout=DEADLINE_SECONDS)
        return AccountStatus(command.username, mails_sent=True)

    def _end_sessions(self, command: AccountCommand) -> AccountStatus:
        request = pb.EndSessionsRequest(
            command_id=command.id,
            account_id=command.account_id,
            requested_by=command.requested_by,
            reason=command.content["reason"],
        )
        self._stub.EndSessions(request, timeout=DEADLINE_SECONDS)
        return AccountStatus(command.username, mails_sent=True)


def _moment(microseconds: int) -> datetime | None:
    return _EPOCH + timedelta(microseconds=microseconds) if microseconds else None


def _accesses(content: Mapping[str, str], name: str) -> list[pb.Access]:
    return [pb.Access(extranet=label, profile=profile) for label, profile in read_accesses(content.get(name, ""))]

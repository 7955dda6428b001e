"""partenaire.auth.v1.Accounts: what habpps orders. Translation only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from auth.people.domain.accounts import AccountState
from auth.people.domain.links import LinkKind, LinkTo
from auth.people.domain.notices import Access, Notice, NoticeKind
from auth.people.use_cases.change_person import ChangePerson, Invited
from auth.people.use_cases.manage_accounts import AccountView, ManageAccounts, NewPerson
from auth.people.use_cases.orders import Order
from partenaire.auth.v1 import accounts_pb2 as pb
from partenaire.auth.v1 import accounts_pb2_grpc
from servicekit.errors import InvalidInputError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STATES = {
    AccountState.PROVISIONAL: pb.ACCOUNT_STATE_PROVISIONAL,
    AccountState.ACTIVE: pb.ACCOUNT_STATE_ACTIVE,
    AccountState.LOCKED: pb.ACCOUNT_STATE_LOCKED,
}


class AccountsServicer(accounts_pb2_grpc.AccountsServicer):
    """Errors are translated by the steps of `servicekit.rpc`."""

    def __init__(self, manage: ManageAccounts, change: ChangePerson, wake_mails: Any, wake_logout: Any) -> None:
        """The two functions start what the order left to send."""
        self._manage = manage
        self._change = change
        self._wake_mails = wake_mails
        self._wake_logout = wake_logout

    def CreateAccount(self, request: pb.CreateAccountRequest, _context: object) -> pb.CreateAccountResponse:  # noqa: N802
        """See the proto."""
        person = NewPerson(
            account_id=request.account_id,
            given_name=request.given_name,
            family_name=request.family_name,
            email=request.email,
            organisation_name=request.organisation_name,
            owner=request.owner,
            opened=_accesses(request.opened),
        )
        view = self._manage.create(_order(request), person)
        self._wake_mails()
        return pb.CreateAccountResponse(account=_account(view))

    def ResetPassword(self, request: pb.ResetPasswordRequest, _context: object) -> pb.ResetPasswordResponse:  # noqa: N802
        """See the proto."""
        self._manage.reset_password(_order(request))
        self._wake_mails()
        self._wake_logout()
        return pb.ResetPasswordResponse()

    def ForgetFactors(self, request: pb.ForgetFactorsRequest, _context: object) -> pb.ForgetFactorsResponse:  # noqa: N802
        """See the proto."""
        self._manage.forget_factors(_order(request))
        self._wake_mails()
        self._wake_logout()
        return pb.ForgetFactorsResponse()

    def LockAccount(self, request: pb.LockAccountRequest, _context: object) -> pb.LockAccountResponse:  # noqa: N802
        """See the proto."""
        self._manage.lock(_order(request))
        self._wake_logout()
        return pb.LockAccountResponse()

    def UnlockAccount(self, request: pb.UnlockAccountRequest, _context: object) -> pb.UnlockAccountResponse:  # noqa: N802
        """See the proto."""
        self._manage.unlock(_order(request))
        return pb.UnlockAccountResponse()

    def EndSessions(self, request: pb.EndSessionsRequest, _context: object) -> pb.EndSessionsResponse:  # noqa: N802
        """See the proto."""
        ended = self._manage.end_sessions(_order(request))
        self._wake_logout()
        return pb.EndSessionsResponse(ended=ended)

    def Notify(self, request: pb.NotifyRequest, _context: object) -> pb.NotifyResponse:  # noqa: N802
        """See the proto."""
        self._manage.notify(_order(request), _notice(request), request.organisation_name)
        self._wake_mails()
        return pb.NotifyResponse()

    def UpdateAccount(self, request: pb.UpdateAccountRequest, _context: object) -> pb.UpdateAccountResponse:  # noqa: N802
        """See the proto."""
        self._change.update(_order(request), _said(request))
        self._wake_mails()
        return pb.UpdateAccountResponse()

    def Invite(self, request: pb.InviteRequest, _context: object) -> pb.InviteResponse:  # noqa: N802
        """See the proto."""
        invited = Invited(
            person=replace(_said(request), organisation_name=request.organisation_name),
            invitation_id=request.invitation_id,
            expires_at=_moment(request.expires_at_us),
            renew=request.renew,
        )
        account_mails = self._change.invite(_order(request), invited)
        self._wake_mails()
        return pb.InviteResponse(account_mails=account_mails)

    def ProveAddress(self, request: pb.ProveAddressRequest, _context: object) -> pb.ProveAddressResponse:  # noqa: N802
        """See the proto."""
        until = _moment(request.expires_at_us)
        link = LinkTo(kind=LinkKind.ADDRESS, reference=request.change_id, expires_at=until)
        self._change.prove_address(_order(request), request.email, link, request.organisation_name)
        self._wake_mails()
        return pb.ProveAddressResponse()

    def GetAccounts(self, request: pb.GetAccountsRequest, _context: object) -> pb.GetAccountsResponse:  # noqa: N802
        """See the proto."""
        views = self._manage.several(list(request.account_ids))
        return pb.GetAccountsResponse(accounts=[_account(view) for view in views])


def _said(request: Any) -> NewPerson:
    return NewPerson(
        account_id=request.account_id,
        given_name=request.given_name,
        family_name=request.family_name,
        email=request.email,
    )


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _order(request: Any) -> Order:
    if not request.command_id or not request.account_id:
        missing = "command_id" if not request.command_id else "account_id"
        raise InvalidInputError(f"{missing} is missing", reason="ORDER_INCOMPLETE", fields={missing: "MISSING"})
    return Order(
        command_id=request.command_id,
        account_id=request.account_id,
        requested_by=request.requested_by,
        reason=getattr(request, "reason", ""),
    )


def _notice(request: pb.NotifyRequest) -> Notice:
    """What is told.

    Raises:
        InvalidInputError: NOTICE_INVALID, the kind or the day cannot be read.
    """
    try:
        kind = NoticeKind(pb.Notice.Name(request.notice).removeprefix("NOTICE_").lower())
        last_day = date.fromisoformat(request.ends_on) if request.ends_on else None
    except ValueError as error:
        raise InvalidInputError("the notice cannot be read", reason="NOTICE_INVALID") from error
    opened, closed = _accesses(request.opened), _accesses(request.closed)
    return Notice(kind, opened, closed, last_day, request.subject, request.reason)


def _accesses(said: Iterable[pb.Access]) -> tuple[Access, ...]:
    return tuple(Access(one.extranet, one.profile) for one in said)


def _account(view: AccountView) -> pb.Account:
    account = view.account
    last = account.last_login_at
    return pb.Account(
        account_id=account.account_id,
        username=account.username,
        state=_STATES[account.state],
        last_login_at_us=(last - _EPOCH) // timedelta(microseconds=1) if last is not None else 0,
        mails_sent=view.mails_sent,
        mail_problem=view.mail_problem,
        second_step=view.second_step,
    )

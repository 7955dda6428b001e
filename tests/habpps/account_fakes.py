"""The account service, in memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from habpps.domain.account_command import AccountCommand, CommandKind
from habpps.use_cases.ports import (
    AccountStatus,
)


class FakeAccounts:
    """The account service as the relay sees it. `failure` is raised by every call while it is set;
    `in_use`: accounts that were signed in with."""

    def __init__(self) -> None:
        self.pushed: list[AccountCommand] = []
        self.mails_sent = True
        self.failure: Exception | None = None
        self.known: dict[str, AccountStatus] = {}
        self.signed_in: dict[str, datetime] = {}
        self.in_use: set[str] = set()

    def push(self, command: AccountCommand) -> AccountStatus:
        if self.failure is not None:
            raise self.failure
        self.pushed.append(command)
        begins = command.kind is CommandKind.INVITE and command.account_id not in self.in_use
        status = AccountStatus("jdupont", self.mails_sent, account_mails=begins)
        self.known[command.account_id] = status
        return status

    def last_sign_ins(self, account_ids: Sequence[str]) -> Mapping[str, datetime | None]:
        if self.failure is not None:
            raise self.failure
        return {one: self.signed_in.get(one) for one in account_ids}

    def status(self, account_id: str) -> AccountStatus | None:
        if self.failure is not None:
            raise self.failure
        status = self.known.get(account_id)
        return None if status is None else AccountStatus(status.username, self.mails_sent)

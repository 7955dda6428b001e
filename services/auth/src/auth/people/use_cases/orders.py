"""What habpps orders of an account, carried out once however often it is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from auth.ground.domain.errors import AccountUnknownError
from auth.ground.use_cases.shelves import HasAccounts, HasCommands
from auth.people.domain.accounts import Account
from auth.people.use_cases.stores.accounts import AccountsById, Commands
from servicekit.audit_events import AuditEvent, Outcome, RecordedWork
from servicekit.clock import Clock


@dataclass(frozen=True, kw_only=True)
class Order:
    """A command of an administrator, carried by a service."""

    command_id: str
    account_id: str
    requested_by: str
    reason: str = ""


class Orders(HasAccounts[AccountsById], HasCommands[Commands], Protocol):
    """What is asked of the store about any order."""


S = TypeVar("S", bound=Orders)


def carried_out_once(
    work: RecordedWork[S],
    clock: Clock,
    order: Order,
    change: Callable[[S, Account, datetime], tuple[str, tuple[AuditEvent, ...]]],
) -> str:
    """Carries an order out unless it was already; gives its answer.

    Raises:
        AccountUnknownError: no such account.
    """
    known = work.read(lambda repos: repos.commands.answer_of(order.command_id))
    if known is not None:
        return known

    def carry_out(repos: S) -> Outcome[str]:
        now = clock.now()
        account = repos.accounts.find(order.account_id)
        if account is None:
            raise AccountUnknownError("no such account")
        answer, recorded = change(repos, account, now)
        repos.commands.remember(order.command_id, answer, now)
        return Outcome(answer, recorded)

    return work.record(carry_out)

"""The commands that Habpps gives to auth: in order, again after a silence, kept when they are refused."""

from datetime import timedelta

from habpps.domain.account_command import CommandKind, CommandState
from habpps.use_cases.change_user import ResetPassword
from habpps.use_cases.push_account_commands import PushAccountCommands
from habpps.use_cases.retry_account_command import RetryAccountCommand
from servicekit.background import each_apart
from servicekit.errors import ConflictError, DependencyUnavailableError
from tests.habpps.account_fakes import FakeAccounts
from tests.habpps.builders import (
    DIRECTOR,
    Commune,
    MemoryRegister,
)
from tests.promises import promise


def test_commands_are_pushed_in_order_and_asked_about_until_the_mails_have_left(
    memory: MemoryRegister, commune: Commune
) -> None:
    accounts = FakeAccounts()
    accounts.mails_sent = False
    push = PushAccountCommands(memory.work, accounts, memory.all.clock, each_apart)
    assert push() == timedelta(0), "the notice comes after the account"
    assert push() == timedelta(seconds=1)
    kinds = [command.kind for command in accounts.pushed]
    assert kinds == [CommandKind.CREATE, CommandKind.CREATE, CommandKind.NOTIFY]
    assert accounts.pushed[1].content["email"] == DIRECTOR.email
    accounts.mails_sent = True
    memory.all.clock.advance(timedelta(seconds=1))
    assert push() is None
    assert len(accounts.pushed) == 3
    states = {row.state for row in memory.store.commands.rows.values()}  # type: ignore[attr-defined]
    assert states == {CommandState.DONE}


@promise("accounts:a-silent-auth-loses-nothing")
def test_a_silent_account_service_is_tried_again_and_a_refusal_is_kept(
    memory: MemoryRegister, commune: Commune
) -> None:
    accounts = FakeAccounts()
    push = PushAccountCommands(memory.work, accounts, memory.all.clock, each_apart)
    accounts.failure = DependencyUnavailableError("down", reason="REMOTE_UNAVAILABLE")
    assert push() == timedelta(seconds=1)
    memory.all.clock.advance(timedelta(seconds=1))
    assert push() == timedelta(seconds=2)
    memory.all.acts.perform(commune.partner, ResetPassword(commune.user_id))
    accounts.failure = ConflictError("taken", reason="ACCOUNT_ID_TAKEN")
    memory.all.clock.advance(timedelta(seconds=2))
    push()
    rows = list(memory.store.commands.rows.values())  # type: ignore[attr-defined]
    assert [(row.state, row.problem) for row in rows[:2]] == [(CommandState.REFUSED, "ACCOUNT_ID_TAKEN")] * 2
    assert rows[2].state is CommandState.PENDING
    accounts.failure = None
    push()
    assert accounts.pushed == []  # nothing of this person goes before the account is there
    memory.all.acts.perform(commune.partner, RetryAccountCommand(commune.id, rows[2].account_id))
    push()
    push()
    first, *later = [one.kind for one in accounts.pushed]
    assert (first, sorted(later)) == (CommandKind.CREATE, [CommandKind.NOTIFY, CommandKind.RESET_PASSWORD])

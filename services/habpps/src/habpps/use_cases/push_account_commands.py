"""Pushes the account commands that wait, in order for each account, until the account service has accepted them."""

from datetime import datetime, timedelta

from habpps.domain.account_command import AccountCommand, CommandState
from habpps.use_cases.ports import Accounts, Store
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock
from servicekit.errors import DependencyUnavailableError, ServiceError, TooManyRequestsError

BATCH = 50


class PushAccountCommands:
    """One pass over the commands that are due."""

    def __init__(self, work: RecordedWork[Store], accounts: Accounts, clock: Clock) -> None:
        """Keep the unit of work: the progress of a command is a technical write, the act itself is recorded."""
        self._work = work
        self._accounts = accounts
        self._clock = clock

    def __call__(self) -> timedelta | None:
        """Push what is due; return how long to wait for the next one, None when nothing waits.

        Raises:
            DependencyUnavailableError: our own database does not answer.
        """
        now = self._clock.now()
        for command in self._work.read(lambda store: store.commands.due(now, BATCH)):
            after = self._pushed(command)
            self._work.write(lambda store, after=after: store.commands.save(after))  # type: ignore[misc]
        return self._until(self._work.read(lambda store: store.commands.next_due_at()))

    def _pushed(self, command: AccountCommand) -> AccountCommand:
        now = self._clock.now()
        try:
            if command.state is CommandState.SENT:
                status = self._accounts.status(command.account_id)
                if status is None:
                    return command.refused("ACCOUNT_UNKNOWN")
            else:
                status = self._accounts.push(command)
        except (DependencyUnavailableError, TooManyRequestsError) as failure:
            return command.failed(failure.reason, now)
        except ServiceError as refusal:
            return command.refused(refusal.reason)
        return command.accepted(status.username, mails_sent=status.mails_sent, now=now)

    def _until(self, moment: datetime | None) -> timedelta | None:
        return None if moment is None else max(moment - self._clock.now(), timedelta())

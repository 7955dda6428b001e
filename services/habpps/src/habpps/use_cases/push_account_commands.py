"""Pushes the account commands that wait, in order for each account, until the account service has accepted them.

One that it refuses, or that cannot even be sent, is set aside: it is recorded, written in the organisation's history,
shown on the pages, and the others go on.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from habpps.domain.account_command import MOST_INCIDENTS, AccountCommand, CommandKind, CommandState
from habpps.domain.reach import Reach
from habpps.domain.refusals import InvitationClosedError
from habpps.use_cases.appoint_administrator import person_of
from habpps.use_cases.pass_on_invitations import addressed, passed_on
from habpps.use_cases.ports import Accounts, AccountStatus, ActRecord, CommandSubject, Repositories
from servicekit.audit_events import NATIONAL, AuditEvent, AuditUnavailableError, Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.errors import DependencyUnavailableError, ServiceError, TooManyRequestsError
from servicekit.references import new_reference

BATCH = 50
COMMANDS = "account commands"
REFUSED = "habpps.account_command.refused"


class EachApart(Protocol):
    """`servicekit.background.each_apart`: handles each item of a queue; a poisoned one is set aside."""

    def __call__(
        self,
        items: Iterable[str],
        handle: Callable[[str], None],
        set_aside: Callable[[str, str, str], None],
        *,
        queue: str,
    ) -> int:
        """Return how many were set aside; `set_aside` gets the item, the name of the failure and its reference.

        Raises:
            ServiceError: the queue itself cannot be read or written.
        """
        ...


class PushAccountCommands:
    """One pass over the commands that are due."""

    def __init__(
        self, work: RecordedWork[Repositories], accounts: Accounts, clock: Clock, each_apart: EachApart
    ) -> None:
        """Keep the unit of work: the progress of a command is a technical write, a refusal is recorded.

        `each_apart` is that of `servicekit.background`: whatever else goes wrong with one command sets it aside.
        """
        self._each_apart = each_apart
        self._work = work
        self._accounts = accounts
        self._clock = clock

    def __call__(self) -> timedelta | None:
        """Push what is due; return how long to wait for the next one, None when nothing waits.

        Raises:
            DependencyUnavailableError: our own database does not answer.
        """
        now = self._clock.now()
        due = self._work.read(lambda store: store.commands.due(now, BATCH))
        self._each_apart(due, self._push, self._set_aside, queue=COMMANDS)
        return self._until(self._work.read(lambda store: store.commands.next_due_at()))

    def _push(self, command_id: str) -> None:
        command = self._work.read(lambda store: store.commands.get(command_id))
        if command is None:
            return
        try:
            told = self._addressed(command) if command.kind is CommandKind.INVITE else command
        except InvitationClosedError:
            over = command.accepted("", mails_sent=True, now=self._clock.now())
            self._work.write(lambda store: store.commands.save(over))
            return
        after = self._pushed(told)
        if after is not None:
            self._work.write(lambda store: store.commands.save(replace(after, account_id=command.account_id)))

    def _addressed(self, command: AccountCommand) -> AccountCommand:
        """An invitation with the account that it goes to. In one queue with every act: two invitations of one person
        never make two accounts."""

        def look(store: Repositories) -> Mapping[str, str]:
            store.publications.lock()
            return addressed(store, command, self._clock)

        content = self._work.write(look)
        return replace(command, content=content, account_id=content["account_id"])

    def _pushed(self, command: AccountCommand) -> AccountCommand | None:
        """Return the command after one attempt, None when it was set aside."""
        now = self._clock.now()
        status: AccountStatus | None
        try:
            if command.state is CommandState.SENT:
                status = self._accounts.status(command.account_id)
            else:
                status = self._accounts.push(command)
        except (DependencyUnavailableError, TooManyRequestsError) as failure:
            if failure.reason != "INTERNAL" or command.attempts + 1 < MOST_INCIDENTS:
                return command.failed(failure.reason, now)
            refused = failure.reason
        except ServiceError as refusal:
            refused = refusal.reason
        else:
            if status is not None:
                if command.kind is CommandKind.INVITE:
                    invitation_id, answer = command.content["invitation_id"], status
                    self._work.write(lambda store: passed_on(store, invitation_id, answer))
                problem = status.mail_problem
                return command.accepted(status.username, mails_sent=status.mails_sent, now=now, mail_problem=problem)
            refused = "ACCOUNT_UNKNOWN"
        self._set_aside(command.id, refused, new_reference())
        return None

    def _set_aside(self, command_id: str, problem: str, reference: str) -> None:
        reason = problem if problem.isupper() else "INTERNAL"

        def work(store: Repositories) -> Outcome[None]:
            store.commands.set_aside(command_id, reason, reference)
            about = store.commands.subject_of(command_id)
            event = AuditEvent(
                type=REFUSED,
                decision="refused",
                policy="buffered",
                owner=about.caf or NATIONAL,
                actor_id=None,
                organisation_id=about.organisation_id or None,
                subject=f"account:{about.account_id}",
                reason=reason,
                payload={"kind": about.kind, "problem": problem},
                occurred_at=self._clock.now(),
                reference=reference,
            )
            details = {"kind": about.kind, "problem": reason, "reference": reference}
            _write_down(store.within(Reach(about.caf)), about, event, details)
            return Outcome(None, (event,))

        with suppress(AuditUnavailableError):  # it is written and recorded: the event leaves when audit is back
            self._work.record(work)

    def _until(self, moment: datetime | None) -> timedelta | None:
        return None if moment is None else max(moment - self._clock.now(), timedelta())


def _write_down(near: Repositories, about: CommandSubject, event: AuditEvent, details: Mapping[str, str]) -> None:
    """In the journal of the organisation and the Caf, with the name of the person as it is known now."""
    near.journal.add(
        ActRecord(
            id=event.event_id,
            occurred_at=event.occurred_at,
            organisation_id=about.organisation_id,
            caf=about.caf,
            author_account_id="",
            author_name="",
            act=REFUSED,
            label=_name(near, about),
            reason="",
            details=details,
        )
    )


def _name(near: Repositories, about: CommandSubject) -> str:
    """Of the person, or of an invitation as it was typed: it has a queue of its own."""
    invitation = near.invitations.get(about.account_id)
    person = person_of(near, about.organisation_id, about.account_id) if invitation is None else invitation.person
    return "" if person is None else person.display_name

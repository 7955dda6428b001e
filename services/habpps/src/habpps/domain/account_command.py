"""Commands to the account service: written in the transaction of the act, pushed afterwards until done or refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=1)


class CommandKind(StrEnum):
    """What is asked of the account service."""

    CREATE = "create"
    RESET_PASSWORD = "reset_password"  # noqa: S105 -- the name of an act, not a password
    LOCK = "lock"
    UNLOCK = "unlock"
    END_SESSIONS = "end_sessions"


class CommandState(StrEnum):
    """`pending`: not pushed yet; `sent`: accepted, the mails have not left yet; `done`; `refused`: never accepted."""

    PENDING = "pending"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True)
class AccountCommand:
    """One command, idempotent by `id`. `content` is emptied when it is done: it holds names and an address."""

    id: str
    kind: CommandKind
    account_id: str
    organisation_id: str
    requested_by: str
    requested_at: datetime
    next_attempt_at: datetime
    content: Mapping[str, str] = field(default_factory=dict)
    state: CommandState = CommandState.PENDING
    attempts: int = 0
    problem: str = ""
    username: str = ""

    def failed(self, problem: str, now: datetime) -> "AccountCommand":
        """Say that the account service did not answer: try again later, twice as late each time, at most a minute."""
        delay = min(FIRST_RETRY * 2 ** min(self.attempts, 10), LONGEST_RETRY)
        return replace(self, attempts=self.attempts + 1, problem=problem, next_attempt_at=now + delay)

    def accepted(self, username: str, *, mails_sent: bool, now: datetime) -> "AccountCommand":
        """Say that the account service did it; mails that have not left are asked about again."""
        if mails_sent:
            return replace(self, state=CommandState.DONE, content={}, problem="", username=username)
        waiting = replace(self, state=CommandState.SENT, content={}, problem="", username=username)
        return replace(waiting, attempts=self.attempts + 1, next_attempt_at=now + FIRST_RETRY)

    def refused(self, problem: str) -> "AccountCommand":
        """Say that the account service will never do it, and why."""
        return replace(self, state=CommandState.REFUSED, content={}, problem=problem)

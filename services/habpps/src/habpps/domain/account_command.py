"""Commands to the account service: written in the transaction of the act, pushed afterwards until done or refused.

A refused one is set aside and shown; it may be tried again. While the creation of an account is set aside, the later
commands of the same account wait behind it, so that their order is kept; those of others go on. Notices come last: a
thousand of them keep no lock and no password waiting.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=1)
MOST_INCIDENTS = 5
"""How often the account service may fail at one command by a mistake of its own before that command is set aside."""


class CommandKind(StrEnum):
    """What is asked of the account service."""

    CREATE = "create"
    FORGET_FACTORS = "forget_factors"
    RESET_PASSWORD = "reset_password"  # noqa: S105 -- the name of an act, not a password
    LOCK = "lock"
    UNLOCK = "unlock"
    END_SESSIONS = "end_sessions"
    NOTIFY = "notify"
    UPDATE = "update"
    INVITE = "invite"
    PROVE_ADDRESS = "prove_address"


MAILS = {
    CommandKind.CREATE: 2,
    CommandKind.FORGET_FACTORS: 0,
    CommandKind.RESET_PASSWORD: 1,
    CommandKind.LOCK: 0,
    CommandKind.UNLOCK: 0,
    CommandKind.END_SESSIONS: 0,
    CommandKind.NOTIFY: 0,
    CommandKind.UPDATE: 0,
    CommandKind.INVITE: 0,
    CommandKind.PROVE_ADDRESS: 0,
}
"""How many mails with an identifier or a password a person gets from each: two separate ones for a new account."""


class CommandState(StrEnum):
    """`pending`: not pushed yet; `sent`: accepted, the mails have not left yet; `done`; `refused`: set aside."""

    PENDING = "pending"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class AccountCommand:
    """One command, idempotent by `id`. `content` is emptied when it is done: it holds names and an address."""

    id: str
    kind: CommandKind
    account_id: str
    organisation_id: str
    caf: str
    requested_by: str
    requested_at: datetime
    next_attempt_at: datetime
    content: Mapping[str, str] = field(default_factory=dict)
    state: CommandState = CommandState.PENDING
    attempts: int = 0
    problem: str = ""
    username: str = ""
    reference: str = ""
    """Under which the log has the refusal."""

    def failed(self, problem: str, now: datetime) -> "AccountCommand":
        """Say that the account service did not answer: try again later, twice as late each time, at most a minute."""
        delay = min(FIRST_RETRY * 2 ** min(self.attempts, 10), LONGEST_RETRY)
        return replace(self, attempts=self.attempts + 1, problem=problem, next_attempt_at=now + delay)

    def accepted(self, username: str, *, mails_sent: bool, now: datetime, mail_problem: str = "") -> "AccountCommand":
        """Say that the account service did it; mails that have not left are asked about again, more seldom when
        `mail_problem` says why they do not."""
        if mails_sent:
            return replace(self, state=CommandState.DONE, content={}, problem="", username=username)
        waiting = replace(self, state=CommandState.SENT, content={}, problem=mail_problem, username=username)
        again = now + (LONGEST_RETRY if mail_problem else FIRST_RETRY)
        return replace(waiting, attempts=self.attempts + 1, next_attempt_at=again)

    def refused(self, problem: str, reference: str) -> "AccountCommand":
        """Set it aside: the account service will not do it as it is."""
        return replace(self, state=CommandState.REFUSED, content={}, problem=problem, reference=reference)

    def again(self, content: Mapping[str, str], requested_by: str, now: datetime) -> "AccountCommand":
        """Try a refused one once more, with today's content: the same command, so the order is kept."""
        return replace(
            self,
            state=CommandState.PENDING,
            content=dict(content),
            requested_by=requested_by,
            next_attempt_at=now,
            attempts=0,
            problem="",
            reference="",
        )


def microseconds(moment: datetime) -> str:
    """A moment as the content of a command carries it: microseconds since 1970, in digits."""
    return str((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))

"""What the journal refuses, each with its stable reason."""

from datetime import timedelta

from servicekit.errors import (
    AccessDeniedError,
    ConflictError,
    DependencyUnavailableError,
    InvalidInputError,
    NotFoundError,
    TooManyRequestsError,
)


class InvalidEventError(InvalidInputError):
    """An event does not have the agreed form; `fields` says where."""

    reason = "INVALID_EVENT"


class InvalidWordsError(InvalidInputError):
    """What a service calls its events does not have the agreed form."""

    reason = "INVALID_WORDS"


class InvalidSearchError(InvalidInputError):
    """A search form is not filled in as it must be; `fields` says where."""

    reason = "INVALID_SEARCH"


class ProducerNotCallerError(AccessDeniedError):
    """A service tried to append in the name of another."""

    reason = "PRODUCER_NOT_CALLER"


class NotAuditorError(AccessDeniedError):
    """Only a Caf auditor may read the journal."""

    reason = "NOT_AUDITOR"


class SearchNotYoursError(AccessDeniedError):
    """The results of a search are shown only to the auditor who made it."""

    reason = "SEARCH_NOT_YOURS"


class EventIdReusedError(ConflictError):
    """The event id is already in the journal with other content."""

    reason = "EVENT_ID_REUSED"


class EventUnknownError(NotFoundError):
    """No such event, or not one this auditor may see."""

    reason = "EVENT_UNKNOWN"


class NotYetInTreeError(ConflictError):
    """The event lies beyond the tree the proof was asked for, or no checkpoint is signed yet."""

    reason = "NOT_YET_IN_TREE"


class TreeSizeUnknownError(InvalidInputError):
    """The journal has never had that many entries."""

    reason = "TREE_SIZE_UNKNOWN"


class JournalBusyError(TooManyRequestsError):
    """The queue of the journal is full."""

    reason = "JOURNAL_QUEUE_FULL"

    def __init__(self) -> None:
        super().__init__("the queue of the journal is full", retry_after=timedelta(milliseconds=100))


class JournalUnavailableError(DependencyUnavailableError):
    """The journal did not answer in time, is stopping, or found that its database lies."""

    reason = "JOURNAL_UNAVAILABLE"


class JournalDamagedError(DependencyUnavailableError):
    """The database contradicts what was signed before: nothing more is written until a person has looked."""

    reason = "JOURNAL_DAMAGED"


class ShardKeyMissingError(DependencyUnavailableError):
    """The key of a month is not there, or is not the one the month began with."""

    reason = "SHARD_KEY_MISSING"


class DestructionSuspendedError(DependencyUnavailableError):
    """The clock jumped: no key is destroyed until a person has confirmed the time."""

    reason = "DESTRUCTION_SUSPENDED"


class ClockNotBelievedError(DependencyUnavailableError):
    """The clock contradicts what is known: nothing is stamped with it, and producers send again later."""

    def __init__(self, reason: str, problem: str) -> None:
        super().__init__(f"{problem}: set it right", reason=reason)

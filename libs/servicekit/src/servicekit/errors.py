"""The kinds of errors every service speaks, and what each becomes on the wire and on a page.

    ServiceError                          gRPC                  web    worth a second try
    ├── InvalidInputError(fields)         INVALID_ARGUMENT      400    no: correct the fields
    ├── NotAuthenticatedError             UNAUTHENTICATED       401    after signing in
    ├── AccessDeniedError                 PERMISSION_DENIED     403    no
    ├── NotFoundError                     NOT_FOUND             404    no
    ├── ConflictError                     FAILED_PRECONDITION   409    after the state has changed
    ├── ConcurrentChangeError             ABORTED               409    yes: read again, then write
    ├── TooManyRequestsError(retry_after) RESOURCE_EXHAUSTED    429    yes, after `retry_after`
    └── DependencyUnavailableError        UNAVAILABLE           503    yes, a little later
    anything else                         INTERNAL              500    unknown: fixed text + incident id

A service subclasses a kind and gives it a stable `reason` (UPPER_SNAKE):

    class DossierUnknownError(NotFoundError):
        reason = "DOSSIER_UNKNOWN"

Two texts: `str(error)` is English, for logs; `reason` is for programs. The sentence for people lives in the templates.
`servicekit.rpc.errors` carries the kinds over gRPC, `servicekit.web` shows them. Neither text may hold personal data.

`StartError` stands apart: a process that cannot start says one sentence to its operator and ends with code 2.
"""

import re
from collections.abc import Mapping
from datetime import timedelta

_REASON = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")


class ServiceError(Exception):
    """What a service refuses or cannot do, said so that callers can act on it. Raise a kind, not this class."""

    reason: str = ""

    def __init__(self, message: str, *, reason: str | None = None, details: Mapping[str, str] | None = None) -> None:
        """`message` is for logs; `reason` may be left out when the class has one; `details` travel to the caller.

        Raises:
            ValueError: neither the class nor the caller gives a reason in UPPER_SNAKE.
        """
        super().__init__(message)
        if reason is not None:
            self.reason = reason
        if not _REASON.fullmatch(self.reason):
            raise ValueError(f"{type(self).__name__} needs a reason in UPPER_SNAKE, not {self.reason!r}")
        self.details: Mapping[str, str] = dict(details or {})


class InvalidInputError(ServiceError):
    """The request itself is wrong, whatever the state of the service."""

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        fields: Mapping[str, str] | None = None,
        details: Mapping[str, str] | None = None,
        sentences: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        """`fields` maps the name of each wrong field to the reason code of what is wrong with it.

        `sentences`: of such a field, what is told to people, in English and in French.

        Raises:
            ValueError: neither the class nor the caller gives a reason in UPPER_SNAKE.
        """
        super().__init__(message, reason=reason, details=details)
        self.fields: Mapping[str, str] = dict(fields or {})
        self.sentences: Mapping[str, tuple[str, str]] = dict(sentences or {})


class NotAuthenticatedError(ServiceError):
    """Nobody proved who is asking."""


class AccessDeniedError(ServiceError):
    """The one who asks is known and may not do this."""


class NotFoundError(ServiceError):
    """The thing does not exist, or the one who asks may not learn that it exists."""


class ConflictError(ServiceError):
    """The state of the service does not allow it; trying again changes nothing."""


class ConcurrentChangeError(ServiceError):
    """Somebody else changed the same thing in between; read it again and retry."""


class TooManyRequestsError(ServiceError):
    """A limit is reached; it opens again after `retry_after`."""

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        retry_after: timedelta,
        details: Mapping[str, str] | None = None,
    ) -> None:
        """`retry_after` is how long the caller should wait.

        Raises:
            ValueError: neither the class nor the caller gives a reason in UPPER_SNAKE.
        """
        super().__init__(message, reason=reason, details=details)
        self.retry_after = retry_after


class DependencyUnavailableError(ServiceError):
    """Something this service needs does not answer. No answer is a refusal: never go on without it."""


class StartError(Exception):
    """The process cannot start. The text is one English sentence that says what to do; it is printed as it is."""

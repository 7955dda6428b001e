"""The refusals of auth. Each has a stable `reason`; the sentence for people stands in the templates."""

from __future__ import annotations

from servicekit.errors import (
    AccessDeniedError,
    ConflictError,
    DependencyUnavailableError,
    InvalidInputError,
    NotAuthenticatedError,
    NotFoundError,
    TooManyRequestsError,
)


class InvalidCredentialsError(NotAuthenticatedError):
    """The identifier or the password is wrong; which of the two is never said (ASVS 6.3.8)."""

    reason = "INVALID_CREDENTIALS"


class SessionEndedError(NotAuthenticatedError):
    """There is no session, or it ended."""

    reason = "SESSION_ENDED"


class TooManyAttemptsError(TooManyRequestsError):
    """Too many failed sign-ins or requests for a new password."""

    reason = "TOO_MANY_ATTEMPTS"


class PasswordChecksOverloadedError(DependencyUnavailableError):
    """Every core is busy hashing passwords."""

    reason = "PASSWORD_CHECKS_OVERLOADED"


class RightsStaleError(DependencyUnavailableError):
    """The replica of the rights is not known to be fresh: nobody is authorised on it."""

    reason = "RIGHTS_STALE"


class PasswordRefusedError(InvalidInputError):
    """The chosen password breaks a rule; `fields` says which."""

    reason = "PASSWORD_REFUSED"


class AccountIdTakenError(ConflictError):
    """The account id belongs to another person."""

    reason = "ACCOUNT_ID_TAKEN"


class AccountUnknownError(NotFoundError):
    """No such account."""

    reason = "ACCOUNT_UNKNOWN"


class OrganisationNotOursError(AccessDeniedError):
    """The person does not belong to the organisation."""

    reason = "ORGANISATION_NOT_YOURS"


class ExtranetClosedError(AccessDeniedError):
    """The person holds no habilitation on the extranet; `reason` is that of rights.why_closed."""

    def __init__(self, message: str, *, reason: str, extranet: str, rights_revision: int) -> None:
        super().__init__(message, reason=reason, details={"extranet": extranet})
        self.extranet = extranet
        self.rights_revision = rights_revision


class GrantRefusedError(AccessDeniedError):
    """A code or a refresh token gives nothing: `invalid_grant` on the wire (RFC 6749 §5.2)."""

    reason = "GRANT_REFUSED"


class BadDataFileError(InvalidInputError):
    """A file given to an import command is wrong; the message names the entry."""

    reason = "BAD_DATA_FILE"

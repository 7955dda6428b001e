"""The refusals of auth. Each has a stable `reason`; the sentence for people stands in the templates."""

from __future__ import annotations

from collections.abc import Sequence

from servicekit.errors import (
    AccessDeniedError,
    ConcurrentChangeError,
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


class AccountClosedError(AccessDeniedError):
    """The password was right, and the account opens nothing now; `reason`: ACCOUNT_LOCKED, PROVISIONAL_EXPIRED or
    PROVISIONAL_USED. `closed_by`: name of who locked it, or empty; `helpers`: names of who can help."""

    def __init__(self, message: str, *, reason: str, closed_by: str = "", helpers: Sequence[str] = ()) -> None:
        super().__init__(message, reason=reason)
        self.closed_by = closed_by
        self.helpers = tuple(helpers)


class SessionEndedError(NotAuthenticatedError):
    """There is no session, or it ended."""

    reason = "SESSION_ENDED"


class RightLostError(SessionEndedError):
    """The token is good, and the person has lost what it opened; `reason` is that of rights.why_closed."""

    reason = "RIGHT_LOST"


class SignInUnfinishedError(NotAuthenticatedError):
    """A step of the sign-in remains to be done: nothing is given."""

    reason = "SIGN_IN_UNFINISHED"


class WrongCodeError(NotAuthenticatedError):
    """What was shown at the second step is not a code of this person now."""

    reason = "INVALID_CODE"


class FactorUnknownError(NotFoundError):
    """The person has no such second step; it may have been taken away before."""

    reason = "FACTOR_UNKNOWN"


class SignInAgainError(NotAuthenticatedError):
    """The session is good, but its password was typed too long ago for this (ASVS 7.5.2)."""

    reason = "SIGN_IN_AGAIN"


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


class MailRefusedError(ConflictError):
    """The mail server will never take this mail for its recipient (RFC 5321 §4.2.1, replies 5yz); `reason`: why."""

    reason = "MAIL_REFUSED"


class QueueItemUnknownError(NotFoundError):
    """Nothing of this identifier is set aside."""

    reason = "QUEUE_ITEM_UNKNOWN"


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


class BindingRefusedError(AccessDeniedError):
    """A token is, or would be, bound to a key that the sender has not shown (RFC 8705, RFC 9449)."""

    reason = "BINDING_REFUSED"


class RequestRefusedError(InvalidInputError):
    """A request of a client breaks a rule of the protocol. `code` is the error of the RFC that says so."""

    reason = "REQUEST_REFUSED"

    def __init__(self, code: str, description: str) -> None:
        """`description` goes to the client: plain ASCII, never what it sent."""
        super().__init__(description)
        self.code = code
        self.description = description


class ClientRefusedError(NotAuthenticatedError):
    """The client has not proved who it is: `invalid_client` on the wire (RFC 6749 §5.2)."""

    reason = "CLIENT_REFUSED"


class CertificateRefusedError(NotAuthenticatedError):
    """What was handed on is not one certificate that can be read, or its key is too weak.

    `reason` is CERTIFICATE_MALFORMED or CERTIFICATE_KEY.
    """

    reason = "CERTIFICATE_MALFORMED"


class DpopRefusedError(NotAuthenticatedError):
    """A DPoP proof is not believed: `invalid_dpop_proof` on the wire (RFC 9449 §5, §7.1).

    `reason` is DPOP_MALFORMED (not such a proof, too long, a claim missing), DPOP_ALGORITHM, DPOP_KEY (not a public key
    that we take), DPOP_SIGNATURE, DPOP_METHOD, DPOP_URI, DPOP_TIME or DPOP_TOKEN_HASH.
    """

    reason = "DPOP_REFUSED"


class ServerNonceNeededError(NotAuthenticatedError):
    """A DPoP proof must carry a nonce of ours (RFC 9449 §8): `use_dpop_nonce` on the wire."""

    reason = "DPOP_NONCE_NEEDED"


class StepUpNeededError(NotAuthenticatedError):
    """The person must sign in again for this (RFC 9470). `max_age_s`: seconds since the sign-in, at most."""

    reason = "STEP_UP_NEEDED"

    def __init__(self, message: str, *, max_age_s: int) -> None:
        super().__init__(message)
        self.max_age_s = max_age_s


class ExchangeRefusedError(AccessDeniedError):
    """A token exchange is not one that this client may make (RFC 8693 §2.2.2). `code` is the error on the wire."""

    reason = "EXCHANGE_REFUSED"

    def __init__(self, message: str, *, code: str = "invalid_request", reason: str | None = None) -> None:
        super().__init__(message, reason=reason)
        self.code = code


class DeviceRefusedError(AccessDeniedError):
    """A device gets no token yet, or never. `code` is the error on the wire (RFC 8628 §3.5)."""

    reason = "DEVICE_REFUSED"

    def __init__(self, code: str) -> None:
        super().__init__(f"the device gets nothing: {code}", reason=code.upper())
        self.code = code


class ClientUnknownError(NotFoundError):
    """No such client."""

    reason = "CLIENT_UNKNOWN"


class ClientIdTakenError(ConflictError):
    """There is a client of this name already."""

    reason = "CLIENT_ID_TAKEN"


class ClientChangedError(ConcurrentChangeError):
    """Somebody else changed the client at the same moment."""

    reason = "CLIENT_CHANGED"


class RegistrationRefusedError(NotAuthenticatedError):
    """The token opens neither the registration nor this client: `invalid_token` (RFC 7591 §3, RFC 7592 §2)."""

    reason = "REGISTRATION_REFUSED"


class RegistrationTokenNameTakenError(ConflictError):
    """There is an initial access token of this name."""

    reason = "REGISTRATION_TOKEN_NAME_TAKEN"


class RegistrationTokenUnknownError(NotFoundError):
    """No initial access token has this name."""

    reason = "REGISTRATION_TOKEN_UNKNOWN"


class CafAdministratorNeededError(AccessDeniedError):
    """Only administrators of the Caf declare clients."""

    reason = "CAF_ADMINISTRATOR_NEEDED"

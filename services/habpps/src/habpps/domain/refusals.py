"""Every refusal of habpps: a kind of servicekit.errors and a stable reason.

What people read of each reason lives in `partnerkit.reasons`; `adapters/web/sentences.py` says what the page is called.
"""

from servicekit.errors import (
    AccessDeniedError,
    ConcurrentChangeError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
)


class FormRefusedError(InvalidInputError):
    """Something typed is wrong; `fields` names each field and the reason."""

    reason = "FORM_REFUSED"

    def __init__(self, fields: dict[str, str]) -> None:
        """Keep field name -> reason code."""
        super().__init__(f"refused fields: {sorted(fields)}", fields=fields)


class UnknownThingError(NotFoundError):
    """No such thing, or it belongs to somebody else: the answer is the same, the audit event is not."""

    reason = "UNKNOWN"

    def __init__(self, kind: str, *, true_reason: str = "UNKNOWN") -> None:
        """`true_reason` goes to the audit journal only."""
        super().__init__(f"unknown {kind}")
        self.true_reason = true_reason


class RoleNotConfirmedError(AccessDeniedError):
    """The token names a role that the register does not confirm."""

    reason = "ROLE_NOT_CONFIRMED"


class RoleNotAllowedError(AccessDeniedError):
    """This act belongs to another role."""

    reason = "ROLE_NOT_ALLOWED"


class ConventionSuspendedError(AccessDeniedError):
    """The convention is suspended: the partner may read, not write."""

    reason = "CONVENTION_SUSPENDED"


class ConventionNotActiveError(ConflictError):
    """The act needs an active convention."""

    reason = "CONVENTION_NOT_ACTIVE"


class TransitionRefusedError(ConflictError):
    """The state machine has no such step from here."""

    reason = "TRANSITION_REFUSED"


class ThingChangedError(ConcurrentChangeError):
    """Somebody else changed the thing after the form was shown: sending it would undo that unseen."""

    reason = "CHANGED_MEANWHILE"


class SiretTakenError(ConflictError):
    """Another organisation of the same Caf has this SIRET."""

    reason = "SIRET_TAKEN"


class ReferenceTakenError(ConflictError):
    """Another convention of the same Caf has this reference."""

    reason = "REFERENCE_TAKEN"


class ContractExistsError(ConflictError):
    """The organisation already has a contract in force for this extranet."""

    reason = "SERVICE_CONTRACT_EXISTS"


class ProfileNotInContractError(ConflictError):
    """No contract in force carries this profile."""

    reason = "PROFILE_NOT_IN_CONTRACT"


class GroupNameTakenError(ConflictError):
    """Two open groups of an organisation do not share a name."""

    reason = "GROUP_NAME_TAKEN"


class GroupClosedError(ConflictError):
    """Nobody joins a closed group."""

    reason = "GROUP_CLOSED"


class EmailTakenError(ConflictError):
    """The e-mail address is known in this organisation; the existing person may be attached instead."""

    reason = "EMAIL_TAKEN"


class PersonDiffersError(ConflictError):
    """The account is that of a person with another name or address: the register keeps each person once."""

    reason = "PERSON_DIFFERS"


class InvitationClosedError(ConflictError):
    """The invitation was answered or withdrawn, or its time is over."""

    reason = "INVITATION_CLOSED"


class ExtranetClosedError(ConflictError):
    """The extranet is withdrawn already."""

    reason = "EXTRANET_CLOSED"


class InvitedAlreadyError(ConflictError):
    """An invitation of the same organisation to this address waits for an answer."""

    reason = "INVITED_ALREADY"


class AccountExistsError(ConflictError):
    """A person of this name has an account with this address: a second one is not made."""

    reason = "ACCOUNT_EXISTS"


class AddressChangeClosedError(ConflictError):
    """The new address was confirmed or taken back, or its time is over."""

    reason = "ADDRESS_CHANGE_CLOSED"


class SignInRequiredError(AccessDeniedError):
    """Another organisation knows the person too: only they themselves, signed in, may confirm."""

    reason = "SIGN_IN_REQUIRED"


class AlreadyInGroupError(ConflictError):
    """The user already holds a habilitation of this group."""

    reason = "ALREADY_IN_GROUP"


class MaximumUsersReachedError(ConflictError):
    """The service contract limits the number of people."""

    reason = "MAXIMUM_USERS_REACHED"


class SelfAssignmentError(ConflictError):
    """Administrators who give themselves a profile must say that they mean it."""

    reason = "SELF_ASSIGNMENT_TO_CONFIRM"


class UserNotActiveError(ConflictError):
    """A habilitation is given to an active user only."""

    reason = "USER_NOT_ACTIVE"


class OwnSecondStepError(ConflictError):
    """Somebody else says that a second step was lost, never the person."""

    reason = "OWN_SECOND_STEP"


class NothingToRetryError(ConflictError):
    """No command of this account was set aside: somebody has tried it again already."""

    reason = "NOTHING_TO_RETRY"


class LastAdministratorError(ConflictError):
    """An organisation keeps at least one administrator: name another first."""

    reason = "LAST_ADMINISTRATOR"


class OwnRequestError(ConflictError):
    """Nobody approves what they asked for."""

    reason = "OWN_REQUEST"


class RequestDecidedError(ConflictError):
    """The request is decided already, or its time is over."""

    reason = "REQUEST_DECIDED"


class KeyTakenError(ConflictError):
    """A program has used this idempotency key for another act."""

    reason = "IDEMPOTENCY_KEY_TAKEN"


class ImportRefusedError(InvalidInputError):
    """A file to import is wrong; `fields` gives the path of each bad item."""

    reason = "IMPORT_REFUSED"

    def __init__(self, problems: dict[str, str]) -> None:
        """Keep path -> sentence."""
        lines = "; ".join(f"{path}: {problem}" for path, problem in problems.items())
        super().__init__(f"the file is refused, nothing was written: {lines}", fields=problems)

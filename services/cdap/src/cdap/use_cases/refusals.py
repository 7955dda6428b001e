"""A refusal as the error that gRPC and JSON clients get: fail closed, with the stable reason."""

from cdap.use_cases.consultation import Refusal
from servicekit.errors import AccessDeniedError, DependencyUnavailableError, NotAuthenticatedError, ServiceError

NOT_KNOWN_NOW = frozenset({"RIGHTS_STALE", "SESSIONS_STALE"})
SIGN_IN_AGAIN = frozenset({"SESSION_ENDED"})


def refusal_error(refusal: Refusal) -> ServiceError:
    """What is not known now may be known in a moment; an ended session asks for a new sign-in; the rest is a no."""
    kind: type[ServiceError] = AccessDeniedError
    if refusal.reason in NOT_KNOWN_NOW:
        kind = DependencyUnavailableError
    elif refusal.reason in SIGN_IN_AGAIN:
        kind = NotAuthenticatedError
    return kind("the consultation is refused", reason=refusal.reason, details={"event_id": refusal.event_id})

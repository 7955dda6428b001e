"""What is asked for in JSON can be read: `claims`, `authorization_details`; and what is insisted on can be given."""

from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.people.domain.steps import levels_offered
from auth.protocol.adapters.web.checks.asked import Asked
from auth.protocol.domain.authorization_details import BadDetailsError, read_details
from auth.protocol.domain.requested_claims import read_claims


def readable_claims(asked: Asked) -> None:
    """OIDC Core §5.5."""
    try:
        read_claims(asked.one("claims"))
    except ValueError as error:
        raise AuthorizationRefusedError("invalid_request", str(error)) from None


def readable_details(asked: Asked) -> None:
    """RFC 9396 §5. The service contracts are those of the extranet whose scope is asked for."""
    try:
        details = read_details(asked.one("authorization_details"), asked.known.extranet)
    except BadDetailsError as error:
        raise AuthorizationRefusedError("invalid_authorization_details", str(error)) from None
    if details and asked.known.extranet not in asked.scope.split():
        raise AuthorizationRefusedError("invalid_authorization_details", "the scope of the extranet is not asked for")


def possible_authentication(asked: Asked) -> None:
    """RFC 9470 §4, OIDC Core Unmet Authentication Requirements 1.0: what is essential and no step can reach is said at
    once. Without `essential`, `acr_values` are a wish (OIDC Core §3.1.2.1): the token says what was done."""
    essential = asked.claims.essential_acr
    if essential and not set(essential) & set(levels_offered()):
        raise AuthorizationRefusedError("unmet_authentication_requirements", "no such authentication here")

"""Only the code flow, answered in a way that the client is registered for."""

from auth.clients.domain.clients import AUTHORIZATION_CODE, RESPONSE_MODES
from auth.clients.domain.redirects import is_private_use
from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.protocol.adapters.web.checks.asked import Asked


def code_flow(asked: Asked) -> None:
    """RFC 9700 §2.1.2: no implicit grant."""
    if asked.one("response_type") is None:
        raise AuthorizationRefusedError("invalid_request", "response_type is missing")
    if asked.one("response_type") != "code":
        raise AuthorizationRefusedError("unsupported_response_type", "only response_type=code is supported")
    if not asked.known.may_use(AUTHORIZATION_CODE):
        raise AuthorizationRefusedError("unauthorized_client", "the client is not registered for authorization_code")


def registered_response_mode(asked: Asked) -> None:
    """OAuth 2.0 Multiple Response Types §2.1, JARM §2.3, ASVS 10.4.12."""
    mode = asked.one("response_mode")
    if mode is not None and mode not in RESPONSE_MODES:
        raise AuthorizationRefusedError("invalid_request", "this response_mode is not supported")
    if (mode or "").startswith("form_post") and is_private_use(asked.one("redirect_uri") or ""):
        raise AuthorizationRefusedError("invalid_request", "a form cannot be sent to an address of this scheme")
    if (mode or "query") not in asked.known.response_modes:
        raise AuthorizationRefusedError("invalid_request", "the client is not registered for this response_mode")

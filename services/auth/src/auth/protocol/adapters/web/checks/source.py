"""The request came the way its client must send it: pushed, signed."""

from auth.clients.domain.client_profiles import pushed_request_required
from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.protocol.adapters.web.checks.asked import Asked


def pushed_where_required(asked: Asked) -> None:
    """RFC 9126 §6, FAPI 2.0 §5.3.2.2."""
    if pushed_request_required(asked.known) and not asked.is_pushed:
        raise AuthorizationRefusedError("invalid_request", "this client must push its authorization requests")


def signed_where_required(asked: Asked) -> None:
    """RFC 9101 §10.5. A pushed request was looked at when it was pushed."""
    if asked.known.require_signed_request_object and not (asked.is_signed or asked.pushed_hash):
        raise AuthorizationRefusedError("invalid_request", "this client must sign its authorization requests")

"""The client is registered. Without it nobody knows where to send an error: it is shown here."""

from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.protocol.adapters.web.checks.asked import Asked


def known_client(asked: Asked) -> None:
    """RFC 6749 §4.1.2.1."""
    if len(asked.parameters.get("client_id", ())) != 1 or asked.client is None:
        raise AuthorizationRefusedError("invalid_request", "client_id is missing or unknown")

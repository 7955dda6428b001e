"""`id_token_hint`: an ID token that we gave to this client."""

from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.protocol.adapters.web.checks.asked import Asked


def own_hint(asked: Asked) -> None:
    """OIDC Core §3.1.2.1. Another client's ID token would tell this client who is signed in."""
    if asked.one("id_token_hint") is None:
        return
    if asked.hint is None or asked.hint.get("aud") != asked.known.client_id:
        raise AuthorizationRefusedError("invalid_request", "id_token_hint is not an ID token of this client")

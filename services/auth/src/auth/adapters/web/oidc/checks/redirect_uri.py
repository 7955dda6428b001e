"""The redirect URI is one of the client's, compared as a string."""

from auth.adapters.web.oidc.checks.asked import Asked
from auth.adapters.web.oidc.errors import AuthorizationRefusedError


def exact_redirect_uri(asked: Asked) -> None:
    """RFC 9700 §2.1; never redirected to when it is wrong."""
    given = asked.parameters.get("redirect_uri", ())
    if len(given) != 1 or given[0] not in asked.known.redirect_uris:
        raise AuthorizationRefusedError("invalid_request", "redirect_uri is missing or not registered")

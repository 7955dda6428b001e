"""The redirect URI is one of the client's, compared as a string; a loopback one without its port."""

from auth.clients.domain.redirects import is_redirect_uri
from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.protocol.adapters.web.checks.asked import Asked


def exact_redirect_uri(asked: Asked) -> None:
    """RFC 9700 §2.1, RFC 8252 §7.3; never redirected to when it is wrong."""
    given = asked.parameters.get("redirect_uri", ())
    if len(given) != 1 or not is_redirect_uri(asked.known, given[0]):
        raise AuthorizationRefusedError("invalid_request", "redirect_uri is missing or not registered")

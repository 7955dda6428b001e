"""Request objects are not supported, and that is said with their own error codes."""

from auth.adapters.web.oidc.checks.asked import Asked
from auth.adapters.web.oidc.errors import AuthorizationRefusedError


def no_request_object(asked: Asked) -> None:
    """OIDC Core §3.1.2.6."""
    for name in ("request", "request_uri"):
        if asked.one(name) is not None:
            raise AuthorizationRefusedError(f"{name}_not_supported", "request objects are not supported")

"""The scope holds `openid`, and the resource is the client's own."""

from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.protocol.adapters.web.checks.asked import Asked


def openid_scope(asked: Asked) -> None:
    """OIDC Core §3.1.2.1. What the client may not have is left out, not refused (RFC 6749 §3.3)."""
    if "openid" not in asked.scope.split():
        raise AuthorizationRefusedError("invalid_scope", "the scope must hold openid")


def own_resource(asked: Asked) -> None:
    """RFC 8707 §2: a client asks for its own extranet only."""
    for resource in asked.parameters.get("resource", ()):
        if resource != asked.audience:
            raise AuthorizationRefusedError("invalid_target", "the resource is not this client's")

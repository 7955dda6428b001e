"""Only the code flow, answered in the query."""

from auth.adapters.web.oidc.checks.asked import Asked
from auth.adapters.web.oidc.errors import AuthorizationRefusedError


def code_flow(asked: Asked) -> None:
    """RFC 9700 §2.1.2: no implicit grant."""
    if asked.one("response_type") is None:
        raise AuthorizationRefusedError("invalid_request", "response_type is missing")
    if asked.one("response_type") != "code":
        raise AuthorizationRefusedError("unsupported_response_type", "only response_type=code is supported")
    if asked.one("response_mode") not in (None, "query"):
        raise AuthorizationRefusedError("invalid_request", "only response_mode=query is supported")

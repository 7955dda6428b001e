"""No parameter twice, none so long that it hides something, none that a database or a log could stumble over."""

from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.protocol.adapters.web.checks.asked import Asked

_REPEATABLE = frozenset({"resource"})
_LONGEST = {"state": 5120, "nonce": 512, "scope": 1024}


def single_parameters(asked: Asked) -> None:
    """RFC 6749 §3.1."""
    for name, values in asked.parameters.items():
        if len(values) > 1 and name not in _REPEATABLE:
            raise AuthorizationRefusedError("invalid_request", "a parameter is there more than once")
        if any(len(value) > _LONGEST.get(name, 8192) for value in values):
            raise AuthorizationRefusedError("invalid_request", "a parameter is too long")
        if any(character < " " or character == "\x7f" for value in values for character in value):
            raise AuthorizationRefusedError("invalid_request", "a parameter holds a control character")

"""`prompt` and `max_age` make sense."""

from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.protocol.adapters.web.checks.asked import Asked

PROMPTS = frozenset({"none", "login", "consent", "select_account"})


def sensible_prompt(asked: Asked) -> None:
    """OIDC Core §3.1.2.1: `none` stands alone, `max_age` is a number of seconds. A word that is unknown
    is refused, as the client counts on what it asks for (Initiating User Registration §4.1)."""
    if "none" in asked.prompts and len(asked.prompts) > 1:
        raise AuthorizationRefusedError("invalid_request", "prompt=none stands alone")
    if not asked.prompts <= PROMPTS:
        raise AuthorizationRefusedError("invalid_request", f"prompt is one of {' '.join(sorted(PROMPTS))}")
    max_age = asked.one("max_age")
    if max_age is not None and not (max_age.isascii() and max_age.isdigit() and len(max_age) < 10):
        raise AuthorizationRefusedError("invalid_request", "max_age must be a number of seconds")

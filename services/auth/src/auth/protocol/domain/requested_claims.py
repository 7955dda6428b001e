"""The parameter `claims` of an authorization request (OpenID Connect Core §5.5)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

_LONGEST = 4096
_DEEPEST_ENTRIES = 50


@dataclass(frozen=True)
class RequestedClaims:
    """What is asked of userinfo and of the ID token, each claim with its `essential`, `value`, `values`."""

    userinfo: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    id_token: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def subject(self) -> str | None:
        """The person that the ID token must be about, when the client names one."""
        value = self.id_token.get("sub", {}).get("value")
        return value if isinstance(value, str) else None

    @property
    def acr_values(self) -> tuple[str, ...]:
        """The levels that the client prefers, the best first, essential or not (OIDC Core §5.5.1.1)."""
        asked = self.id_token.get("acr", {})
        values = asked.get("values", [asked["value"]] if "value" in asked else [])
        return tuple(str(value) for value in values) if isinstance(values, list) else ()

    def preferring(self, acr_values: Sequence[str]) -> RequestedClaims:
        """The same where no level is asked for here: `acr_values` asks for one as a voluntary claim (§3.1.2.1)."""
        if not acr_values or self.acr_values:
            return self
        return replace(self, id_token={**self.id_token, "acr": {"values": list(acr_values)}})

    @property
    def essential_acr(self) -> tuple[str, ...]:
        """The authentication that the client insists on; empty when it does not (OIDC Core §5.5.1.1)."""
        asked = self.id_token.get("acr", {})
        if asked.get("essential") is not True:
            return ()
        return self.acr_values

    def to_text(self) -> str:
        """As the parameter `claims` that says the same; empty when it asks for nothing."""
        if not self.userinfo and not self.id_token:
            return ""
        return json.dumps({"userinfo": self.userinfo, "id_token": self.id_token})


NOTHING_REQUESTED = RequestedClaims()


def read_claims(text: str | None) -> RequestedClaims:
    """Reads the parameter; an absent one asks for nothing. Unknown members are ignored, as the clause says.

    Raises:
        ValueError: it is not a JSON object of the right shape, or too large.
    """
    if not text:
        return NOTHING_REQUESTED
    if len(text) > _LONGEST:
        raise ValueError("claims is too long")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("claims is not JSON") from None
    if not isinstance(content, dict):
        raise ValueError("claims is not a JSON object")  # noqa: TRY004 - the text was wrong, not its type
    return RequestedClaims(_members(content.get("userinfo")), _members(content.get("id_token")))


def _members(content: object) -> Mapping[str, Mapping[str, Any]]:
    if content is None:
        return {}
    if not isinstance(content, dict) or len(content) > _DEEPEST_ENTRIES:
        raise ValueError("claims has a member that is not an object of claims")
    members: dict[str, Mapping[str, Any]] = {}
    for name, asked in content.items():
        if not name.isprintable():  # half a character, as JSON can write it, goes into no token
            raise ValueError("claims has a member whose name cannot be printed")
        if asked is not None and not isinstance(asked, dict):
            raise ValueError("claims has a member that is neither null nor an object")
        members[name] = asked or {}
    return members

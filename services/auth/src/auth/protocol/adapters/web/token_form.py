"""The parameters of a form that a client posts, parsed once: no grant and no endpoint reaches into the raw form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from auth.ground.domain.errors import RequestRefusedError


class TokenForm(NamedTuple):
    """What the endpoints for clients read, by the names of the RFCs; empty where a parameter is absent (RFC 6749 §3.2).

    Only `resource` (RFC 8707 §2) and `audience` (RFC 8693 §2.1) may be there more than once. A tuple, as one is made
    for every request: to make a frozen dataclass of so many fields takes several times as long.
    """

    grant_type: str = ""
    code: str = ""
    code_verifier: str = ""
    refresh_token: str = ""
    device_code: str = ""
    scope: str = ""
    authorization_details: str = ""
    subject_token: str = ""
    subject_token_type: str = ""
    requested_token_type: str = ""
    actor_token: str = ""
    actor_token_type: str = ""
    token: str = ""
    client_id: str = ""
    client_secret: str = ""
    client_assertion: str = ""
    client_assertion_type: str = ""
    resource: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()

    @staticmethod
    def of(lists: Mapping[str, Sequence[str]]) -> TokenForm:
        """Of all parameters that have a value, each with all its values."""
        single = [lists[name][0] if name in lists else "" for name in _SINGLE]
        return TokenForm._make([*single, *(tuple(lists.get(name, ())) for name in REPEATABLE)])

    def __repr__(self) -> str:
        """Names only: nearly every value is a secret."""
        return f"TokenForm({', '.join(name for name, value in zip(self._fields, self, strict=True) if value)})"

    def require_resource(self, audience: str) -> None:
        """A resource that is named is the one that is, or was, granted (RFC 8707 §2.2).

        Raises:
            RequestRefusedError: invalid_target: another one.
        """
        if any(resource != audience for resource in self.resource):
            raise RequestRefusedError("invalid_target", "the resource is not the one that is granted")


REPEATABLE = ("resource", "audience")
_SINGLE = TokenForm._fields[: -len(REPEATABLE)]

"""What a client asks for at /logout (RP-Initiated Logout 1.0 §2), and whether we may believe it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auth.clients.domain.clients import Client
from auth.protocol.adapters.web.authorization_response import with_query
from auth.protocol.adapters.web.plain_requests import given

PARAMETERS = ("id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales")

Asked = Mapping[str, Sequence[str]]


class LogoutRefusedError(Exception):
    """The request is wrong in itself: nothing ends, and the browser goes nowhere. The message is for the page."""


@dataclass(frozen=True)
class LogoutRequest:
    """A request. `hinted_session`: of a verified ID token; `address_problem`: why nobody is sent to the return address
    that is asked for, for the page, or empty."""

    client: Client | None
    hinted_session: str | None
    target: str | None
    state: str | None
    address_problem: str

    @property
    def begun_by(self) -> str | None:
        """The client to which the browser goes back, when it goes back."""
        return self.client.client_id if self.client is not None and self.target is not None else None

    @property
    def return_address(self) -> str | None:
        """Where the browser goes afterwards, `state` as it came (§3)."""
        if self.target is None or self.state is None:
            return self.target
        return with_query(self.target, [("state", self.state)])


@dataclass(frozen=True, kw_only=True)
class LogoutRequests:
    """`client` finds a relying party by its identifier; `hinted`: the claims of an ID token of ours, or None."""

    client: Callable[[str | None], Client | None]
    hinted: Callable[[str], Mapping[str, Any] | None]

    def __call__(self, parameters: Asked) -> LogoutRequest:
        """The request, its hint verified. A hint that is not ours is as good as none: the person is asked.

        Raises:
            LogoutRefusedError: a parameter comes twice, or `client_id` is not the one the ID token was made for (§2).
        """
        values = given({name: parameters.get(name, ()) for name in PARAMETERS})
        if any(len(several) > 1 for several in values.values()):
            raise LogoutRefusedError("a parameter is given twice")
        asked = {name: one for name, (one,) in values.items()}
        unverified_hint = asked.get("id_token_hint")
        hint = self.hinted(unverified_hint) if unverified_hint is not None else None
        named = asked.get("client_id")
        if hint is not None and named is not None and named != hint.get("aud"):
            raise LogoutRefusedError("client_id is not the client of the id_token_hint")
        client = self.client(str(hint["aud"]) if hint is not None else named)
        wanted = asked.get("post_logout_redirect_uri")
        target = wanted if client is not None and wanted in client.post_logout_redirect_uris else None
        session_id = hint.get("sid") if hint is not None else None
        return LogoutRequest(
            client=client,
            hinted_session=str(session_id) if session_id else None,
            target=target,
            state=asked.get("state"),
            address_problem=_why_not(asked, client) if wanted is not None and target is None else "",
        )


def _why_not(asked: Mapping[str, str], client: Client | None) -> str:
    """A return address is compared with those of a client: first it must be known whose it is (§2)."""
    if client is not None:
        return "post_logout_redirect_uri is not registered"
    if "id_token_hint" in asked:
        return "id_token_hint is not an ID token of ours, so nobody knows whose post_logout_redirect_uri this is"
    if "client_id" in asked:
        return "client_id is unknown, so nobody knows whose post_logout_redirect_uri this is"
    return "post_logout_redirect_uri needs id_token_hint or client_id, to know whose it is"

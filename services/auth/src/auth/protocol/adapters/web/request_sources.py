"""Where the parameters of an authorization request come from: the query, a signed object, or a pushed request.

Of a signed or pushed request only what it holds counts (RFC 9101 §5, RFC 9126 §4): what stands beside it in the query
could have been put there by anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from auth.clients.domain.clients import Client
from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.ground.domain.errors import RequestRefusedError
from auth.people.adapters.web.visitor import Waiting
from auth.protocol.adapters.web.plain_requests import given
from auth.protocol.use_cases.push_request import PREFIX, FoundRequest

Lists = Mapping[str, Sequence[str]]


class BadSourceError(AuthorizationRefusedError):
    """The source itself is refused; `outer` are the parameters around it, which may say where to send the error."""

    def __init__(self, code: str, description: str, outer: Waiting) -> None:
        super().__init__(code, description)
        self.outer = outer


@dataclass(frozen=True, kw_only=True)
class RequestSources:
    """`client` finds a relying party by its identifier; `pushed` what it pushed; `signed` reads what it signed."""

    client: Callable[[str | None], Client | None]
    pushed: Callable[[str, Client], FoundRequest | None]
    signed: Callable[[Client, str], Lists]

    def __call__(self, sent: Lists, now: datetime) -> Waiting:
        """The request as it counts.

        Raises:
            BadSourceError: `invalid_request_uri`, `request_uri_not_supported`, `invalid_request_object`,
                `request_not_supported`, `invalid_request`.
        """
        sent = given(sent)
        outer = Waiting(sent, now)
        request_uri, request = outer.one("request_uri"), outer.one("request")
        if not request_uri and not request:
            return outer
        client = self.client(outer.one("client_id"))
        if client is None or len(sent.get("client_id", ())) != 1:
            raise BadSourceError("invalid_request", "client_id is missing or unknown", outer)
        if request_uri and request:
            raise BadSourceError("invalid_request", "request and request_uri exclude one another", outer)
        if request_uri:
            return self._pushed(request_uri, client, outer)
        return self._signed(str(request), client, outer)

    def _pushed(self, request_uri: str, client: Client, outer: Waiting) -> Waiting:
        if not request_uri.startswith(PREFIX):
            raise BadSourceError("request_uri_not_supported", "only pushed requests have a request_uri here", outer)
        found = self.pushed(request_uri, client)
        if found is None:
            raise BadSourceError("invalid_request_uri", "request_uri is unknown, used or too old", outer)
        return Waiting(found.parameters, outer.began_at, found.request_hash, found.dpop_key)

    def _signed(self, request: str, client: Client, outer: Waiting) -> Waiting:
        try:
            parameters = given(self.signed(client, request))
        except RequestRefusedError as error:
            raise BadSourceError(error.code, error.description, outer) from error
        if parameters.get("client_id") != [client.client_id]:
            raise BadSourceError("invalid_request_object", "client_id differs from that of the query", outer)
        return Waiting(parameters, outer.began_at, is_signed=True)

"""Where the parameters of an authorization request come from: the query, a signed object, or a pushed request.

Of a signed or pushed request only what it holds counts (RFC 9101 §5, RFC 9126 §4): what stands beside it in the query
could have been put there by anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from auth.front.use_cases.catalogue import UseCases
from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.ground.domain.errors import RequestRefusedError
from auth.people.adapters.web.visitor import Waiting
from auth.protocol.adapters.web.plain_requests import given
from auth.protocol.use_cases.push_request import PREFIX

Lists = Mapping[str, Sequence[str]]


class BadSourceError(AuthorizationRefusedError):
    """The source itself is refused; `outer` are the parameters around it, which may say where to send the error."""

    def __init__(self, code: str, description: str, outer: Waiting) -> None:
        super().__init__(code, description)
        self.outer = outer


def resolve(use_cases: UseCases, sent: Lists, now: datetime) -> Waiting:
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
    client_id = outer.one("client_id")
    client = use_cases.client(client_id)
    if client is None or len(sent.get("client_id", ())) != 1:
        raise BadSourceError("invalid_request", "client_id is missing or unknown", outer)
    if request_uri and request:
        raise BadSourceError("invalid_request", "request and request_uri exclude one another", outer)
    if request_uri:
        if not request_uri.startswith(PREFIX):
            raise BadSourceError("request_uri_not_supported", "only pushed requests have a request_uri here", outer)
        found = use_cases.push_request.find(request_uri, client)
        if found is None:
            raise BadSourceError("invalid_request_uri", "request_uri is unknown, used or too old", outer)
        return Waiting(found.parameters, now, found.request_hash, found.dpop_key)
    try:
        parameters = use_cases.read_request_object(client, str(request))
    except RequestRefusedError as error:
        raise BadSourceError(error.code, error.description, outer) from error
    if given(parameters).get("client_id") != [client_id]:
        raise BadSourceError("invalid_request_object", "client_id differs from that of the query", outer)
    return Waiting(given(parameters), now, is_signed=True)

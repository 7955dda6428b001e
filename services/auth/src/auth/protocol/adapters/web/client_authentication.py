"""Who calls: the client proves it as it is registered (RFC 6749 §2.3, RFC 7523 §2.2, RFC 8705 §2)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from joserfc.util import urlsafe_b64decode

from auth.clients.domain.client_profiles import FAPI2
from auth.clients.domain.clients import CERTIFICATE_METHODS, SECRET_METHODS, Client
from auth.ground.domain.errors import ClientRefusedError
from auth.protocol.adapters.web.plain_requests import PlainRequest
from auth.protocol.domain.bindings import Sender
from auth.protocol.use_cases.authenticate_client import AuthenticateClient
from auth.protocol.use_cases.check_dpop import CheckDpop
from servicekit.identifiers import hash_secret

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST_ASSERTION = 16 * 1024


@dataclass(frozen=True, kw_only=True)
class ClientAuthentication:
    """Each client authenticates as it is registered, at every endpoint. `client` finds it by its identifier."""

    client: Callable[[str | None], Client | None]
    authenticate: AuthenticateClient
    check_dpop: CheckDpop

    def __call__(self, request: PlainRequest) -> Client:
        """The client that calls; noted in the request, with what it has shown to hold.

        Raises:
            ClientRefusedError: unknown, or it has not proved who it is in the way it is registered for.
            DependencyUnavailableError: its keys cannot be fetched.
            DpopRefusedError, ServerNonceNeededError: see `CheckDpop`.
        """
        request.caller = client = self._authenticated(request)
        request.sender = self._sender(request, client)
        return client

    def _authenticated(self, request: PlainRequest) -> Client:
        form = request.sent
        if request.basic is not None:
            public = self._without_secret(*request.basic)
            return public if public is not None else self._by_secret(*request.basic)
        if request.has_authorization:
            raise ClientRefusedError("the header Authorization is not one that clients authenticate with here")
        if form.client_assertion:
            return self._by_assertion(request)
        if form.client_secret:
            return self._by_secret(form.client_id, form.client_secret)
        return self._by_connection(request)

    def _sender(self, request: PlainRequest, client: Client) -> Sender:
        certificate = request.certificate.thumbprint if request.certificate is not None else ""
        if request.dpop is None:
            return Sender("", certificate)
        key = self.check_dpop(request.dpop, request.method, request.uri, nonce_required=client.profile == FAPI2)
        return Sender(key, certificate)

    def _by_secret(self, client_id: str, secret: str) -> Client:
        client = self.client(client_id)
        if client is None or client.auth_method not in SECRET_METHODS or not client.is_secret(hash_secret(secret)):
            raise ClientRefusedError("the client is unknown, or its secret is wrong")
        return client

    def _without_secret(self, client_id: str, secret: str) -> Client | None:
        """A client that has none may say its name in the header too, with nothing after the colon (RFC 6749 §2.3.1)."""
        client = self.client(client_id) if not secret else None
        return client if client is not None and not client.is_confidential else None

    def _by_assertion(self, request: PlainRequest) -> Client:
        form = request.sent
        if form.client_assertion_type != _ASSERTION_TYPE:
            raise ClientRefusedError("client_assertion_type must be the JWT bearer type of RFC 7523")
        client = self.client(form.client_id or _unverified_subject(form.client_assertion))
        if client is None or client.auth_method != "private_key_jwt":
            raise ClientRefusedError("the client is unknown, or not registered for private_key_jwt")
        self.authenticate.by_assertion(client, form.client_assertion, request.uri)
        return client

    def _by_connection(self, request: PlainRequest) -> Client:
        client = self.client(request.sent.client_id)
        if client is not None and client.auth_method in CERTIFICATE_METHODS:
            self.authenticate.by_certificate(client, request.certificate)
            return client
        if client is None or client.is_confidential:
            raise ClientRefusedError("the client is unknown, or has not authenticated")
        return client


def _unverified_subject(unverified_assertion: str) -> str | None:
    """Only to find whose keys to verify with."""
    if len(unverified_assertion) > _LONGEST_ASSERTION:
        return None
    try:
        payload = unverified_assertion.split(".")[1]
        claims = json.loads(urlsafe_b64decode(payload.encode()))
    except (ValueError, IndexError, RecursionError):
        return None
    subject = claims.get("sub") if isinstance(claims, dict) else None
    return subject if isinstance(subject, str) else None

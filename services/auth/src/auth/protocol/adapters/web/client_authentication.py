"""Who calls: the client proves it as it is registered (RFC 6749 §2.3, RFC 7523 §2.2, RFC 8705 §2)."""

from __future__ import annotations

import json

from joserfc.util import urlsafe_b64decode

from auth.clients.domain.clients import CERTIFICATE_METHODS, SECRET_METHODS, Client
from auth.front.use_cases.catalogue import UseCases
from auth.ground.domain.errors import ClientRefusedError
from auth.protocol.adapters.web.plain_requests import PlainRequest
from servicekit.identifiers import hash_secret

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST_ASSERTION = 16 * 1024


def authenticated(use_cases: UseCases, request: PlainRequest) -> Client:
    """The client that calls.

    Raises:
        ClientRefusedError: unknown, or it has not proved who it is in the way it is registered for.
        DependencyUnavailableError: its keys cannot be fetched.
    """
    form = request.form
    if request.basic is not None:
        public = _without_secret(use_cases, *request.basic)
        return public if public is not None else _by_secret(use_cases, *request.basic)
    if request.has_authorization:
        raise ClientRefusedError("the header Authorization is not one that clients authenticate with here")
    if "client_assertion" in form:
        return _by_assertion(use_cases, request)
    if "client_secret" in form:
        return _by_secret(use_cases, form.get("client_id"), form["client_secret"])
    return _by_connection(use_cases, request)


def _by_secret(use_cases: UseCases, client_id: str | None, secret: str) -> Client:
    client = use_cases.client(client_id)
    if client is None or client.auth_method not in SECRET_METHODS or not client.is_secret(hash_secret(secret)):
        raise ClientRefusedError("the client is unknown, or its secret is wrong")
    return client


def _without_secret(use_cases: UseCases, client_id: str, secret: str) -> Client | None:
    """A client that has none may say its name in the header too, with nothing after the colon (RFC 6749 §2.3.1)."""
    client = use_cases.client(client_id) if not secret else None
    return client if client is not None and not client.is_confidential else None


def _by_assertion(use_cases: UseCases, request: PlainRequest) -> Client:
    form = request.form
    if form.get("client_assertion_type") != _ASSERTION_TYPE:
        raise ClientRefusedError("client_assertion_type must be the JWT bearer type of RFC 7523")
    client_id = form.get("client_id") or _unverified_subject(form["client_assertion"])
    client = use_cases.client(client_id)
    if client is None or client.auth_method != "private_key_jwt":
        raise ClientRefusedError("the client is unknown, or not registered for private_key_jwt")
    use_cases.authenticate_client.by_assertion(client, form["client_assertion"], request.uri)
    return client


def _by_connection(use_cases: UseCases, request: PlainRequest) -> Client:
    client = use_cases.client(request.form.get("client_id"))
    if client is not None and client.auth_method in CERTIFICATE_METHODS:
        use_cases.authenticate_client.by_certificate(client, request.certificate)
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

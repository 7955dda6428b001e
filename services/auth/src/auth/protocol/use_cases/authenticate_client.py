"""A client proves who it is with a signed assertion (RFC 7523) or a TLS certificate (RFC 8705)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from auth.clients.domain.client_profiles import strict_assertion_audience
from auth.clients.domain.clients import Client
from auth.ground.domain.errors import ClientRefusedError
from auth.ground.use_cases.shelves import HasSeenTokens
from auth.protocol.domain.certificates import ClientCertificate
from auth.protocol.domain.client_assertions import (
    AHEAD,
    ClaimsRefusedError,
    algorithms_of,
    check_assertion,
    check_type,
    key_source,
)
from auth.protocol.domain.client_tokens import ClientTokenRefusedError
from auth.protocol.use_cases.ports import ClientTokens, SameName
from auth.protocol.use_cases.stores import SeenTokens
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret


class Store(HasSeenTokens[SeenTokens], Protocol):
    """What `AuthenticateClient` sees of a transaction."""


class AuthenticateClient:
    """Secrets are compared by `Client.is_secret`; what needs more than a comparison is here."""

    def __init__(
        self, work: RecordedWork[Store], tokens: ClientTokens, same_name: SameName, clock: Clock, issuer: str
    ) -> None:
        """`issuer`: what an assertion must be for; `same_name` compares distinguished names."""
        self._work = work
        self._tokens = tokens
        self._same_name = same_name
        self._clock = clock
        self._issuer = issuer

    def by_assertion(self, client: Client, unverified_assertion: str, endpoint: str) -> None:
        """`private_key_jwt`. Each assertion serves once (RFC 7523 §3, rule 7). `endpoint`: address that was called.

        Raises:
            ClientRefusedError: it does not prove that the client is here; the text may be shown to the client.
            DependencyUnavailableError: the client's keys cannot be fetched, or the assertion cannot be noted.
        """
        try:
            algorithms = algorithms_of(client, client.auth_signing_alg)
            signed = self._tokens.verified(key_source(client), unverified_assertion, algorithms)
            check_type(signed.header, "client-authentication+jwt")
            jti, ends_at = check_assertion(signed.claims, client, self._audiences(client, endpoint), self._clock.now())
        except ClientTokenRefusedError as error:
            raise ClientRefusedError(f"client_assertion is not valid: {error.reason}", reason=error.reason) from error
        except ClaimsRefusedError as error:
            raise ClientRefusedError(f"client_assertion is not valid: {error}", reason="ASSERTION_CLAIMS") from error
        key = hash_secret(f"assertion\0{client.client_id}\0{jti}")
        if not self._work.write(lambda repos: repos.seen_tokens.add(key, ends_at + AHEAD)):
            raise ClientRefusedError("client_assertion was used before", reason="ASSERTION_REPLAYED")

    def _audiences(self, client: Client, endpoint: str) -> Collection[str]:
        """OIDC Core §9 names the token endpoint; RFC 9126 §2 and FAPI 2.0 the issuer."""
        if strict_assertion_audience(client):
            return (self._issuer,)
        return (self._issuer, f"{self._issuer}/token", endpoint)

    def by_certificate(self, client: Client, certificate: ClientCertificate | None) -> None:
        """`tls_client_auth`, `self_signed_tls_client_auth`. The TLS layer has verified that the client holds its key.

        Raises:
            ClientRefusedError: no certificate, or not this client's.
        """
        if certificate is None:
            raise ClientRefusedError("the client's certificate is missing", reason="CERTIFICATE_MISSING")
        if not certificate.is_current(self._clock.now()):
            raise ClientRefusedError("the client's certificate is not valid today", reason="CERTIFICATE_EXPIRED")
        if client.auth_method == "self_signed_tls_client_auth":
            known = self._tokens.has_key(key_source(client), certificate.public_key_thumbprint)
        else:
            known = self._is_named(client, certificate)
        if not known:
            raise ClientRefusedError("the certificate is not the client's", reason="CERTIFICATE_UNKNOWN")

    def _is_named(self, client: Client, certificate: ClientCertificate) -> bool:
        """RFC 8705 §2.1.2: the one name that was registered."""
        if client.tls_client_auth_subject_dn is not None:
            return self._same_name(client.tls_client_auth_subject_dn, certificate.subject_dn)
        for registered, shown in (
            (client.tls_client_auth_san_dns, certificate.san_dns),
            (client.tls_client_auth_san_uri, certificate.san_uri),
            (client.tls_client_auth_san_ip, certificate.san_ip),
            (client.tls_client_auth_san_email, certificate.san_email),
        ):
            if registered is not None:
                return registered in shown
        return False

"""Registered relying parties: the extranets, the services of the house, partner software."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

IDENTITY_SCOPES = ("openid", "profile", "email")

OFFLINE_ACCESS = "offline_access"
"""May be registered and asked for, as software does that knows other providers, and opens nothing (OIDC Core §11)."""

AUTHORIZATION_CODE = "authorization_code"
REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of a grant
CLIENT_CREDENTIALS = "client_credentials"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - the name of a grant
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
GRANT_TYPES = (AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS, TOKEN_EXCHANGE, DEVICE_CODE)

WEB, NATIVE = "web", "native"
APPLICATION_TYPES = (WEB, NATIVE)

SECRET_METHODS = ("client_secret_basic", "client_secret_post")
CERTIFICATE_METHODS = ("tls_client_auth", "self_signed_tls_client_auth")
AUTHENTICATION_METHODS = (*SECRET_METHODS, "private_key_jwt", *CERTIFICATE_METHODS, "none")

PLAIN_MODES = ("query", "form_post")
SIGNED_MODES = ("jwt", "query.jwt", "form_post.jwt")
RESPONSE_MODES = (*PLAIN_MODES, *SIGNED_MODES)

OUR_ALGORITHMS = ("ES256", "RS256")
"""What we sign with."""
CLIENT_ALGORITHMS = ("ES256", "PS256", "EdDSA", "RS256")
"""What a client may sign with."""
FAPI_ALGORITHMS = ("ES256", "PS256", "EdDSA")


NATIONAL = "national"
"""Owner of what belongs to no Caf: the services of the house, and what the operator declares for everybody."""
HOUSE = frozenset({"auth", "habpps", "cdap", "audit"})
"""Names of our own services: no other client is called so, nor stands for their extranets."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """A relying party. `extranet` is the code of the extranet it is, or None; addresses are compared as strings.

    Names are those of OpenID Connect Dynamic Client Registration 1.0 §2, RFC 7591 §2, RFC 8705 §2.1.2, RFC 9126 §6 and
    RFC 9449 §5.2, some without a common beginning (`token_endpoint_`).
    """

    client_id: str
    name: str
    secret_hash: str
    redirect_uris: tuple[str, ...]
    scope: tuple[str, ...]
    owner: str  # the three digits of the Caf that declared it, or NATIONAL
    extranet: str | None = None
    resource: str | None = None
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    first_party: bool = False
    requires_service_contract: bool = True
    application_type: str = "web"
    profile: str = "baseline"
    auth_method: str = "client_secret_basic"
    auth_signing_alg: str | None = None
    grant_types: tuple[str, ...] = (AUTHORIZATION_CODE, REFRESH_TOKEN)
    response_modes: tuple[str, ...] = RESPONSE_MODES
    id_token_signed_response_alg: str = "ES256"  # noqa: S105 - the name of an algorithm
    userinfo_signed_response_alg: str | None = None
    introspection_signed_response_alg: str | None = None
    authorization_signed_response_alg: str = "ES256"
    request_object_signing_alg: str | None = None
    require_signed_request_object: bool = False
    require_pushed_authorization_requests: bool = False
    dpop_bound_access_tokens: bool = False
    tls_client_certificate_bound_access_tokens: bool = False
    tls_client_auth_subject_dn: str | None = None
    tls_client_auth_san_dns: str | None = None
    tls_client_auth_san_uri: str | None = None
    tls_client_auth_san_ip: str | None = None
    tls_client_auth_san_email: str | None = None
    jwks: Mapping[str, Any] | None = None
    jwks_uri: str | None = None
    subject_type: str = "public"
    sector_identifier_uri: str | None = None
    default_max_age: int | None = None
    default_acr_values: tuple[str, ...] = ()
    backchannel_logout_session_required: bool = True
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    exchange_to: tuple[str, ...] = ()
    client_uri: str | None = None
    initiate_login_uri: str | None = None
    contacts: tuple[str, ...] = ()
    registration_token_hash: str | None = None
    registered_at: int | None = None
    enabled: bool = True
    tokens_valid_from: int = 0  # seconds since 1970: what was issued to it before is refused

    def audience(self, issuer: str) -> str:
        """RFC 8707: whom its access tokens are for: its resource server, or ourselves (userinfo) when it has none."""
        return self.resource or issuer

    def is_secret(self, unverified_hash: str) -> bool:
        """Compares the SHA-256 of a presented secret, in constant time. Without a secret none fits."""
        return bool(self.secret_hash) and hmac.compare_digest(self.secret_hash, unverified_hash)

    def allowed_scope(self, requested: str) -> tuple[str, ...]:
        """What of the request this client may have, in the order asked, once each. `offline_access` is passed over
        wherever it is asked for: a refresh token needs no word, and none outlives the session."""
        known = (word for word in requested.split() if word in self.scope and word != OFFLINE_ACCESS)
        return tuple(dict.fromkeys(known))

    @property
    def checked_extranet(self) -> str | None:
        """The extranet on which a person needs a habilitation to enter this client."""
        return self.extranet if self.requires_service_contract else None

    @property
    def is_native(self) -> bool:
        """Whether it runs on the person's own machine (RFC 8252)."""
        return self.application_type == NATIVE

    @property
    def is_confidential(self) -> bool:
        """Whether it can prove who it is (RFC 6749 §2.1)."""
        return self.auth_method != "none"

    @property
    def is_sender_constrained(self) -> bool:
        """Whether its access tokens are bound to a key of its own (RFC 8705 §3, RFC 9449 §5)."""
        return self.dpop_bound_access_tokens or self.tls_client_certificate_bound_access_tokens

    def may_use(self, grant_type: str) -> bool:
        """Whether it is registered for this grant."""
        return grant_type in self.grant_types

    def authenticates_with(self, method: str) -> bool:
        """Whether this is how it authenticates. A secret is as good in the header as in the form: both are taken."""
        if self.auth_method in SECRET_METHODS:
            return method in SECRET_METHODS
        return method == self.auth_method

"""Security profiles: what a client's settings must be, and what is asked of its requests.

`baseline` is RFC 9700 (PKCE always). `interoperable` is what the certification of OpenID Connect Core exercises.
`fapi2` is the FAPI 2.0 Security Profile, with message signing where the client is registered for it. A profile that a
client's settings contradict is refused at registration with the reason: no request has to be refused for it later.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from auth.clients.domain.clients import (
    AUTHORIZATION_CODE,
    CERTIFICATE_METHODS,
    CLIENT_CREDENTIALS,
    FAPI_ALGORITHMS,
    REFRESH_TOKEN,
    SECRET_METHODS,
    TOKEN_EXCHANGE,
    Client,
)

BASELINE, INTEROPERABLE, FAPI2 = "baseline", "interoperable", "fapi2"
PROFILES = (BASELINE, INTEROPERABLE, FAPI2)

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def pkce_required(client: Client) -> bool:
    """RFC 9700 §2.1.1: always, except of a confidential `interoperable` client. It relies on the nonce, and the
    certification of OpenID Connect Core asks that a request with neither succeeds in the code flow."""
    return client.profile != INTEROPERABLE or not client.is_confidential


def pushed_request_required(client: Client) -> bool:
    """FAPI 2.0 §5.3.2.2, RFC 9126 §6."""
    return client.profile == FAPI2 or client.require_pushed_authorization_requests


def strict_assertion_audience(client: Client) -> bool:
    """FAPI 2.0 §5.3.2.1: the audience of an assertion is our issuer, as one string."""
    return client.profile == FAPI2


def profile_problem(client: Client) -> str | None:
    """Why the settings of a client cannot be, in one sentence, or None."""
    for rule in (*_ALWAYS, *_BY_PROFILE[client.profile]):
        problem = rule(client)
        if problem is not None:
            return problem
    return None


Rule = Callable[[Client], "str | None"]


def _code_flow_needs_redirect(client: Client) -> str | None:
    if client.may_use(AUTHORIZATION_CODE) and not client.redirect_uris:
        return "redirect_uris is missing: the grant authorization_code sends the browser back to one of them"
    return None


def _refresh_needs_a_first_grant(client: Client) -> str | None:
    if client.grant_types == (REFRESH_TOKEN,):
        return "grant_types holds refresh_token alone: nothing would give the first refresh token"
    return None


def _keys_for_assertions(client: Client) -> str | None:
    needs_keys = client.auth_method in ("private_key_jwt", "self_signed_tls_client_auth")
    needs_keys = needs_keys or client.require_signed_request_object
    if needs_keys and not (client.jwks or client.jwks_uri):
        return "jwks or jwks_uri is missing: what this client signs is verified with its public keys"
    if client.jwks and client.jwks_uri:
        return "jwks and jwks_uri exclude one another (OpenID Connect Registration §2)"
    return None


def _secret_only_where_used(client: Client) -> str | None:
    if client.auth_method in SECRET_METHODS and not client.secret_hash:
        return "secret or secret_hash is missing: this client authenticates with a secret"
    if client.auth_method not in SECRET_METHODS and client.secret_hash:
        return f"a secret is of no use with token_endpoint_auth_method {client.auth_method}"
    return None


def _certificate_named(client: Client) -> str | None:
    names = [
        client.tls_client_auth_subject_dn,
        client.tls_client_auth_san_dns,
        client.tls_client_auth_san_uri,
        client.tls_client_auth_san_ip,
        client.tls_client_auth_san_email,
    ]
    given = sum(name is not None for name in names)
    if client.auth_method == "tls_client_auth" and given != 1:
        return "tls_client_auth needs exactly one of the tls_client_auth_… names (RFC 8705 §2.1.2)"
    if client.auth_method != "tls_client_auth" and given:
        return "tls_client_auth_… names are for token_endpoint_auth_method tls_client_auth"
    return None


def _public_clients_are_weak(client: Client) -> str | None:
    if client.is_confidential:
        return None
    if client.may_use(CLIENT_CREDENTIALS) or client.may_use(TOKEN_EXCHANGE):
        return "a client without authentication may use neither client_credentials nor token exchange"
    return None


def _one_binding(client: Client) -> str | None:
    if client.dpop_bound_access_tokens and client.tls_client_certificate_bound_access_tokens:
        return "access tokens are bound by DPoP or by certificate, not by both"
    return None


def _pairwise_sector(client: Client) -> str | None:
    if client.subject_type not in ("public", "pairwise"):
        return "subject_type is public or pairwise"
    hosts = {urlsplit(uri).hostname for uri in client.redirect_uris}
    has_sector = client.sector_identifier_uri is not None or (len(hosts) == 1 and None not in hosts)
    if client.subject_type == "pairwise" and not has_sector:
        return "pairwise with several hosts in redirect_uris, or none, needs sector_identifier_uri (OIDC Core §8.1)"
    return None


_ALWAYS: tuple[Rule, ...] = (
    _code_flow_needs_redirect,
    _refresh_needs_a_first_grant,
    _keys_for_assertions,
    _secret_only_where_used,
    _certificate_named,
    _public_clients_are_weak,
    _one_binding,
    _pairwise_sector,
)


def _strong_authentication(client: Client) -> str | None:
    if client.auth_method not in ("private_key_jwt", *CERTIFICATE_METHODS):
        return "fapi2 needs private_key_jwt, tls_client_auth or self_signed_tls_client_auth (FAPI 2.0 §5.3.2.1)"
    return None


def _bound_tokens(client: Client) -> str | None:
    if not client.is_sender_constrained:
        return "fapi2 needs dpop_bound_access_tokens or tls_client_certificate_bound_access_tokens"
    return None


def _fapi_algorithms(client: Client) -> str | None:
    for name, value in (
        ("token_endpoint_auth_signing_alg", client.auth_signing_alg),
        ("request_object_signing_alg", client.request_object_signing_alg),
    ):
        if value is not None and value not in FAPI_ALGORITHMS:
            return f"{name}: fapi2 allows {', '.join(FAPI_ALGORITHMS)} only (FAPI 2.0 §5.4)"
    for name, ours in (
        ("id_token_signed_response_alg", client.id_token_signed_response_alg),
        ("authorization_signed_response_alg", client.authorization_signed_response_alg),
        ("userinfo_signed_response_alg", client.userinfo_signed_response_alg),
        ("introspection_signed_response_alg", client.introspection_signed_response_alg),
    ):
        if ours == "RS256":
            return f"{name}: fapi2 does not allow RS256 (FAPI 2.0 §5.4)"
    return None


def _https_redirects(client: Client) -> str | None:
    for uri in client.redirect_uris:
        parts = urlsplit(uri)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            return f"redirect_uris: fapi2 allows https only (FAPI 2.0 §5.3.2.2): {uri}"
    return None


_BY_PROFILE: dict[str, tuple[Rule, ...]] = {
    BASELINE: (),
    INTEROPERABLE: (),
    FAPI2: (_strong_authentication, _bound_tokens, _fapi_algorithms, _https_redirects),
}

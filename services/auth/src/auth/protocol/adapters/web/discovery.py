"""The metadata (OpenID Connect Discovery 1.0 §3, RFC 8414 §2), as bytes made once: what is on, and nothing else."""

import orjson

from auth.clients.domain.clients import (
    AUTHENTICATION_METHODS,
    CLIENT_ALGORITHMS,
    GRANT_TYPES,
    IDENTITY_SCOPES,
    OUR_ALGORITHMS,
    RESPONSE_MODES,
)
from auth.ground.adapters.web.errors import Answer
from auth.people.domain.steps import levels_offered
from auth.protocol.adapters.web.checks.prompt import PROMPTS

PATHS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")

_ED25519 = "Ed25519"  # RFC 9864: another name of EdDSA, which some clients write
_CLIENT_ENDPOINTS = {
    "token_endpoint": "/token",
    "pushed_authorization_request_endpoint": "/par",
    "introspection_endpoint": "/introspect",
    "revocation_endpoint": "/revoke",
    "device_authorization_endpoint": "/device_authorization",
    "userinfo_endpoint": "/userinfo",
}
_CLAIMS = [
    *("sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "sid", "nonce", "org", "last_login_at"),
    *("name", "given_name", "family_name", "preferred_username", "zoneinfo", "locale", "updated_at"),
    *("email", "email_verified"),
]


class DiscoveryEndpoint:
    """Says what is there, and nothing that is not."""

    def __init__(self, issuer: str, mtls_issuer: str = "") -> None:
        """`issuer`: address of the provider, as in `iss`; `mtls_issuer`: where clients show certificates, or empty."""
        body = orjson.dumps(_metadata(issuer, mtls_issuer))
        self._answer: Answer = (
            200,
            body,
            [("Content-Type", "application/json"), ("Cache-Control", "public, max-age=300")],
        )

    def __call__(self, _environ: object) -> Answer:
        """Always the same."""
        return self._answer


def _metadata(issuer: str, mtls_issuer: str) -> dict[str, object]:
    methods = [name for name in AUTHENTICATION_METHODS if mtls_issuer or "tls_client_auth" not in name]
    authenticated = [name for name in methods if name != "none"]
    metadata: dict[str, object] = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        **{name: f"{issuer}{path}" for name, path in _CLIENT_ENDPOINTS.items()},
        "jwks_uri": f"{issuer}/jwks",
        "registration_endpoint": f"{issuer}/register",
        "end_session_endpoint": f"{issuer}/logout",
        "scopes_supported": list(IDENTITY_SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": list(GRANT_TYPES),
        "acr_values_supported": list(levels_offered()),
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": list(OUR_ALGORITHMS),
        "userinfo_signing_alg_values_supported": list(OUR_ALGORITHMS),
        "introspection_signing_alg_values_supported": list(OUR_ALGORITHMS),
        "authorization_signing_alg_values_supported": list(OUR_ALGORITHMS),
        "request_object_signing_alg_values_supported": [*CLIENT_ALGORITHMS, _ED25519],
        "dpop_signing_alg_values_supported": ["ES256", "PS256", "EdDSA", _ED25519],
        "code_challenge_methods_supported": ["S256"],
        "display_values_supported": ["page", "popup", "touch", "wap"],
        "claim_types_supported": ["normal"],
        "claims_supported": _CLAIMS,
        "authorization_details_types_supported": ["service_contract"],
        "ui_locales_supported": ["fr", "en"],
        "claims_locales_supported": ["fr"],
        "claims_parameter_supported": True,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": False,
        "require_pushed_authorization_requests": False,
        "require_signed_request_object": False,
        "tls_client_certificate_bound_access_tokens": bool(mtls_issuer),
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "prompt_values_supported": sorted(PROMPTS),
        **_authentication(methods, authenticated),
    }
    if mtls_issuer:
        metadata["mtls_endpoint_aliases"] = {name: f"{mtls_issuer}{path}" for name, path in _CLIENT_ENDPOINTS.items()}
    return metadata


def _authentication(methods: list[str], authenticated: list[str]) -> dict[str, object]:
    """RFC 8414 §2: per endpoint, and with which algorithms."""
    described: dict[str, object] = {}
    for endpoint, known in (("token", methods), ("introspection", authenticated), ("revocation", methods)):
        described[f"{endpoint}_endpoint_auth_methods_supported"] = known
        described[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = [*CLIENT_ALGORITHMS, _ED25519]
    return described

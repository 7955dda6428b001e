"""GET /.well-known/openid-configuration (OpenID Connect Discovery 1.0 §3), as bytes made once."""

import orjson

from auth.adapters.web.oidc.authlib_models import CLIENT_METHODS, GRANT_TYPES
from auth.adapters.web.oidc.errors import Answer
from auth.domain.sessions import ACR_PASSWORD


class DiscoveryEndpoint:
    """Says what is there, and nothing that is not."""

    def __init__(self, issuer: str) -> None:
        """`issuer`: address of the provider, as in `iss`."""
        body = orjson.dumps(_metadata(issuer))
        self._answer: Answer = (
            200,
            body,
            [("Content-Type", "application/json"), ("Cache-Control", "public, max-age=300")],
        )

    def __call__(self, _environ: object) -> Answer:
        """Always the same."""
        return self._answer


def _metadata(issuer: str) -> dict[str, object]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "end_session_endpoint": f"{issuer}/logout",
        "scopes_supported": ["openid", "profile", "email"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "acr_values_supported": [ACR_PASSWORD],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": list(CLIENT_METHODS),
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": _CLAIMS,
        "authorization_details_types_supported": ["service_contract", "administration"],
        "ui_locales_supported": ["fr", "en"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }


_CLAIMS = [
    *("sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "sid", "nonce", "org", "last_login_at"),
    *("name", "given_name", "family_name", "preferred_username", "email", "email_verified"),
]

"""The plan `oidcc-config`: what the provider says of itself before anybody signs in."""

from __future__ import annotations

from tests.auth.builders import ISSUER
from tests.auth.conformance.suite import Suite
from tests.promises import promise

_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "k"}


@promise("oidf:oidcc-discovery-endpoint-verification")
def test_oidcc_discovery_endpoint_verification(plain: Suite) -> None:
    answer = plain.browser.get("/.well-known/openid-configuration")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    metadata = answer.json
    assert metadata["issuer"] == ISSUER
    assert metadata["response_types_supported"] == ["code"]
    assert "authorization_code" in metadata["grant_types_supported"]
    assert set(metadata["subject_types_supported"]) <= {"public", "pairwise"}
    assert "RS256" in metadata["id_token_signing_alg_values_supported"]
    assert "RS256" in metadata["request_object_signing_alg_values_supported"]
    assert "openid" in metadata["scopes_supported"]
    assert {"sub", "iss", "auth_time", "name"} <= set(metadata["claims_supported"])
    assert metadata["claims_parameter_supported"] is True
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    addresses = [value for name, value in metadata.items() if name.endswith(("_endpoint", "_uri"))]
    assert len(addresses) >= 4
    assert all(address.startswith(f"{ISSUER}/") for address in addresses)
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "end_session_endpoint"):
        assert plain.browser.get(metadata[name].removeprefix(ISSUER)).status_code in (200, 400, 401, 405), name


def test_oidcc_discovery_endpoint_verification_of_the_keys(plain: Suite) -> None:
    metadata = plain.browser.get("/.well-known/openid-configuration").json
    keys = plain.browser.get(metadata["jwks_uri"].removeprefix(ISSUER)).json["keys"]
    assert {key["alg"] for key in keys} >= {"ES256", "RS256"}
    assert len({key["kid"] for key in keys}) == len(keys)
    assert all(key["use"] == "sig" and key["kty"] in ("EC", "RSA") and not _PRIVATE & set(key) for key in keys)


def test_both_documents_of_the_metadata_are_the_same(plain: Suite) -> None:
    """RFC 8414 §3 and OpenID Connect Discovery 1.0 §4: two addresses, one content."""
    first = plain.browser.get("/.well-known/openid-configuration")
    assert plain.browser.get("/.well-known/oauth-authorization-server").data == first.data

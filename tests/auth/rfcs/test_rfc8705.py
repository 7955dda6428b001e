"""RFC 8705, mutual TLS, for clients of every profile; `conformance_fapi/test_fapi2_mtls.py` has the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auth.clients.domain.client_registration import BadClientError
from tests.auth.builders import Provider
from tests.auth.conformance_fapi.builders import FapiClient, a_fapi_client, claims_of, refusal
from tests.auth.conformance_fapi.certificates import SUBJECT, a_certificate, a_key, jwk_of, mtls_browser, thumbprint
from tests.promises import promise

KEY, OTHER_KEY = a_key(), a_key()
CERTIFICATE, FOREIGN = a_certificate(KEY), a_certificate(OTHER_KEY)
BASE = {"profile": "baseline", "dpop_bound_access_tokens": False}


@promise("rfc8705:certificate-without-binding")
def test_rfc8705_a_certificate_may_authenticate_without_binding(provider: Provider) -> None:
    method = "self_signed_tls_client_auth"
    provider.add(a_fapi_client(**BASE, token_endpoint_auth_method=method, jwks={"keys": [jwk_of(KEY)]}))
    client = FapiClient(provider, mtls_browser(provider), key=None, dpop_key=None, certificate=CERTIFICATE)
    answer = client.grant("client_credentials", scope="omega")
    assert answer.status_code == 200
    assert "cnf" not in claims_of(provider, answer.json["access_token"])
    stranger = replace(client, certificate=FOREIGN)
    assert refusal(stranger.grant("client_credentials")) == (401, "invalid_client")


@promise("rfc8705:bound-tokens")
def test_rfc8705_a_client_with_another_authentication_has_tokens_bound_too(provider: Provider) -> None:
    provider.add(a_fapi_client(**BASE, tls_client_certificate_bound_access_tokens=True))
    client = FapiClient(provider, mtls_browser(provider), dpop_key=None, certificate=CERTIFICATE)
    token = client.grant("client_credentials", scope="omega").json["access_token"]
    assert claims_of(provider, token)["cnf"] == {"x5t#S256": thumbprint(CERTIFICATE)}
    assert refusal(replace(client, certificate="").grant("client_credentials")) == (400, "invalid_request")


@promise("rfc8705:tls-client-auth")
def test_rfc8705_no_other_way_of_authentication_serves_a_client_with_a_certificate(provider: Provider) -> None:
    named = {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": SUBJECT}
    provider.add(a_fapi_client(**BASE, **named))
    client = FapiClient(provider, mtls_browser(provider), dpop_key=None, certificate=CERTIFICATE)
    assert refusal(client.grant("client_credentials")) == (401, "invalid_client")
    with_secret = {"grant_type": "client_credentials", "client_id": "omega", "client_secret": "x"}
    assert refusal(client.post("/token", with_secret)) == (401, "invalid_client")


@promise("rfc8705:tls-client-auth")
@pytest.mark.parametrize(
    "names",
    [
        {},
        {"tls_client_auth_subject_dn": SUBJECT, "tls_client_auth_san_dns": "omega.example"},
    ],
)
def test_rfc8705_exactly_one_name_is_registered(names: dict[str, str]) -> None:
    with pytest.raises(BadClientError, match="exactly one"):
        a_fapi_client(**BASE, token_endpoint_auth_method="tls_client_auth", **names)


@promise("rfc8705:bound-tokens")
def test_rfc8705_a_token_is_bound_in_one_way() -> None:
    with pytest.raises(BadClientError, match="not by both"):
        a_fapi_client(tls_client_certificate_bound_access_tokens=True)

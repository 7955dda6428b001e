"""The plan `oidcc-backchannel-rp-initiated-logout`: the provider itself tells the client that the session ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from joserfc import jwt

from tests.auth.builders import ISSUER
from tests.auth.conformance.suite import Suite
from tests.auth.conformance.test_oidcc_rp_initiated_logout import end_session, is_signed_in
from tests.promises import promise


@promise("oidf:oidcc-backchannel-logout-discovery-endpoint-verification")
def test_oidcc_backchannel_logout_discovery_endpoint_verification(plain: Suite) -> None:
    metadata = plain.browser.get("/.well-known/openid-configuration").json
    assert metadata["backchannel_logout_supported"] is True
    assert metadata["backchannel_logout_session_supported"] is True
    assert metadata["end_session_endpoint"].startswith(ISSUER)


@promise("oidf:oidcc-backchannel-rp-initiated-logout")
@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_oidcc_backchannel_rp_initiated_logout(plain: Suite, algorithm: str) -> None:
    suite = plain.other(replace(plain.client, id_token_signed_response_alg=algorithm))
    suite.provider.add(suite.client)
    tokens = suite.flow()
    answer = end_session(suite, tokens.answer["id_token"])
    assert answer.headers["Location"].startswith(suite.client.post_logout_redirect_uris[0])
    suite.provider.clock.advance(timedelta(seconds=11))  # the browser has arrived
    suite.provider.deliver(str(tokens.identity["sid"]))

    address, unverified = suite.provider.calls.posted[0]
    assert address == suite.client.backchannel_logout_uri
    token = jwt.decode(unverified, suite.provider.keys.public, algorithms=[algorithm])
    claims, now = token.claims, int(suite.provider.clock.now().timestamp())
    assert token.header["typ"] == "logout+jwt"
    assert (claims["iss"], claims["aud"], claims["sid"]) == (ISSUER, suite.client.client_id, tokens.identity["sid"])
    assert claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert claims["iat"] <= now < claims["exp"]
    assert claims["jti"]
    assert "nonce" not in claims
    assert len(suite.provider.calls.posted) == 1
    assert not is_signed_in(suite)

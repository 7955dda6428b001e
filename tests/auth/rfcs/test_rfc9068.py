"""RFC 9068, JWT access tokens: what we issue, and what a resource server of the house believes."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc.jwk import ECKey

from servicekit.tokens import AccessTokenVerifier, TokenRefusedError
from tests.auth.builders import DIRECTOR, ISSUER, AuthBrowser, Provider, a_client
from tests.auth.conformance_fapi.builders import claims_of, forged, header_of, public, signed, unsigned
from tests.auth.rfcs.builders import CDAP, tokens, userinfo
from tests.promises import promise

FOREIGN_KEY = ECKey.generate_key("P-256", {"kid": "foreign"})


@pytest.fixture
def token(browser: AuthBrowser) -> str:
    """An access token of cdap."""
    browser.sign_in()
    return str(tokens(browser)["access_token"])


def verifier(provider: Provider, audience: str = CDAP) -> AccessTokenVerifier:
    """What the services of the house check tokens with."""
    return AccessTokenVerifier(ISSUER, audience, lambda: provider.keys.public, clock=provider.clock)


@promise("rfc9068:typ-required", "rfc9068:kid")
def test_rfc9068_a_token_says_that_it_is_an_access_token(provider: Provider, token: str) -> None:
    header = header_of(provider, token)
    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": provider.keys.signer.kid}


@promise("rfc9068:claims-required", "rfc9068:one-audience", "rfc9068:authentication")
def test_rfc9068_a_token_has_every_claim(provider: Provider, browser: AuthBrowser, token: str) -> None:
    claims, now = claims_of(provider, token), int(provider.clock.now().timestamp())
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, CDAP, DIRECTOR)
    assert claims["client_id"] == "cdap"
    assert (claims["iat"], claims["exp"]) == (now, now + 300)
    assert claims["scope"] == "openid profile email cdap"
    assert (claims["auth_time"], claims["amr"]) == (now, ["pwd"])
    assert claims["acr"]
    another = claims_of(provider, tokens(browser)["access_token"])
    assert another["jti"] != claims["jti"]


@promise("rfc9068:claims-required")
def test_rfc9068_the_subject_of_a_clients_own_token_is_the_client(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(a_client("cdap", grant_types=["client_credentials"]))
    claims = claims_of(provider, browser.token(grant_type="client_credentials").json["access_token"])
    assert (claims["sub"], claims["client_id"], claims["aud"]) == ("cdap", "cdap", CDAP)
    assert not {"auth_time", "acr", "amr", "sid"} & set(claims)


@promise("rfc9068:algorithms", "rfc9068:typ-required")
def test_rfc9068_a_resource_server_of_the_house_refuses_everything_else(provider: Provider, token: str) -> None:
    claims, verify = claims_of(provider, token), verifier(provider).verify
    assert verify(token).subject == DIRECTOR
    kid = provider.keys.signer.kid
    for wrong in (
        forged(token),
        unsigned(claims, typ="at+jwt", kid=kid),
        signed(claims, FOREIGN_KEY, typ="at+jwt", kid=kid),
        signed(claims, FOREIGN_KEY, typ="at+jwt", jwk=public(FOREIGN_KEY), kid="foreign"),
        signed(claims, FOREIGN_KEY, typ="at+jwt", jku="https://evil.example/jwks", kid="foreign"),
        provider.keys.sign("JWT", claims),
        provider.keys.sign("logout+jwt", claims),
        provider.keys.sign("at+jwt", claims, "RS256"),
        "x.y.z",
    ):
        with pytest.raises(TokenRefusedError):
            verify(wrong)


@promise("rfc9068:id-token-refused")
def test_rfc9068_an_id_token_is_no_access_token(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    identity = tokens(browser)["id_token"]
    assert userinfo(browser, identity).status_code == 401
    for audience in ("cdap", CDAP):
        with pytest.raises(TokenRefusedError):
            verifier(provider, audience).verify(identity)


@promise("rfc9068:claims-required")
@pytest.mark.parametrize(
    "changes",
    [
        *({"iss": None}, {"iss": "https://evil.example"}, {"aud": None}, {"aud": "http://localhost:8410"}),
        *({"exp": None}, {"exp": 1}, {"iat": None}, {"iat": 99_999_999_999}, {"sub": None}, {"jti": None}),
        *({"client_id": None}, {"nbf": 99_999_999_999}),
    ],
)
def test_rfc9068_a_token_without_one_of_them_is_refused(
    provider: Provider, token: str, changes: dict[str, Any]
) -> None:
    claims = {name: value for name, value in {**claims_of(provider, token), **changes}.items() if value is not None}
    with pytest.raises(TokenRefusedError):
        verifier(provider).verify(provider.keys.sign("at+jwt", claims))


@promise("rfc9068:one-audience")
def test_rfc9068_a_token_for_another_resource_server_is_refused(provider: Provider, token: str) -> None:
    with pytest.raises(TokenRefusedError):
        verifier(provider, "http://localhost:8410").verify(token)

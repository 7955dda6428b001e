"""What an access token must be: RFC 9068, and only the issuer's own keys."""

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from servicekit.tokens import (
    AccessTokenVerifier,
    IssuerUnreachableError,
    JwksSource,
    TokenNotBoundError,
    TokenRefusedError,
)
from tests.promises import promise
from tests.servicekit.fakes import FixedClock
from tests.servicekit.web.fake_provider import ISSUER, RESOURCE, FakeProvider


@pytest.fixture
def provider(clock: FixedClock) -> FakeProvider:
    return FakeProvider(clock)


@pytest.fixture
def source(provider: FakeProvider, clock: FixedClock) -> JwksSource:
    return JwksSource(f"{ISSUER}/jwks", http=provider.client(), clock=clock)


@pytest.fixture
def verifier(source: JwksSource, clock: FixedClock) -> AccessTokenVerifier:
    return AccessTokenVerifier(ISSUER, RESOURCE, source, clock=clock)


def token(provider: FakeProvider, header: dict[str, Any] | None = None, /, **changes: object) -> str:
    claims = {**provider.access_claims(), **changes}
    kept = {name: value for name, value in claims.items() if value is not None}
    return provider.sign({"typ": "at+jwt", **(header or {})}, kept)


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
def test_a_good_token_gives_its_content(provider: FakeProvider, verifier: AccessTokenVerifier, typ: str) -> None:
    verified = verifier.verify(token(provider, {"typ": typ}, aud=["https://other.example", RESOURCE]))
    assert verified.subject == provider.subject
    assert verified.organisation.caf == "921"
    assert verified.scopes == {"openid", "profile", "mon-enfant"}
    assert verified.expires_at - verified.issued_at == timedelta(minutes=5)
    assert verified.authorization_details[0]["profiles"] == ["T2"]


NEEDED = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti", "sid", "org", "acr", "amr", "auth_time"]


@pytest.mark.parametrize("name", [*NEEDED, "rights_revision"])
def test_a_token_without_a_needed_claim_is_refused(
    provider: FakeProvider, verifier: AccessTokenVerifier, name: str
) -> None:
    with pytest.raises(TokenRefusedError):
        verifier.verify(token(provider, **{name: None}))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "https://other.example"},
        {"aud": []},
        {"aud": {RESOURCE: 1}},
        {"exp": 1},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 1e300},
        {"iat": 99_999_999_999},
        {"nbf": 99_999_999_999},
        {"sub": ""},
        {"sub": 7},
        {"org": {"id": "o1"}},
        {"authorization_details": ["x"]},
        {"rights_revision": "7"},
    ],
)
def test_a_wrong_claim_is_refused(
    provider: FakeProvider, verifier: AccessTokenVerifier, changes: dict[str, object]
) -> None:
    with pytest.raises(TokenRefusedError):
        verifier.verify(token(provider, **changes))


@pytest.mark.parametrize("typ", ["JWT", "logout+jwt", "", None])
def test_another_type_or_none_is_refused(
    provider: FakeProvider, verifier: AccessTokenVerifier, typ: str | None
) -> None:
    header: dict[str, Any] = {} if typ is None else {"typ": typ}
    with pytest.raises(TokenRefusedError):
        verifier.verify(provider.sign(header, provider.access_claims()))


def test_other_algorithms_are_refused(provider: FakeProvider, verifier: AccessTokenVerifier) -> None:
    claims = provider.access_claims()
    header: dict[str, Any] = {"typ": "at+jwt", "kid": "k1"}
    public = json.dumps(provider.key.as_dict(private=False))
    rsa = RSAKey.generate_key(2048, {"kid": "k1"})
    forged = [
        jwt.encode({**header, "alg": "HS256"}, claims, OctKey.import_key(public), algorithms=["HS256"]),
        jwt.encode({**header, "alg": "RS256"}, claims, rsa, algorithms=["RS256"]),
        _unsigned({**header, "alg": "none"}, claims),
        _unsigned({**header, "alg": "ES256"}, claims),
    ]
    for unverified in forged:
        with pytest.raises(TokenRefusedError):
            verifier.verify(unverified)


def test_keys_named_by_the_token_itself_are_not_looked_at(
    provider: FakeProvider, verifier: AccessTokenVerifier
) -> None:
    own = ECKey.generate_key("P-256", {"kid": "k1"})
    headers: list[dict[str, object]] = [
        {"jwk": own.as_dict(private=False)},
        {"jku": "https://evil.example/jwks"},
        {"x5u": "https://evil.example/cert"},
    ]
    for header in headers:
        forged = jwt.encode({"alg": "ES256", "kid": "k1", "typ": "at+jwt", **header}, provider.access_claims(), own)
        with pytest.raises(TokenRefusedError):
            verifier.verify(forged)
    assert all(request.url.path == "/jwks" for request in provider.requests)


@pytest.mark.parametrize("text", ["", "a.b.c", "a.b", "....", "é.é.é", "x" * 20_000, "\ud800"])
def test_what_is_not_a_token_is_refused(verifier: AccessTokenVerifier, text: str) -> None:
    with pytest.raises(TokenRefusedError):
        verifier.verify(text)


@pytest.mark.parametrize("kid", ["unknown", "", 7, None])
def test_a_token_needs_the_id_of_a_known_key(
    provider: FakeProvider, verifier: AccessTokenVerifier, kid: object
) -> None:
    header = {"alg": "ES256", "typ": "at+jwt"} | ({} if kid is None else {"kid": kid})
    parts = [json.dumps(header).encode(), json.dumps(provider.access_claims()).encode(), b"s" * 64]
    with pytest.raises(TokenRefusedError):
        verifier.verify(".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts))


def test_a_verified_token_is_not_verified_again_but_ends_with_its_life(
    provider: FakeProvider, clock: FixedClock, source: JwksSource
) -> None:
    verifier = AccessTokenVerifier(ISSUER, RESOURCE, source, clock=clock, cache_size=2)
    text = token(provider)
    assert verifier.verify(text) is verifier.verify(text)
    assert provider.count("/jwks") == 1
    clock.advance(timedelta(minutes=5))
    with pytest.raises(TokenRefusedError):
        verifier.verify(text)


def test_a_verified_token_does_not_outlive_its_key(
    provider: FakeProvider, clock: FixedClock, verifier: AccessTokenVerifier
) -> None:
    text = token(provider)
    verifier.verify(text)
    provider.key = ECKey.generate_key("P-256", {"kid": "k2"})
    clock.advance(timedelta(seconds=31))
    verifier.verify(token(provider, {"kid": "k2"}))  # names the new key, so the keys are read again
    with pytest.raises(TokenRefusedError):
        verifier.verify(text)


def test_keys_that_are_read_again_keep_their_tokens_good(clock: FixedClock) -> None:
    provider = FakeProvider(clock)
    sets = [KeySet([provider.key]), KeySet([provider.key])]
    verifier = AccessTokenVerifier(ISSUER, RESOURCE, lambda: sets[0], clock=clock)
    text = token(provider)
    kept = verifier.verify(text)
    assert verifier.verify(text) is kept
    sets.reverse()
    assert verifier.verify(text) == kept


def test_the_cache_is_bounded(provider: FakeProvider, clock: FixedClock, source: JwksSource) -> None:
    verifier = AccessTokenVerifier(ISSUER, RESOURCE, source, clock=clock, cache_size=2)
    first = token(provider)
    kept = verifier.verify(first)
    for _ in range(2):
        verifier.verify(token(provider))
    assert verifier.verify(first) is not kept


def test_a_new_key_is_fetched_when_a_token_names_it(
    provider: FakeProvider, verifier: AccessTokenVerifier, clock: FixedClock
) -> None:
    verifier.verify(token(provider))
    provider.key = ECKey.generate_key("P-256", {"kid": "k2"})
    clock.advance(timedelta(seconds=31))
    assert verifier.verify(token(provider, {"kid": "k2"})).subject == provider.subject
    assert provider.count("/jwks") == 2


def test_unknown_keys_do_not_make_the_issuer_be_asked_again_and_again(
    provider: FakeProvider, verifier: AccessTokenVerifier, clock: FixedClock
) -> None:
    verifier.verify(token(provider))
    clock.advance(timedelta(seconds=31))
    for _ in range(20):
        with pytest.raises(TokenRefusedError):
            verifier.verify(token(provider, {"kid": "unknown"}))
    assert provider.count("/jwks") == 2


def test_known_keys_are_used_for_an_hour_while_the_issuer_is_away(
    provider: FakeProvider, verifier: AccessTokenVerifier, clock: FixedClock
) -> None:
    verifier.verify(token(provider))
    provider.down = True
    clock.advance(timedelta(minutes=59))
    verifier.verify(token(provider))
    clock.advance(timedelta(minutes=2))
    with pytest.raises(IssuerUnreachableError):
        verifier.verify(token(provider))


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(200, text="no"), httpx.Response(200, json={})])
def test_keys_that_cannot_be_read_are_an_unreachable_issuer(answer: httpx.Response, clock: FixedClock) -> None:
    http = httpx.Client(transport=httpx.MockTransport(lambda _request: answer))
    with pytest.raises(IssuerUnreachableError):
        JwksSource(f"{ISSUER}/jwks", http=http, clock=clock)()


def _unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = [json.dumps(part).encode() for part in (header, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), ""])


def test_a_token_bound_to_a_certificate_needs_it(provider: FakeProvider, verifier: AccessTokenVerifier) -> None:
    shown = b"the DER of a certificate"
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(shown).digest()).rstrip(b"=").decode()
    bound = token(provider, cnf={"x5t#S256": thumbprint})
    assert verifier.verify(bound, shown).binding == ("x5t#S256", thumbprint)
    for other in (None, b"", b"another certificate"):
        with pytest.raises(TokenRefusedError):
            verifier.verify(bound, other)


@promise("program:who-may-call")
def test_a_service_may_ask_that_every_token_is_bound(
    provider: FakeProvider, source: JwksSource, clock: FixedClock
) -> None:
    strict = AccessTokenVerifier(ISSUER, RESOURCE, source, clock=clock, bound=True)
    with pytest.raises(TokenNotBoundError):
        strict.verify(token(provider), b"a certificate")


@pytest.mark.parametrize("cnf", [{"jkt": "a thumbprint"}, {}, {"x5t#S256": ""}, "text", {"kid": "a", "jkt": "b"}, []])
def test_a_token_bound_to_what_cannot_be_checked_is_refused(
    provider: FakeProvider, verifier: AccessTokenVerifier, cnf: object
) -> None:
    with pytest.raises(TokenRefusedError):
        verifier.verify(token(provider, cnf=cnf), b"a certificate")


def test_a_service_may_ask_for_its_scope(provider: FakeProvider, source: JwksSource, clock: FixedClock) -> None:
    strict = AccessTokenVerifier(ISSUER, RESOURCE, source, clock=clock, scope="mon-enfant")
    assert strict.verify(token(provider)).scopes >= {"mon-enfant"}
    with pytest.raises(TokenRefusedError):
        strict.verify(token(provider, scope="openid profile"))

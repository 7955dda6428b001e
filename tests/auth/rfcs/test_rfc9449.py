"""RFC 9449, DPoP, for clients of every profile; `conformance_fapi` has what FAPI 2.0 asks beyond it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.auth.builders import AuthBrowser, Provider, a_client, sent_back
from tests.auth.conformance_fapi.builders import (
    DPOP_KEY,
    OTHER_DPOP_KEY,
    FapiClient,
    claims_of,
    first_client,
    public,
    refusal,
    rsa_key,
    signed,
    token_hash,
)
from tests.auth.rfcs.builders import (
    a_public_client,
    call,
    code_exchange,
    introspect,
    public_refresh,
    public_tokens,
    tokens,
)
from tests.promises import promise

_AT_ONCE = 8


@pytest.fixture
def key(provider: Provider, browser: AuthBrowser) -> FapiClient:
    """What signs the proofs; the person is signed in."""
    browser.sign_in()
    return FapiClient(provider, browser)


@promise("rfc9449:any-client")
def test_rfc9449_a_client_that_shows_a_key_gets_a_bound_token(key: FapiClient) -> None:
    """Although it is not registered for it."""
    answer = code_exchange(key.browser, key.browser.code(), DPoP=key.proof("/token", nonce=None))
    assert answer.json["token_type"] == "DPoP"
    token = answer.json["access_token"]
    assert claims_of(key.provider, token)["cnf"] == {"jkt": DPOP_KEY.thumbprint()}
    assert key.userinfo(token).status_code == 200
    assert key.userinfo(token, proof="", scheme="Bearer").status_code == 401


@promise("rfc9449:registered")
def test_rfc9449_a_client_that_is_registered_for_it_gets_nothing_else(key: FapiClient) -> None:
    key.provider.add(a_client("cdap", dpop_bound_access_tokens=True))
    code = key.browser.code()
    assert refusal(code_exchange(key.browser, code)) == (400, "invalid_dpop_proof")
    assert code_exchange(key.browser, code, DPoP=key.proof("/token")).json["token_type"] == "DPoP"


@promise("rfc9449:public-refresh")
def test_rfc9449_a_public_client_needs_its_key_again_to_refresh(key: FapiClient) -> None:
    key.provider.add(a_public_client())
    first = public_tokens(key.browser, DPoP=key.proof("/token")).json["refresh_token"]
    thief = key.with_dpop_key(OTHER_DPOP_KEY)
    assert refusal(public_refresh(key.browser, first, DPoP=thief.proof("/token"))) == (400, "invalid_grant")
    assert refusal(public_refresh(key.browser, first)) == (400, "invalid_grant")
    answer = public_refresh(key.browser, first, DPoP=key.proof("/token"))
    assert claims_of(key.provider, answer.json["access_token"])["cnf"] == {"jkt": DPOP_KEY.thumbprint()}


@promise("rfc9449:code-binding")
def test_rfc9449_a_code_may_be_bound_to_a_key_in_the_request_itself(key: FapiClient) -> None:
    code = key.browser.code("cdap", 8402, dpop_jkt=DPOP_KEY.thumbprint())
    assert refusal(code_exchange(key.browser, code)) == (400, "invalid_grant")
    other = key.with_dpop_key(OTHER_DPOP_KEY).proof("/token")
    assert refusal(code_exchange(key.browser, code, DPoP=other)) == (400, "invalid_grant")
    assert code_exchange(key.browser, code, DPoP=key.proof("/token")).status_code == 200


@promise("rfc9449:code-binding")
@pytest.mark.parametrize("value", ["short", "é" * 43, "A" * 44])
def test_rfc9449_what_is_no_thumbprint_binds_nothing(key: FapiClient, value: str) -> None:
    assert sent_back(key.browser.authorize(dpop_jkt=value))["error"] == "invalid_request"


@promise("rfc9449:token-bound")
def test_rfc9449_a_proof_for_another_token_or_key_opens_nothing(key: FapiClient) -> None:
    one, two = (
        code_exchange(key.browser, key.browser.code(), DPoP=key.proof("/token")).json["access_token"] for _ in range(2)
    )
    assert key.userinfo(one, proof=key.proof("/userinfo", "GET", ath=token_hash(two))).status_code == 401
    assert key.with_dpop_key(OTHER_DPOP_KEY).userinfo(one).status_code == 401
    refused = key.userinfo(one, proof=key.proof("/userinfo", "GET"))
    assert refused.headers["WWW-Authenticate"] == ('DPoP error="invalid_dpop_proof", algs="ES256 PS256 EdDSA"')


@promise("rfc9449:token-bound")
def test_rfc9449_a_token_without_binding_is_not_made_better_by_a_proof(key: FapiClient) -> None:
    """It stays a bearer token; with a proof it is refused, since the key of the proof is not the token's (§4.3)."""
    token = tokens(key.browser)["access_token"]
    assert "cnf" not in claims_of(key.provider, token)
    assert key.userinfo(token, proof="", scheme="Bearer").status_code == 200
    assert key.userinfo(token).status_code == 401


@promise("rfc9449:token-bound")
def test_rfc9449_a_bound_token_without_a_proof_is_challenged_for_one(key: FapiClient) -> None:
    token = code_exchange(key.browser, key.browser.code(), DPoP=key.proof("/token")).json["access_token"]
    refused = key.userinfo(token, proof="")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith('DPoP error="invalid_token", algs=')


@promise("rfc9449:one-proof")
def test_rfc9449_two_proofs_are_none(key: FapiClient) -> None:
    both = f"{key.proof('/token')}, {key.proof('/token')}"
    answer = code_exchange(key.browser, key.browser.code(), DPoP=both)
    assert refusal(answer) == (400, "invalid_dpop_proof")


@promise("rfc9449:replay")
@pytest.mark.parametrize("with_nonce", [True, False])
def test_rfc9449_a_proof_serves_once_in_its_whole_life(key: FapiClient, *, with_nonce: bool) -> None:
    """Made by a clock that is ahead, it is remembered until it would be too old, whatever is swept away."""
    changes = {} if with_nonce else {"nonce": None}
    ahead = key.proof("/token", iat=key.now + 10, **changes)
    assert code_exchange(key.browser, key.browser.code(), DPoP=ahead).status_code == 200
    for _ in range(2):
        key.provider.clock.advance(timedelta(seconds=35))
        key.provider.sweep()
        refused = code_exchange(key.browser, key.browser.code(), DPoP=ahead)
        assert refusal(refused) == (400, "invalid_dpop_proof")
    assert code_exchange(key.browser, key.browser.code(), DPoP=key.proof("/token")).status_code == 200


@promise("rfc9449:replay")
def test_rfc9449_of_many_uses_at_once_one_is_believed(stored_provider: Provider) -> None:
    """With real transactions, at userinfo."""
    key = first_client(stored_provider, stored_provider.browser())
    token = key.tokens()["access_token"]
    shown = key.proof("/userinfo", "GET", ath=token_hash(token))
    start = threading.Barrier(_AT_ONCE)
    callers = [replace(key, browser=stored_provider.browser()) for _ in range(_AT_ONCE)]

    def use(one: FapiClient) -> int:
        start.wait(30)
        return int(one.userinfo(token, proof=shown).status_code)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        assert sorted(pool.map(use, callers)) == [200] + [401] * (_AT_ONCE - 1)


@promise("rfc9449:nonce")
def test_rfc9449_a_nonce_is_good_for_a_minute_or_two(key: FapiClient) -> None:
    answer = code_exchange(key.browser, key.browser.code(), DPoP=key.proof("/token", nonce=None))
    nonce = answer.headers["DPoP-Nonce"]
    key.provider.clock.advance(timedelta(seconds=60))
    good = key.proof("/token", nonce=nonce)
    assert code_exchange(key.browser, key.browser.code(), DPoP=good).status_code == 200
    key.provider.clock.advance(timedelta(seconds=60))
    code = key.browser.code()
    refused = code_exchange(key.browser, code, DPoP=key.proof("/token", nonce=nonce))
    assert refusal(refused) == (400, "use_dpop_nonce")
    again = key.proof("/token", nonce=refused.headers["DPoP-Nonce"])
    assert code_exchange(key.browser, code, DPoP=again).status_code == 200


@promise("rfc9449:nonce")
def test_rfc9449_userinfo_challenges_a_nonce_that_is_not_ours(key: FapiClient) -> None:
    token = code_exchange(key.browser, key.browser.code(), DPoP=key.proof("/token")).json["access_token"]
    refused = key.userinfo(token, proof=key.proof("/userinfo", "GET", ath=token_hash(token), nonce="old"))
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith('DPoP error="use_dpop_nonce"')
    shown = key.proof("/userinfo", "GET", ath=token_hash(token), nonce=refused.headers["DPoP-Nonce"])
    assert key.userinfo(token, proof=shown).status_code == 200


@promise("rfc9449:algorithms")
def test_rfc9449_ps256_is_as_good_as_es256(key: FapiClient) -> None:
    claims = key.proof_claims("/token")
    shown = signed(claims, rsa_key(), "PS256", typ="dpop+jwt", jwk=public(rsa_key()))
    token = code_exchange(key.browser, key.browser.code(), DPoP=shown).json["access_token"]
    assert claims_of(key.provider, token)["cnf"] == {"jkt": rsa_key().thumbprint()}


@promise("rfc9449:address")
@pytest.mark.parametrize(
    "address", ["http://localhost:8400/token?x=1", "HTTP://LOCALHOST:8400/token", "http://localhost:8400/%74oken"]
)
def test_rfc9449_query_and_writing_of_the_address_do_not_count(key: FapiClient, address: str) -> None:
    shown = key.proof("/token", htu=address)
    assert code_exchange(key.browser, key.browser.code(), DPoP=shown).status_code == 200


@promise("rfc9449:introspection")
def test_rfc9449_introspection_says_to_which_key_a_token_is_bound(key: FapiClient) -> None:
    token = code_exchange(key.browser, key.browser.code(), DPoP=key.proof("/token")).json["access_token"]
    found = introspect(key.browser, token)
    assert (found["cnf"], found["token_type"]) == ({"jkt": DPOP_KEY.thumbprint()}, "DPoP")
    assert call(key.browser, "/revoke", token=token).status_code == 200
    assert key.userinfo(token).status_code == 401

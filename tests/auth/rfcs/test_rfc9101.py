"""RFC 9101, signed authorization requests (JAR), given in the query."""

from __future__ import annotations

from typing import Any

import pytest

from tests.auth.builders import ISSUER, AuthBrowser, Provider, a_client, sent_back
from tests.auth.conformance_fapi.builders import KEY, OTHER_KEY, forged, public, signed, unsigned
from tests.auth.rfcs.builders import CDAP, plain_request
from tests.promises import promise


@pytest.fixture
def signer(provider: Provider, browser: AuthBrowser) -> AuthBrowser:
    """cdap has a key for request objects; the person is signed in."""
    provider.add(a_client("cdap", jwks={"keys": [public(KEY)]}))
    browser.sign_in()
    return browser


def claims(**changes: Any) -> dict[str, Any]:
    return {"iss": "cdap", "aud": ISSUER, "client_id": "cdap", **plain_request(), **changes}


def ask(browser: AuthBrowser, request: str, **outside: str) -> Any:
    return browser.get("/authorize", **{"client_id": "cdap", "request": request, **outside})


def an_object(**changes: Any) -> str:
    return signed(claims(**changes), KEY, typ="oauth-authz-req+jwt", kid=KEY.kid)


@promise("rfc9101:by-value")
@pytest.mark.parametrize("kind", ["oauth-authz-req+jwt", "JWT", None])
def test_rfc9101_a_signed_request_gives_a_code(signer: AuthBrowser, kind: str | None) -> None:
    back = sent_back(ask(signer, signed(claims(), KEY, typ=kind, kid=KEY.kid)))
    assert (back["state"], back["iss"]) == ("the state", ISSUER)
    assert signer.exchange(back["code"]).status_code == 200


@promise("rfc9101:only-what-is-signed")
def test_rfc9101_nothing_beside_the_signed_request_counts(signer: AuthBrowser) -> None:
    outside = {"scope": "openid", "state": "another", "redirect_uri": "http://localhost:8410/retour", "prompt": "none"}
    answer = ask(signer, an_object(), **outside)
    assert answer.headers["Location"].startswith(f"{CDAP}/retour?")
    assert sent_back(answer)["state"] == "the state"
    assert signer.exchange(sent_back(answer)["code"]).json["scope"] == "openid cdap"


@promise("rfc9101:only-what-is-signed")
def test_rfc9101_what_is_missing_in_the_signed_request_is_missing(signer: AuthBrowser) -> None:
    answer = ask(signer, an_object(redirect_uri=None), **plain_request())
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@promise("rfc9101:refused")
@pytest.mark.parametrize(
    "request_object",
    [
        pytest.param(forged(signed(claims(), KEY, kid=KEY.kid)), id="signature"),
        pytest.param(unsigned(claims()), id="none"),
        pytest.param(signed(claims(), OTHER_KEY, kid=KEY.kid), id="foreign-key"),
        pytest.param(signed(claims(), OTHER_KEY, jwk=public(OTHER_KEY)), id="key-in-the-header"),
        pytest.param(signed(claims(), KEY, kid=KEY.kid, typ="dpop+jwt"), id="typ"),
        pytest.param(signed(claims(), KEY, kid=KEY.kid, typ="client-authentication+jwt"), id="typ-of-assertions"),
        pytest.param(signed(claims(aud="https://other.example"), KEY, kid=KEY.kid), id="aud"),
        pytest.param(signed(claims(iss="mon-enfant"), KEY, kid=KEY.kid), id="iss"),
        pytest.param(signed(claims(client_id="mon-enfant"), KEY, kid=KEY.kid), id="client"),
        pytest.param(signed(claims(sub="cdap"), KEY, kid=KEY.kid), id="sub"),
        pytest.param(signed(claims(exp=1), KEY, kid=KEY.kid), id="expired"),
        pytest.param(signed(claims(nbf=99_999_999_999), KEY, kid=KEY.kid), id="not-yet"),
        pytest.param(signed(claims(request="x.y.z"), KEY, kid=KEY.kid), id="nested"),
        pytest.param(signed(claims(request_uri="urn:x"), KEY, kid=KEY.kid), id="reference"),
        pytest.param("x.y.z", id="no-token"),
    ],
)
def test_rfc9101_a_request_that_is_not_well_signed_asks_for_nothing(signer: AuthBrowser, request_object: str) -> None:
    """The error goes to the address in the query, when that is the client's, and else nowhere."""
    back = sent_back(ask(signer, request_object, redirect_uri=f"{CDAP}/retour", state="outside"))
    assert (back["error"], back["state"]) == ("invalid_request_object", "outside")
    page = ask(signer, request_object)
    assert page.status_code == 400
    assert "invalid_request_object" in page.text


@promise("rfc9101:required-where-registered")
def test_rfc9101_a_client_may_be_registered_to_sign_always(provider: Provider, signer: AuthBrowser) -> None:
    provider.add(a_client("cdap", jwks={"keys": [public(KEY)]}, require_signed_request_object=True))
    assert sent_back(signer.authorize())["error"] == "invalid_request"
    now = int(provider.clock.now().timestamp())
    assert "code" in sent_back(ask(signer, an_object(nbf=now, exp=now + 300)))


@promise("rfc9101:client-must-match")
def test_rfc9101_the_client_in_the_query_is_the_one_that_signed(provider: Provider, signer: AuthBrowser) -> None:
    provider.add(a_client("mon-enfant", 8410, jwks={"keys": [public(OTHER_KEY)]}))
    page = ask(signer, an_object(), client_id="mon-enfant")
    assert page.status_code == 400
    assert ask(signer, an_object(), client_id="").status_code == 400


@promise("rfc9101:not-fetched")
def test_rfc9101_no_request_is_fetched_from_an_address(signer: AuthBrowser) -> None:
    asked = plain_request(client_id="cdap", request_uri="https://client.example/request.jwt")
    assert sent_back(signer.get("/authorize", **asked))["error"] == "request_uri_not_supported"
    metadata = signer.get("/.well-known/openid-configuration").json
    assert metadata["request_uri_parameter_supported"] is False
    assert "none" not in metadata["request_object_signing_alg_values_supported"]

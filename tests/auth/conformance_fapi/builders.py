"""A client of the FAPI 2.0 profile for tests: it signs assertions, DPoP proofs and request objects."""

from __future__ import annotations

import base64
import hashlib
import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from typing import Any

from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey

from auth.clients.domain.client_registration import parse_client
from auth.clients.domain.clients import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    REFRESH_TOKEN,
    Client,
)
from tests.auth.builders import CHALLENGE, ISSUER, VERIFIER, AuthBrowser, Provider, sent_back

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KEY = ECKey.generate_key("P-256", {"kid": "omega-1"})
OTHER_KEY = ECKey.generate_key("P-256", {"kid": "other-1"})
DPOP_KEY = ECKey.generate_key("P-256")
OTHER_DPOP_KEY = ECKey.generate_key("P-256")
_SIGNING = jws.JWSRegistry(
    algorithms=["ES256", "PS256", "RS256", "EdDSA", "HS256", "none"],
    strict_check_header=False,
)
_NUMBERS = count()


@cache
def rsa_key() -> RSAKey:
    """Made when a test needs it: it takes a tenth of a second."""
    return RSAKey.generate_key(2048, {"kid": "rsa-1"})


def public(key: Any) -> dict[str, Any]:
    """The public part, as a JWK."""
    return dict(key.as_dict(private=False))


def a_fapi_client(code: str = "omega", port: int = 8411, key: Any = KEY, /, **changes: Any) -> Client:
    """A registered client with `private_key_jwt` and DPoP; a key that is changed to None is left out."""
    entry = {
        "client_id": code,
        "owner": "national",
        "code": code,
        "name": code.upper(),
        "profile": "fapi2",
        "redirect_uris": [f"http://localhost:{port}/retour"],
        "resource": f"http://localhost:{port}",
        "scope": f"openid profile email {code}",
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": [public(key)]},
        "dpop_bound_access_tokens": True,
        "grant_types": [AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS],
        "requires_service_contract": False,
        "first_party": True,
        **changes,
    }
    return parse_client(entry, "")


def signed(claims: Mapping[str, Any], key: Any, algorithm: str = "ES256", /, **header: Any) -> str:
    """A JWT with exactly these claims and header members; those that are None are left out."""
    written = {name: value for name, value in {"alg": algorithm, **header}.items() if value is not None}
    content = {name: value for name, value in claims.items() if value is not None}
    with warnings.catch_warnings(action="ignore"):  # joserfc warns of what we sign badly on purpose
        return jws.serialize_compact(written, json.dumps(content).encode(), key, registry=_SIGNING)


def unsigned(claims: Mapping[str, Any], **header: Any) -> str:
    """A JWT with `alg` none."""
    parts = [json.dumps({"alg": "none", **header}), json.dumps(claims)]
    return ".".join([*(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts), ""])


def forged(token: str) -> str:
    """The same JWT with a signature that does not hold."""
    head, _, signature = token.rpartition(".")
    changed = "A" if signature[10] != "A" else "B"
    return f"{head}.{signature[:10]}{changed}{signature[11:]}"


def token_hash(access_token: str) -> str:
    """The claim `ath` of a proof (RFC 9449 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(access_token.encode()).digest()).rstrip(b"=").decode()


def claims_of(provider: Provider, token: str) -> dict[str, Any]:
    """The claims of a token of ours, its signature verified."""
    return dict(jwt.decode(token, provider.keys.public, algorithms=["ES256"]).claims)


def header_of(provider: Provider, token: str) -> dict[str, Any]:
    """The header of a token of ours, its signature verified."""
    return dict(jwt.decode(token, provider.keys.public, algorithms=["ES256"]).header)


@dataclass(frozen=True)
class FapiClient:
    """The client `client_id` at the provider, with the browser of a person who is signed in or not.

    Without `key` it signs no assertions, without `dpop_key` it shows no proofs. `base` is the address it calls;
    `certificate` what the proxy at the address `proxy` hands on in the header Client-Cert, or empty.
    """

    provider: Provider
    browser: AuthBrowser
    client_id: str = "omega"
    port: int = 8411
    key: Any = field(default_factory=lambda: KEY)
    dpop_key: Any = field(default_factory=lambda: DPOP_KEY)
    base: str = ISSUER
    certificate: str = ""
    proxy: str = "127.0.0.1"

    @property
    def now(self) -> int:
        """The provider's clock, which the client shares."""
        return int(self.provider.clock.now().timestamp())

    @property
    def redirect_uri(self) -> str:
        return f"http://localhost:{self.port}/retour"

    def with_dpop_key(self, key: Any) -> FapiClient:
        """The same client, which shows another DPoP key."""
        return replace(self, dpop_key=key)

    def assertion_claims(self, **changes: Any) -> dict[str, Any]:
        return {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": ISSUER,
            "iat": self.now,
            "exp": self.now + 60,
            "jti": f"assertion-{next(_NUMBERS)}",
            **changes,
        }

    def assertion(self, **changes: Any) -> str:
        """A client assertion (RFC 7523) with changed claims."""
        return signed(self.assertion_claims(**changes), self.key, kid=self.key.kid)

    def authentication(self, assertion: str | None = None) -> dict[str, str]:
        if self.key is None:
            return {"client_id": self.client_id}
        return {
            "client_id": self.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.assertion(),
        }

    def proof_claims(self, path: str, method: str = "POST", /, **changes: Any) -> dict[str, Any]:
        """The claims of a DPoP proof; the nonce is one that the provider gave with an earlier answer."""
        return {
            "jti": f"proof-{next(_NUMBERS)}",
            "htm": method,
            "htu": f"{self.base}{path}",
            "iat": self.now,
            "nonce": self.provider.protocol.authenticate.check_dpop.current_nonce(),
            **changes,
        }

    def proof(self, path: str, method: str = "POST", /, **changes: Any) -> str:
        """A DPoP proof (RFC 9449) with changed claims."""
        claims = self.proof_claims(path, method, **changes)
        return signed(claims, self.dpop_key, typ="dpop+jwt", jwk=public(self.dpop_key))

    def post(self, path: str, form: Mapping[str, str | None], proof: str | None = None) -> Any:
        """A form, without what is None in it."""
        sent = {name: value for name, value in form.items() if value is not None}
        return self.call("POST", path, {"DPoP": proof} if proof else {}, sent)

    def call(self, method: str, path: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None) -> Any:
        """One request, with the certificate that the client shows."""
        shown = {"Client-Cert": self.certificate} if self.certificate else {}
        return self.browser.client.open(
            path,
            method=method,
            data=form,
            headers={**headers, **shown},
            base_url=self.base,
            environ_overrides={"REMOTE_ADDR": self.proxy},
        )

    def _good_proof(self, path: str, method: str = "POST", **changes: Any) -> str | None:
        return self.proof(path, method, **changes) if self.dpop_key is not None else None

    def parameters(self, **changes: str | None) -> dict[str, str | None]:
        """An authorization request."""
        return {
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "scope": f"openid profile email {self.client_id}",
            "state": "the state",
            "nonce": "the nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }

    def push(self, *, proof: str | None = None, assertion: str | None = None, **changes: str | None) -> Any:
        """The answer of the endpoint for pushed requests."""
        form = {**self.parameters(**changes), **self.authentication(assertion)}
        return self.post("/par", form, proof)

    def pushed(self, *, proof: str | None = None, **changes: str | None) -> str:
        """A `request_uri`."""
        answer = self.push(proof=proof, **changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json["request_uri"])

    def request_object(self, key: Any = None, algorithm: str = "ES256", **changes: Any) -> str:
        """A signed authorization request (RFC 9101)."""
        chosen = key or self.key
        claims = self.request_claims(**changes)
        return signed(claims, chosen, algorithm, typ="oauth-authz-req+jwt", kid=chosen.kid)

    def request_claims(self, **changes: Any) -> dict[str, Any]:
        return {
            "iss": self.client_id,
            "aud": ISSUER,
            "client_id": self.client_id,
            "nbf": self.now,
            "iat": self.now,
            "exp": self.now + 300,
            **self.parameters(),
            **changes,
        }

    def push_object(self, request: str, **outside: str) -> Any:
        """Sends a request object ahead, with parameters outside of it."""
        return self.post("/par", {**outside, **self.authentication(), "request": request})

    def visit(self, request_uri: str, **outside: str) -> Any:
        """The browser goes to the authorization endpoint."""
        return self.browser.get("/authorize", client_id=self.client_id, request_uri=request_uri, **outside)

    def code(self, *, proof: str | None = None, **changes: str | None) -> str:
        """A code, for a person who is signed in."""
        return sent_back(self.visit(self.pushed(proof=proof, **changes)))["code"]

    def exchange_form(self, code: str, **changes: str | None) -> dict[str, str | None]:
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": VERIFIER,
            **self.authentication(),
            **changes,
        }

    def exchange(self, code: str, *, proof: str | None = None, **changes: str | None) -> Any:
        """The answer of the token endpoint; with a good proof unless one is given."""
        return self.post("/token", self.exchange_form(code, **changes), proof or self._good_proof("/token"))

    def tokens(self, **changes: str | None) -> Any:
        """Tokens of a person who is signed in."""
        answer = self.exchange(self.code(**changes))
        assert answer.status_code == 200, answer.text
        return answer.json

    def grant(self, grant_type: str, /, *, proof: str | None = None, **form: str) -> Any:
        """Another grant, with a good proof unless one is given."""
        sent = {"grant_type": grant_type, **self.authentication(), **form}
        return self.post("/token", sent, proof or self._good_proof("/token"))

    def userinfo(self, access_token: str, proof: str | None = None, scheme: str = "DPoP") -> Any:
        """The answer of userinfo; with a good proof unless one is given."""
        good = self._good_proof("/userinfo", "GET", ath=token_hash(access_token))
        shown = good if proof is None else proof
        headers = {"Authorization": f"{scheme} {access_token}", **({"DPoP": shown} if shown else {})}
        return self.call("GET", "/userinfo", headers)


def first_client(provider: Provider, browser: AuthBrowser) -> FapiClient:
    """The client `omega`, registered; the person has signed in."""
    provider.add(a_fapi_client())
    browser.sign_in()
    return FapiClient(provider, browser)


def second_client(provider: Provider, browser: AuthBrowser) -> FapiClient:
    """The client `sigma`, with keys of its own, in the same browser."""
    provider.add(a_fapi_client("sigma", 8412, OTHER_KEY))
    return FapiClient(provider, browser, "sigma", 8412, OTHER_KEY, OTHER_DPOP_KEY)


def refusal(answer: Any) -> tuple[int, str]:
    """Status and error code of a refused request."""
    return answer.status_code, answer.json["error"]

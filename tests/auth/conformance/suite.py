"""The certification suite in miniature: a client that drives the provider over HTTP and checks what it is given."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet

from auth.clients.domain.clients import Client
from servicekit.identifiers import new_id
from tests.auth.builders import DIRECTOR, ISSUER, PASSWORD, SECRET, AuthBrowser, Provider, a_client

STATE = "a state with a space, & an ampersand"
NONCE = "the nonce"
EVERY_SCOPE = "openid profile email"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_USERNAME = "cdurand-4821"
_MOST_PAGES = 6


def a_suite_client(code: str = "suite", port: int = 8490, **changes: Any) -> Client:
    """A client as the certification of OpenID Connect Core registers it: not of the house, without PKCE."""
    values = {
        "profile": "interoperable",
        "first_party": False,
        "requires_service_contract": False,
        "resource": None,
        "scope": EVERY_SCOPE,
        **changes,
    }
    return a_client(code, port, **values)


@dataclass(frozen=True)
class Tokens:
    """What one flow gave: the answer of the token endpoint, and the verified claims of the ID token."""

    answer: Mapping[str, Any]
    identity: Mapping[str, Any]
    code: str = ""

    @property
    def access_token(self) -> str:
        return str(self.answer["access_token"])


@dataclass
class Suite:
    """One client under test, with one browser. `mode` is the `response_mode` it asks for, `None` for the default.

    `key` signs its assertions with RS256, for `audience`, where it has no secret.
    """

    provider: Provider
    client: Client
    mode: str | None = None
    key: Any = None
    audience: str = f"{ISSUER}/token"
    browser: AuthBrowser = field(init=False)
    pages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.browser = self.provider.browser()

    @property
    def redirect_uri(self) -> str:
        return self.client.redirect_uris[0]

    def other(self, client: Client) -> Suite:
        """The same suite and browser with another client."""
        twin = replace(self, client=client)
        twin.browser = self.browser
        return twin

    def metadata(self) -> Any:
        """What the provider says of itself."""
        return self.browser.get("/.well-known/openid-configuration").json

    def request(self, **changes: str | None) -> dict[str, str]:
        """The parameters of an authorization request; None leaves one out."""
        parameters = {
            "client_id": self.client.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": "openid",
            "state": STATE,
            "nonce": NONCE,
            "response_mode": self.mode,
            **changes,
        }
        return {name: value for name, value in parameters.items() if value is not None}

    def ask(self, **changes: str | None) -> Any:
        """The first answer of the authorization endpoint."""
        return self.browser.get("/authorize", **self.request(**changes))

    def walk(self, answer: Any) -> Any:
        """Signs in and agrees as the person would; gives the answer that is no page of ours. Notes the pages seen."""
        self.pages = []
        for _ in range(_MOST_PAGES):
            if answer.status_code != 303 or not _is_ours(answer):
                return answer
            path = urlsplit(answer.headers["Location"]).path
            page = self.browser.follow(answer)
            if page.status_code == 303 or path not in ("/login", "/consent"):
                answer = page
                continue
            self.pages.append(path)
            form = {"username": _USERNAME, "password": PASSWORD} if path == "/login" else {"allow": "1"}
            answer = self.browser.submit(page, path, **form)
        raise AssertionError("the browser goes round in circles")

    def back(self, answer: Any) -> dict[str, str]:
        """What the client receives, in the way it asked for, at its own address, from this provider (RFC 9207)."""
        if self.mode == "form_post":
            address, sent = posted(answer)
        else:
            assert answer.status_code == 303, answer.text
            address, _, query = answer.headers["Location"].partition("?")
            sent = parse_qsl(query, keep_blank_values=True)
        assert address == self.redirect_uri.partition("?")[0]
        parameters = dict(sent)
        assert len(parameters) == len(sent)
        assert parameters["iss"] == ISSUER
        return parameters

    def authorize(self, **changes: str | None) -> dict[str, str]:
        """The response to a request, once the person has done what the pages ask; `state` comes back as it was."""
        parameters = self.back(self.walk(self.ask(**changes)))
        assert parameters["state"] == STATE
        return parameters

    def error(self, **changes: str | None) -> str:
        """The error that a request is answered with at once, without any page."""
        parameters = self.back(self.ask(**changes))
        assert "code" not in parameters
        assert parameters["state"] == STATE
        return parameters["error"]

    def call(self, path: str, **form: str) -> Any:
        """A request of the client, authenticated as it is registered; empty values are left out."""
        sent = {name: value for name, value in form.items() if value}
        headers = {}
        if self.client.auth_method == "client_secret_basic":
            pair = f"{quote_plus(self.client.client_id)}:{quote_plus(SECRET)}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        elif self.client.auth_method == "client_secret_post":
            sent |= {"client_id": self.client.client_id, "client_secret": SECRET}
        elif self.client.auth_method == "private_key_jwt":
            sent |= {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self._assertion()}
        return self.browser.client.post(path, data=sent, headers=headers, base_url=ISSUER)

    def _assertion(self) -> str:
        now, name = int(self.provider.clock.now().timestamp()), self.client.client_id
        claims = {"iss": name, "sub": name, "aud": self.audience, "jti": new_id(), "iat": now, "exp": now + 60}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def exchange(self, code: str, **changes: str) -> Any:
        """The answer of the token endpoint to a code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri}
        return self.call("/token", **form | changes)

    def flow(self, verifier: str = "", **changes: str | None) -> Tokens:
        """Everything: the request, the pages, the code, the tokens, the ID token checked."""
        code = self.authorize(**changes)["code"]
        answer = self.exchange(code, code_verifier=verifier)
        tokens = self.checked(answer, self.request(**changes).get("nonce"))
        return replace(tokens, code=code)

    def checked(self, answer: Any, nonce: str | None) -> Tokens:
        """OIDC Core §3.1.3.3 and §3.1.3.7."""
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        content = answer.json
        assert content["token_type"] == "Bearer"
        identity = self.identity(content["id_token"])
        assert identity.get("nonce") == nonce
        return Tokens(content, identity)

    def identity(self, id_token: str) -> Mapping[str, Any]:
        """The claims of an ID token, verified with the published keys and the registered algorithm."""
        keys = KeySet.import_key_set(self.browser.get("/jwks").json)
        token = jwt.decode(id_token, keys, algorithms=[self.client.id_token_signed_response_alg])
        claims, now = token.claims, int(self.provider.clock.now().timestamp())
        assert token.header["kid"] in {key.kid for key in keys.keys}
        assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, self.client.client_id, DIRECTOR)
        assert claims["iat"] <= now < claims["exp"]
        return claims

    def userinfo(self, tokens: Tokens) -> Mapping[str, Any]:
        """What userinfo says, about the person of the ID token (OIDC Core §5.3.4)."""
        bearer = {"Authorization": f"Bearer {tokens.access_token}"}
        answer = self.browser.client.get("/userinfo", headers=bearer, base_url=ISSUER)
        assert answer.status_code == 200, answer.text
        claims: Any = answer.json
        assert claims["sub"] == tokens.identity["sub"]
        return dict(claims)


def unsigned_request(claims: Mapping[str, Any]) -> str:
    """A request object of `alg: none`."""
    parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
    return ".".join((*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""))


def posted(answer: Any) -> tuple[str, list[tuple[str, str]]]:
    """Address and hidden fields of a page of OAuth 2.0 Form Post Response Mode §2."""
    assert answer.status_code == 200, answer.text
    page = _Form()
    page.feed(answer.text)
    assert page.method == "post"
    return page.action, page.fields


class _Form(HTMLParser):
    """The form that goes back to the client."""

    def __init__(self) -> None:
        super().__init__()
        self.action, self.method = "", ""
        self.fields: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("id") == "form-post":
            self.action, self.method = given["action"], given["method"]
        elif tag == "input" and given.get("type") == "hidden" and self.action:
            self.fields.append((given["name"], given["value"]))


def _is_ours(answer: Any) -> bool:
    location = answer.headers["Location"]
    return str(location).startswith("/") or str(location).startswith(f"{ISSUER}/")

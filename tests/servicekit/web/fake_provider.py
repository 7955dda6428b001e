"""An issuer that lives in the test: signs real tokens; a refresh token stays the same.

The relying party reaches it through `httpx.MockTransport`; the test plays the browser with `authorize`.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from servicekit.identifiers import new_id, new_secret
from tests.servicekit.fakes import FixedClock

ISSUER = "http://localhost:8400"
CLIENT = "mon-enfant"
SECRET = "a secret: with + signs"
RESOURCE = "https://mon-enfant.example"
PUBLIC_URL = "http://localhost:8410"

Change = Callable[[dict[str, Any]], None]


class FakeProvider:
    """Tests change what it answers through `id_claims`, `access_claims`, `error`, `down`."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.key = ECKey.generate_key("P-256", {"kid": "k1"})
        self.sid = new_id()
        self.subject = new_id()
        self.change_id: Change = lambda _claims: None
        self.change_access: Change = lambda _claims: None
        self.down = False
        self.refresh_error: str | None = None
        self.token_failure: Exception | int | None = None
        self.requests: list[httpx.Request] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._refresh_tokens: set[str] = set()
        self.inside_refresh: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    def client(self) -> httpx.Client:
        """What the relying party talks through."""
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def authorize(self, location: str, **changes: str | None) -> str:
        """The browser follows the redirect and the person signs in: path and query of the answer at /retour."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        code = new_secret()
        self._codes[code] = query
        answer = {"code": code, "state": query["state"], "iss": ISSUER, **changes}
        return "/retour?" + urlencode({name: value for name, value in answer.items() if value is not None})

    def count(self, path: str) -> int:
        """How often the relying party asked for a path."""
        return sum(request.url.path == path for request in self.requests)

    def sign(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """A token of this issuer."""
        return jwt.encode({"alg": "ES256", "kid": "k1", **header}, claims, self.key, default_type=None)

    def access_claims(self) -> dict[str, Any]:
        """Claims of a good access token."""
        now = int(self.clock.now().timestamp())
        return {
            "iss": ISSUER,
            "sub": self.subject,
            "aud": RESOURCE,
            "client_id": CLIENT,
            "iat": now,
            "exp": now + 300,
            "jti": new_id(),
            "sid": self.sid,
            "auth_time": now,
            "acr": "1",
            "amr": ["pwd"],
            "scope": "openid profile mon-enfant",
            "rights_revision": 7,
            "org": {"id": "o1", "siret": "21920001500013", "name": "Commune de Bois-Joli", "caf": "921"},
            "authorization_details": [{"type": "service_contract", "extranet": "mon-enfant", "profiles": ["T2"]}],
        }

    def logout_token(self, header: dict[str, Any] | None = None, **changes: object) -> str:
        """A good logout token, or one with other claims (None takes a claim away)."""
        now = int(self.clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": new_id(),
            "sid": self.sid,
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            **changes,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        return self.sign({"typ": "logout+jwt", **(header or {})}, kept)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.down:
            raise httpx.ConnectError("nobody there", request=request)
        if request.url.path == "/.well-known/openid-configuration":
            return httpx.Response(200, json=self._metadata())
        if request.url.path == "/jwks":
            return httpx.Response(200, json=KeySet([self.key]).as_dict(private=False))
        return self._token(request)

    def _metadata(self) -> dict[str, object]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/jwks",
            "end_session_endpoint": f"{ISSUER}/logout",
            "authorization_response_iss_parameter_supported": True,
        }

    def _token(self, request: httpx.Request) -> httpx.Response:
        expected = base64.b64encode(f"{CLIENT}:a%20secret%3A%20with%20%2B%20signs".encode()).decode()
        assert request.headers["Authorization"] == f"Basic {expected}"
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        assert form["resource"] == RESOURCE
        if isinstance(self.token_failure, Exception):
            raise self.token_failure
        if self.token_failure is not None:
            return httpx.Response(self.token_failure)
        return self._refresh(form) if form["grant_type"] == "refresh_token" else self._exchange(form)

    def _exchange(self, form: dict[str, str]) -> httpx.Response:
        asked = self._codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode()
        if asked is None or challenge.rstrip("=") != asked["code_challenge"]:
            return httpx.Response(400, json={"error": "invalid_grant"})
        assert form["redirect_uri"] == asked["redirect_uri"] == f"{PUBLIC_URL}/retour"
        return self._tokens(asked["nonce"], json.loads(asked.get("claims", "{}")).get("id_token", {}))

    def _refresh(self, form: dict[str, str]) -> httpx.Response:
        self.inside_refresh()
        with self._lock:
            if form["refresh_token"] not in self._refresh_tokens or self.refresh_error:
                return httpx.Response(400, json={"error": self.refresh_error or "invalid_grant"})
            return self._tokens(None)

    def _tokens(self, nonce: str | None, wanted: Collection[str] = ()) -> httpx.Response:
        """`wanted`: the claims that the ID token is asked for by name (OpenID Connect Core §5.5)."""
        access = self.access_claims()
        self.change_access(access)
        now = int(self.clock.now().timestamp())
        identity: dict[str, Any] = {
            "iss": ISSUER,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "sid": self.sid,
        }
        last_login_at = int((self.clock.now() - timedelta(days=1)).timestamp())
        known = {"name": "Camille Martin", "last_login_at": last_login_at, "email": "camille.martin@example.fr"}
        identity |= {name: known[name] for name in wanted if name in known}
        if nonce is not None:
            identity["nonce"] = nonce
        self.change_id(identity)
        body: dict[str, Any] = {
            "token_type": "Bearer",
            "access_token": self.sign({"typ": "at+jwt"}, access),
            "id_token": self.sign({"typ": "JWT"}, identity),
            "expires_in": 300,
        }
        if nonce is not None:
            body["refresh_token"] = new_secret()
            self._refresh_tokens.add(body["refresh_token"])
        return httpx.Response(200, json=body)

"""A developer who registers a client, and the entry that comes of it."""

from __future__ import annotations

from typing import Any

import orjson

from tests.auth.builders import ISSUER, AuthBrowser

RETURN = "https://partner.example/retour"
METADATA: dict[str, Any] = {"redirect_uris": [RETURN], "client_name": "Logiciel Alpha"}


class Registrar:
    """A developer who registers a client."""

    def __init__(self, browser: AuthBrowser) -> None:
        self._client = browser.client

    def call(self, method: str, path: str, token: str | None, content: Any = None, **headers: str) -> Any:
        sent = {"Content-Type": "application/json", **headers}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        body = content if isinstance(content, bytes) else b"" if content is None else orjson.dumps(content)
        return self._client.open(path, method=method, data=body, headers=sent, base_url=ISSUER)

    def register(self, token: str | None, **metadata: Any) -> Any:
        return self.call("POST", "/register", token, {**METADATA, **metadata})


def path_of(entry: dict[str, Any]) -> str:
    """Where the entry is managed, here at the provider."""
    assert entry["registration_client_uri"] == f"{ISSUER}/register/{entry['client_id']}"
    return str(entry["registration_client_uri"]).removeprefix(ISSUER)

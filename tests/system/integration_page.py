"""The examples of docs/integrate-an-extranet.md, with the addresses of a test in the place of those of the page."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.architecture.tree import ROOT

PAGE = ROOT / "docs" / "integrate-an-extranet.md"
ISSUER = "https://compte.partenaire.example"
HERE = "https://extranet.example"
SECRET = "replace-this-secret-by-one-of-43-characters"
CLIENTS = (
    "openid-client (Node.js)",
    "mod_auth_openidc (Apache)",
    "oauth2-proxy",
    "Spring Security",
    "Authlib (Flask)",
    "oidc-client-ts (browser)",
    "go-oidc",
)


def block(client: str, language: str, addresses: Mapping[str, str] | None = None) -> str:
    """The first fenced block of this language in the section of a client, with the given addresses replaced, also where
    they are percent-encoded."""
    section = re.search(rf"^## {re.escape(client)}$(.*?)(?=^## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert section is not None, f"the page has no section «{client}»"
    found = re.search(rf"^```{language}\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)
    assert found is not None, f"the section «{client}» has no block in {language}"
    text = found[1]
    for shown, real in (addresses or {}).items():
        text = text.replace(shown, real).replace(_encoded(shown), _encoded(real))
    return text


def entry(client: str, addresses: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What the page registers for a client."""
    value: dict[str, Any] = json.loads(block(client, "json", addresses))
    return value


def _encoded(address: str) -> str:
    return address.replace(":", "%3A").replace("/", "%2F")

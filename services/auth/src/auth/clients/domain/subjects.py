"""The `sub` of a person for a client: the same for everybody, or another one for each sector (OIDC Core §8)."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from auth.clients.domain.clients import Client
from servicekit.identifiers import base64url


class Subjects:
    """Computes subjects. Nothing is stored: the same salt gives the same subjects for ever."""

    def __init__(self, salt: bytes) -> None:
        """`salt` is secret and at least 32 bytes: who knows it can link the subjects of one person."""
        self._salt = salt

    def of(self, account_id: str, client: Client) -> str:
        """The account's identifier, or for a pairwise client its HMAC with the sector (OIDC Core §8.1, method 3)."""
        if client.subject_type != "pairwise":
            return account_id
        message = f"{sector_of(client)}\0{account_id}".encode()
        return base64url(hmac.digest(self._salt, message, hashlib.sha256))


def sector_of(client: Client) -> str:
    """The host of `sector_identifier_uri`, else that of the redirect URIs (OIDC Core §8.1)."""
    address = client.sector_identifier_uri or (client.redirect_uris[0] if client.redirect_uris else "")
    return urlsplit(address).hostname or client.client_id

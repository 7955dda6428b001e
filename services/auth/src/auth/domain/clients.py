"""Registered relying parties: the extranets and the services of the house."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from auth.domain.errors import BadDataFileError

IDENTITY_SCOPES = ("openid", "profile", "email")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Client:
    """A relying party. `extranet` is the code of the extranet it is, or None; addresses are compared as strings."""

    client_id: str
    name: str
    secret_hash: str
    redirect_uris: tuple[str, ...]
    scope: tuple[str, ...]
    extranet: str | None = None
    resource: str | None = None
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    first_party: bool = False
    requires_service_contract: bool = True

    def is_secret(self, unverified_hash: str) -> bool:
        """Compares the SHA-256 of a presented secret, in constant time."""
        return hmac.compare_digest(self.secret_hash, unverified_hash)

    def allowed_scope(self, requested: str) -> tuple[str, ...]:
        """What of the request this client may have, in the order asked, once each."""
        return tuple(dict.fromkeys(word for word in requested.split() if word in self.scope))

    @property
    def checked_extranet(self) -> str | None:
        """The extranet on which a person needs a habilitation to enter this client."""
        return self.extranet if self.requires_service_contract else None


def parse_client(value: Mapping[str, Any], secret_hash: str) -> Client:
    """Reads one entry of a clients file.

    Raises:
        BadDataFileError: a key is missing, unknown or of the wrong kind, or an address is neither https nor loopback.
    """
    name = str(value.get("client_id", "?"))
    known = {
        *("client_id", "code", "name", "logo_uri", "policy_uri", "tos_uri", "redirect_uris", "resource", "scope"),
        *("post_logout_redirect_uris", "backchannel_logout_uri", "secret", "secret_hash", "first_party"),
        "requires_service_contract",
    }
    if unknown := set(value) - known:
        raise BadDataFileError(f"client {name}: unknown key {sorted(unknown)[0]}")
    for key in ("client_id", "name", "redirect_uris", "scope"):
        if not value.get(key):
            raise BadDataFileError(f"client {name}: {key} is missing")
    client = Client(
        client_id=name,
        name=str(value["name"]),
        secret_hash=secret_hash,
        redirect_uris=tuple(value["redirect_uris"]),
        scope=tuple(str(value["scope"]).split()),
        extranet=value.get("code"),
        resource=value.get("resource"),
        post_logout_redirect_uris=tuple(value.get("post_logout_redirect_uris", ())),
        backchannel_logout_uri=value.get("backchannel_logout_uri"),
        logo_uri=value.get("logo_uri"),
        policy_uri=value.get("policy_uri"),
        tos_uri=value.get("tos_uri"),
        first_party=bool(value.get("first_party", False)),
        requires_service_contract=bool(value.get("requires_service_contract", value.get("code") is not None)),
    )
    _check_addresses(client)
    return client


def _check_addresses(client: Client) -> None:
    addresses = (
        *client.redirect_uris,
        *client.post_logout_redirect_uris,
        *filter(None, (client.backchannel_logout_uri, client.logo_uri, client.policy_uri, client.tos_uri)),
    )
    for address in addresses:
        parts = urlsplit(address)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        if not safe or not parts.hostname or parts.fragment or parts.username:
            raise BadDataFileError(f"client {client.client_id}: address must be https (or http on loopback): {address}")
    foreign = [word for word in client.scope if word not in (*IDENTITY_SCOPES, "offline_access", client.extranet)]
    if foreign:
        raise BadDataFileError(f"client {client.client_id}: scope {foreign[0]} is not its own extranet's code")

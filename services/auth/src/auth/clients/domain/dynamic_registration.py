"""Client metadata on the wire (RFC 7591 §2, OpenID Connect Dynamic Client Registration 1.0 §2) to and from our keys.

A client that declares itself is nobody's: it is never of the house, is no extranet, chooses no audience, and sees at
most who the person is, which the person agrees to. What it sends beyond that is passed over, as RFC 7591 §2 asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from auth.clients.domain.client_profiles import FAPI2
from auth.clients.domain.client_registration import KNOWN_KEYS, BadClientError, describe_client
from auth.clients.domain.clients import AUTHORIZATION_CODE, DEVICE_CODE, IDENTITY_SCOPES, TOKEN_EXCHANGE, Client
from auth.ground.domain.errors import RequestRefusedError

_NOT_THEIRS = frozenset(
    {"client_id", "name", "code", "resource", "exchange_to", "first_party", "requires_service_contract", "enabled"}
    | {"secret", "secret_hash", "scope", "grant_types", "owner"}
)
_NOT_TOLD = frozenset(
    {"owner"} | {"name", "code", "resource", "exchange_to", "first_party", "requires_service_contract", "enabled"}
)
_LONGEST_DESCRIPTION = 300
_STANDARD_ALGORITHMS = {"id_token_signed_response_alg": "RS256", "authorization_signed_response_alg": "RS256"}
"""What a client counts on that names none (OpenID Connect Registration §2, JARM §3). FAPI 2.0 §5.4 forbids it."""


@dataclass(frozen=True, kw_only=True)
class InitialAccessToken:
    """What opens dynamic registration (RFC 7591 §3), as kept: its SHA-256, for whom, until when, how often."""

    token_hash: str
    name: str
    created_at: datetime
    expires_at: datetime
    uses_left: int
    owner: str  # of clients that register with it
    profile: str = "baseline"  # of clients that register with it and name none


def read_metadata(client_id: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The description, for `parse_client`, of a client that declares itself.

    Raises:
        RequestRefusedError: invalid_client_metadata or invalid_software_statement (RFC 7591 §3.2.2).
    """
    if metadata.get("software_statement") is not None:
        raise RequestRefusedError("invalid_software_statement", "software statements are not accepted: leave it out")
    grants = metadata.get("grant_types")
    if grants is None:
        grants = [AUTHORIZATION_CODE]  # RFC 7591 §2
    if not isinstance(grants, list):
        raise _refused("grant_types: must be a list")
    if TOKEN_EXCHANGE in grants:
        raise _refused("grant_types: token exchange is open only to clients that the Caf declares")
    _check_response_types(metadata.get("response_types"), grants)
    _check_sector_is_shown(metadata.get("subject_type"), grants)
    known = {key: content for key, content in metadata.items() if key in KNOWN_KEYS - _NOT_THEIRS}
    standard = {} if known.get("profile") == FAPI2 else _STANDARD_ALGORITHMS
    return {
        **standard,
        **{key: content for key, content in known.items() if content is not None},
        "client_id": client_id,
        "name": metadata.get("client_name") or _name_of(metadata) or client_id,
        "scope": _scope(metadata.get("scope")),
        "grant_types": grants,
        "first_party": False,
        "requires_service_contract": False,
    }


def write_metadata(client: Client) -> dict[str, Any]:
    """Everything that is registered, as RFC 7591 §3.2.1 wants it told; no secret."""
    told = {key: content for key, content in describe_client(client).items() if key not in _NOT_TOLD}
    response_types = ["code"] if client.may_use(AUTHORIZATION_CODE) else []
    return {**told, "client_name": client.name, "response_types": response_types}


def refusal_of(error: BadClientError) -> RequestRefusedError:
    """RFC 7591 §3.2.2. The description names the key and what to do, in the characters of RFC 6749 §5.2."""
    key, why = error.details.get("key", ""), error.details.get("why", "")
    key = "client_name" if key == "name" else key
    code = "invalid_redirect_uri" if key == "redirect_uris" or "redirect_uris" in why else "invalid_client_metadata"
    text = f"{why}" if key == "profile" else f"{key}: {why}"
    plain = "".join(character if " " <= character <= "~" and character not in '"\\' else "?" for character in text)
    return RequestRefusedError(code, plain[:_LONGEST_DESCRIPTION])


def _check_response_types(given: object, grants: list[Any]) -> None:
    """RFC 7591 §2.1: `code` goes with the grant authorization_code, and is the only one there is."""
    with_code = AUTHORIZATION_CODE in grants
    if given is None or (with_code and given == ["code"]) or (not with_code and given == []):
        return
    if with_code:
        raise _refused("response_types: [code] is the only value here, or leave it out")
    raise _refused("response_types: must be empty or left out without the grant authorization_code")


def _check_sector_is_shown(subject_type: object, grants: list[Any]) -> None:
    """OIDC Core §8.1: a pseudonym belongs to the redirect URIs. Where answers go elsewhere, anybody could register
    those of somebody else and learn that one's pseudonyms."""
    if subject_type == "pairwise" and (AUTHORIZATION_CODE not in grants or DEVICE_CODE in grants):
        raise _refused("subject_type: pairwise goes with authorization_code, and not with the grant of devices")


def _scope(given: object) -> str:
    if given is None:
        return " ".join(IDENTITY_SCOPES)
    words = given.split() if isinstance(given, str) else []
    kept = [word for word in IDENTITY_SCOPES if word in words]
    if not kept:
        raise _refused(f"scope: must be a text with some of {' '.join(IDENTITY_SCOPES)}")
    return " ".join(kept)


def _name_of(metadata: Mapping[str, Any]) -> str | None:
    """What people are asked about when the client gives itself no name: its host."""
    addresses = metadata.get("redirect_uris")
    first = addresses[0] if isinstance(addresses, list) and addresses else None
    try:
        return urlsplit(first).hostname if isinstance(first, str) else None
    except ValueError:
        return None


def _refused(description: str) -> RequestRefusedError:
    return RequestRefusedError("invalid_client_metadata", description)

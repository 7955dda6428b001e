"""Reads the description of a client, from a file of the operator, the administration page or dynamic registration.

The keys are those of RFC 7591 and OpenID Connect Dynamic Client Registration, with a few of our own: `owner`,
`code` (of the extranet), `profile`, `resource`, `exchange_to`, `first_party`, `requires_service_contract`, `secret`,
`secret_hash`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from auth.clients.domain.client_profiles import profile_problem
from auth.clients.domain.clients import (
    APPLICATION_TYPES,
    AUTHENTICATION_METHODS,
    CLIENT_ALGORITHMS,
    GRANT_TYPES,
    HOUSE,
    IDENTITY_SCOPES,
    NATIONAL,
    OFFLINE_ACCESS,
    OUR_ALGORITHMS,
    RESPONSE_MODES,
    Client,
)
from auth.clients.domain.redirects import is_private_use
from auth.ground.domain.errors import BadDataFileError

_OWNER = re.compile(rf"[0-9]{{3}}|{NATIONAL}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST_AND_PORT = re.compile(r"[A-Za-z0-9._:\[\]-]+")
_LONGEST_TEXT = 2048
_MOST_ENTRIES = 50

Reader = Callable[[Any], Any]


class BadClientError(BadDataFileError):
    """A client's description is wrong. `fields` names the key; the message says what to do."""

    reason = "BAD_CLIENT"


def parse_client(value: Mapping[str, Any], secret_hash: str) -> Client:
    """Reads one description. Keys that are null count as absent.

    Raises:
        BadClientError: a key is missing, unknown or of the wrong kind, an address is neither https nor loopback, or the
            settings contradict one another or the profile.
    """
    name = str(value.get("client_id", "?"))
    given = {key: content for key, content in value.items() if content is not None}
    if unknown := set(given) - KNOWN_KEYS:
        raise _bad(name, sorted(unknown)[0], "unknown key")
    grants = given.get("grant_types")
    without_code = isinstance(grants, list | tuple) and "authorization_code" not in grants
    needed = tuple(key for key in _NEEDED if key != "redirect_uris" or not without_code)
    for key in needed:
        if not given.get(key):
            raise _bad(name, key, "is missing")
    fields: dict[str, Any] = {"secret_hash": secret_hash, "redirect_uris": ()}
    for key, content in given.items():
        if key in ("secret", "secret_hash"):
            continue
        field, read = _FIELDS[key]
        try:
            fields[field] = read(content)
        except ValueError as error:
            raise _bad(name, key, str(error)) from None
    fields.setdefault("requires_service_contract", fields.get("extranet") is not None)
    client = Client(**fields)
    check_client(client)
    return client


def check_client(client: Client) -> None:
    """What must hold of every client, wherever its description comes from.

    Raises:
        BadClientError: see `parse_client`.
    """
    for key, addresses in _addresses(client):
        for address in addresses:
            problem = None if _is_a_natives(client, key, address) else address_problem(address)
            if problem is None and key == "initiate_login_uri" and not address.startswith("https:"):
                problem = "address must be https (OpenID Connect Registration §2)"
            if problem is not None:
                raise _bad(client.client_id, key, f"{problem}: {address}")
    _check_house(client)
    own = (*IDENTITY_SCOPES, OFFLINE_ACCESS, client.extranet, *client.exchange_to)
    foreign = [word for word in client.scope if word not in own]
    if foreign:
        raise _bad(client.client_id, "scope", f"{foreign[0]} is not its own extranet's code, nor one of exchange_to")
    problem = profile_problem(client)
    if problem is not None:
        raise _bad(client.client_id, "profile", problem)


def _check_house(client: Client) -> None:
    """A service of the house asks for no agreement and stands for data of everybody: only the operator declares it."""
    if client.owner == NATIONAL:
        return
    if client.first_party:
        raise _bad(client.client_id, "first_party", f"is for clients whose owner is {NATIONAL}")
    for key, name in (("client_id", client.client_id), ("code", client.extranet)):
        if name in HOUSE:
            raise _bad(client.client_id, key, "is the name of a service of the house")


def check_ownership(client: Client, others: Sequence[Client], issuer: str) -> None:
    """What a client may not take from another owner: its extranet, its audience, the right to act at it.

    Who has a resource may ask about the tokens made for it (RFC 7662 §4): it belongs to one extranet, or to one owner's
    machines; several clients of these may share it. Addresses are compared as browsers do.

    Raises:
        BadClientError: the resource is ours, or something belongs to another owner or another extranet.
    """
    foreign = [other for other in others if other.client_id != client.client_id and other.owner != client.owner]
    if client.owner != NATIONAL:
        if client.extranet is not None and any(other.extranet == client.extranet for other in foreign):
            raise _bad(client.client_id, "code", "is the extranet of another owner")
        if any(other.client_id in client.exchange_to for other in foreign):
            raise _bad(client.client_id, "exchange_to", "names a client of another owner")
    if client.resource is None:
        return
    if _same_place(client.resource, issuer):
        raise _bad(client.client_id, "resource", "is the address of the provider itself; leave it out")
    for other in others:
        if other.client_id == client.client_id or other.resource is None:
            continue
        if _same_place(other.resource, client.resource) and (other.owner, other.extranet) != (
            client.owner,
            client.extranet,
        ):
            raise _bad(client.client_id, "resource", "is that of another application already")


def _same_place(one: str, other: str) -> bool:
    """Whether two addresses are one for whoever follows them: case of the host, usual port, last slash."""

    def place(address: str) -> tuple[str, str, int | None, str, str]:
        parts = urlsplit(address)
        usual = {"https": 443, "http": 80}.get(parts.scheme)
        return parts.scheme, parts.hostname or "", parts.port or usual, parts.path.rstrip("/"), parts.query

    return place(one) == place(other)


def _is_a_natives(client: Client, key: str, address: str) -> bool:
    """A scheme of its own, for the addresses that the system hands to an application on the person's machine."""
    return client.is_native and key in ("redirect_uris", "post_logout_redirect_uris") and is_private_use(address)


def address_problem(address: str) -> str | None:
    """Why an address cannot be registered, or None: https, or http on this machine, without fragment or user."""
    try:
        parts = urlsplit(address)
        reachable = _HOST_AND_PORT.fullmatch(parts.netloc) is not None and parts.port != 0
    except ValueError:  # half a bracket of IPv6, a port of six digits
        return "address must be a URL"
    if is_private_use(address):
        return "address has a scheme of its own, which is for application_type native (RFC 8252 §7.1)"
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not safe or not parts.hostname or "#" in address or parts.username is not None:
        return "address must be https (or http on loopback), without fragment or user name"
    if not reachable:
        return "address has a host or a port that no browser reaches"
    if any(character <= " " or character in "\\\"'<>" or character > "~" for character in address):
        return "address holds a character that must be percent-encoded"
    return None


def _addresses(client: Client) -> tuple[tuple[str, tuple[str, ...]], ...]:
    single = (
        *("backchannel_logout_uri", "frontchannel_logout_uri", "logo_uri", "policy_uri", "tos_uri", "jwks_uri"),
        *("sector_identifier_uri", "client_uri", "initiate_login_uri", "resource"),
    )
    several = ("redirect_uris", "post_logout_redirect_uris")
    return (
        *((key, getattr(client, key)) for key in several),
        *((key, tuple(filter(None, (getattr(client, key),)))) for key in single),
    )


def _bad(client_id: str, key: str, why: str) -> BadClientError:
    return BadClientError(
        f"client {client_id}: {key} {why}", fields={key: "BAD_VALUE"}, details={"key": key, "why": why}
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > _LONGEST_TEXT or not value.isprintable():
        raise ValueError(f"must be a text of at most {_LONGEST_TEXT} printable characters")
    return value


def _owner(value: Any) -> str:
    if not isinstance(value, str) or not _OWNER.fullmatch(value):
        raise ValueError(f"must be the three digits of a Caf, or {NATIONAL}")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - one kind of error for whatever was sent
    return value


def _seconds(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**9:
        raise ValueError("must be a number of seconds")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > _MOST_ENTRIES:
        raise ValueError(f"must be a list of at most {_MOST_ENTRIES} texts")
    return tuple(_text(one) for one in value)


def _words(value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_text(value).split()))


def _one_of(*known: str) -> Reader:
    def read(value: Any) -> str:
        if value not in known:
            raise ValueError(f"must be one of {', '.join(known)}")
        return str(value)

    return read


def _client_algorithm(value: Any) -> str:
    """`Ed25519` (RFC 9864) is what RFC 8037 calls `EdDSA`, with the one curve that we take."""
    return str(_one_of(*CLIENT_ALGORITHMS)("EdDSA" if value == "Ed25519" else value))


def _some_of(*known: str) -> Reader:
    def read(value: Any) -> tuple[str, ...]:
        texts = _texts(value)
        for text in texts:
            if text not in known:
                raise ValueError(f"{text} is not one of {', '.join(known)}")
        if not texts:
            raise ValueError("must not be empty")
        return texts

    return read


def _key_set(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("keys"), list) or not value["keys"]:
        raise ValueError("must be a JWK set with at least one key (RFC 7517 §5)")
    private = {"d", "p", "q", "dp", "dq", "qi", "k"}
    if any(not isinstance(key, dict) or private & set(key) for key in value["keys"]):
        raise ValueError("must hold public keys only: never send a private key to anybody")
    return value


_FIELDS: dict[str, tuple[str, Reader]] = {
    "client_id": ("client_id", _text),
    "name": ("name", _text),
    "owner": ("owner", _owner),
    "code": ("extranet", _text),
    "profile": ("profile", _one_of("baseline", "interoperable", "fapi2")),
    "scope": ("scope", _words),
    "token_endpoint_auth_method": ("auth_method", _one_of(*AUTHENTICATION_METHODS)),
    "token_endpoint_auth_signing_alg": ("auth_signing_alg", _client_algorithm),
    "application_type": ("application_type", _one_of(*APPLICATION_TYPES)),
    "grant_types": ("grant_types", _some_of(*GRANT_TYPES)),
    "response_modes": ("response_modes", _some_of(*RESPONSE_MODES)),
    "subject_type": ("subject_type", _one_of("public", "pairwise")),
    "request_object_signing_alg": ("request_object_signing_alg", _client_algorithm),
    "jwks": ("jwks", _key_set),
    "default_max_age": ("default_max_age", _seconds),
    **{
        key: (key, _one_of(*OUR_ALGORITHMS))
        for key in (
            *("id_token_signed_response_alg", "userinfo_signed_response_alg"),
            *("introspection_signed_response_alg", "authorization_signed_response_alg"),
        )
    },
    **{
        key: (key, _texts)
        for key in ("redirect_uris", "post_logout_redirect_uris", "exchange_to", "contacts", "default_acr_values")
    },
    **{
        key: (key, _text)
        for key in (
            *("resource", "backchannel_logout_uri", "frontchannel_logout_uri", "logo_uri", "policy_uri", "tos_uri"),
            *("client_uri", "initiate_login_uri", "jwks_uri", "sector_identifier_uri", "tls_client_auth_subject_dn"),
            *("tls_client_auth_san_dns", "tls_client_auth_san_uri", "tls_client_auth_san_ip"),
            "tls_client_auth_san_email",
        )
    },
    **{
        key: (key, _flag)
        for key in (
            *("first_party", "requires_service_contract", "require_signed_request_object", "enabled"),
            *("require_pushed_authorization_requests", "dpop_bound_access_tokens"),
            *("tls_client_certificate_bound_access_tokens", "backchannel_logout_session_required"),
            "frontchannel_logout_session_required",
        )
    },
}
_NEEDED = ("client_id", "owner", "name", "redirect_uris", "scope")
KNOWN_KEYS = frozenset((*_FIELDS, "secret", "secret_hash"))
"""Every key that a description may have."""


def version_of(client: Client) -> str:
    """Another text after every change of the client: a form carries it, so that an older one undoes no newer."""
    content = json.dumps(asdict(client), sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def describe_client(client: Client) -> dict[str, Any]:
    """The description of a client under the keys that `parse_client` reads, without secret; absent ones left out."""
    description: dict[str, Any] = {}
    for key, (field, read) in _FIELDS.items():
        content = getattr(client, field)
        if content is None or content == ():
            continue
        if read is _words:
            content = " ".join(content)
        description[key] = list(content) if isinstance(content, tuple) else content
    return description

"""DPoP proofs: what a proof says, and the rules it must keep (RFC 9449 §4.3).

`adapters.crypto.dpop` reads the proof and verifies its signature (rules 2 to 7). Here is what depends on the request:
method, address, time, access token. Whether the `jti` was seen and whether the nonce is ours is for the caller.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import SplitResult, urlsplit

from auth.ground.domain.errors import DpopRefusedError
from servicekit.identifiers import base64url

LONGEST_AGE = timedelta(seconds=60)
LONGEST_AHEAD = timedelta(seconds=10)  # FAPI 2.0 Security Profile §5.3.2.1: 10 s are accepted, 60 s are not

_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class DpopProof:
    """A proof whose signature holds.

    `thumbprint` of the key (RFC 7638) is what a token is bound to. Times are in seconds since 1970 (NumericDate);
    `token_hash` is the claim `ath`.
    """

    thumbprint: str
    jti: str
    method: str
    uri: str
    issued_at: float
    nonce: str | None
    token_hash: str | None
    algorithm: str
    not_before: float | None = None
    expires_at: float | None = None


def check_proof(proof: DpopProof, *, method: str, uri: str, now: datetime) -> None:
    """RFC 9449 §4.3, rules 8, 9 and 11, for a request `method` to `uri` (query and fragment do not count).

    Raises:
        DpopRefusedError: DPOP_METHOD, DPOP_URI or DPOP_TIME.
    """
    if proof.method != method:
        raise DpopRefusedError("the DPoP proof is for another method", reason="DPOP_METHOD")
    if proof.uri != uri and not _same_target(proof.uri, uri):
        raise DpopRefusedError("the DPoP proof is for another address", reason="DPOP_URI")
    moment = now.timestamp()
    latest_start = moment + LONGEST_AHEAD.total_seconds()
    if proof.issued_at < moment - LONGEST_AGE.total_seconds() or proof.issued_at > latest_start:
        raise DpopRefusedError("the DPoP proof was not made just now", reason="DPOP_TIME")
    if proof.not_before is not None and proof.not_before > latest_start:
        raise DpopRefusedError("the DPoP proof is not valid yet", reason="DPOP_TIME")
    if proof.expires_at is not None and proof.expires_at <= moment:
        raise DpopRefusedError("the DPoP proof is over", reason="DPOP_TIME")


def check_token_hash(proof: DpopProof, access_token: str) -> None:
    """RFC 9449 §4.3, rule 12: a proof sent with an access token names it by its SHA-256.

    Raises:
        DpopRefusedError: DPOP_TOKEN_HASH: `ath` is missing or is that of another token.
    """
    digest = hashlib.sha256(access_token.encode()).digest()
    if not hmac.compare_digest((proof.token_hash or "").encode(), base64url(digest).encode()):
        raise DpopRefusedError("the DPoP proof is for another access token", reason="DPOP_TOKEN_HASH")


def _same_target(one: str, other: str) -> bool:
    target = _target(one)
    return target is not None and target == _target(other)


def _target(uri: str) -> tuple[str, str, int, str] | None:
    """Scheme, host, port and path after RFC 3986 §6.2.2 and §6.2.3; None for what is no plain HTTP address."""
    if not _PRINTABLE.fullmatch(uri):
        return None  # urlsplit would drop some of these characters without a word
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, _DEFAULT_PORTS[parts.scheme] if port is None else port, _path(parts)


def _path(parts: SplitResult) -> str:
    """Escapes of unreserved characters are undone, the others are upper case, dot segments are gone."""
    segments: list[str] = []
    written = _ESCAPE.sub(_unescaped, parts.path).split("/")[1:]
    for segment in written:
        if segment == "..":
            segments[-1:] = []
        elif segment != ".":
            segments.append(segment)
    if written and written[-1] in {".", ".."}:
        segments.append("")
    return "/" + "/".join(segments)


def _unescaped(escape: re.Match[str]) -> str:
    character = chr(int(escape.group(1), 16))
    return character if character in _UNRESERVED else escape.group().upper()

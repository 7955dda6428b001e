"""The signing keys as a running process sees them: one signs per algorithm, all published ones verify.

Parsing a key per token is 100 times slower than signing (an RSA key: 35 ms), and a `KeySet` with two private keys would
sign with either. So each file is parsed once, and what is in use stands in one immutable `_View`. A view is looked at
again once a second at most: other processes change the folder (`key_changes.py`), and the next key has its hour.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import orjson
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc.jwk import ECKey, KeySet, RSAKey

from auth.keys.adapters.crypto.fast_signer import FastSigner
from auth.keys.adapters.crypto.key_changes import KeyChanges
from auth.keys.adapters.crypto.key_files import KeyFolder, Stamp
from auth.keys.adapters.crypto.private_keys import PrivateKey, public_jwk
from auth.keys.domain.signing_keys import (
    ALGORITHMS,
    ES256,
    KeyPolicy,
    KeyRecord,
    SigningKeysUnavailableError,
    changes_at,
    published_keys,
    signing_key,
)
from servicekit.clock import Clock, SystemClock
from servicekit.errors import StartError
from servicekit.logging import get_logger

log = get_logger("auth.keys")

LOOK_AGAIN_SECONDS = 1.0

PublicKey: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


@dataclass(frozen=True)
class VerificationKey:
    """A published key, parsed: `algorithm` is the only one it is for."""

    kid: str
    algorithm: str
    key: PublicKey


@dataclass(frozen=True)
class _ParsedKey:
    signer: FastSigner
    verification: VerificationKey
    jwk: Mapping[str, Any]
    public: ECKey | RSAKey


@dataclass(frozen=True, kw_only=True)
class _View:
    """What is in use, from `records` of that `stamp`, until `changes_at`."""

    stamp: Stamp | None
    changes_at: datetime | None
    signers: Mapping[str, FastSigner]
    signing_since: Mapping[str, datetime]
    verification: Mapping[str, VerificationKey]
    public: KeySet
    document: bytes


class SigningKeys:
    """Implements `ports.Signer`. Fails closed: when the folder cannot be read, nothing is signed or believed."""

    algorithms = ALGORITHMS

    def __init__(self, folder: KeyFolder, clock: Clock) -> None:
        """Reads every published key.

        Raises:
            StartError: a file is damaged, open to others, of another kind, or the passphrase does not open it.
        """
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._parsed: dict[str, _ParsedKey] = {}
        self._problem = ""
        self._looked_at = clock.boottime()
        self._view = self._read()

    def sign(self, token_type: str, claims: Mapping[str, Any], algorithm: str = ES256) -> str:
        """A compact JWS by the key that signs now; `token_type` is the header `typ`.

        Raises:
            SigningKeysUnavailableError: no key of this algorithm signs now, or the keys cannot be read.
        """
        return self.signer_of(algorithm).sign(token_type, claims)

    def signer_of(self, algorithm: str) -> FastSigner:
        """The one key that signs now. Not to be kept: another one signs tomorrow.

        Raises:
            SigningKeysUnavailableError: there is none, or the keys cannot be read.
        """
        signer = self._current().signers.get(algorithm)
        if signer is None:
            raise SigningKeysUnavailableError(f"no {algorithm} key signs now")
        return signer

    @property
    def signer(self) -> FastSigner:
        """The ES256 key that signs now; see `signer_of`."""
        return self.signer_of(ES256)

    def ages_in_days(self) -> Mapping[str, float]:
        """How long the key of each algorithm has been signing; none when no key signs.

        Raises:
            SigningKeysUnavailableError: the keys cannot be read.
        """
        now = self._clock.now()
        return {name: (now - since).total_seconds() / 86_400 for name, since in self._current().signing_since.items()}

    def verification_keys(self) -> Mapping[str, VerificationKey]:
        """Every published key by its `kid`.

        Raises:
            SigningKeysUnavailableError: the keys cannot be read.
        """
        return self._current().verification

    @property
    def public(self) -> KeySet:
        """Every published key, for joserfc.

        Raises:
            SigningKeysUnavailableError: the keys cannot be read.
        """
        return self._current().public

    @property
    def document(self) -> bytes:
        """The JWKS (RFC 7517 §5), without any private part.

        Raises:
            SigningKeysUnavailableError: the keys cannot be read.
        """
        return self._current().document

    def _current(self) -> _View:
        if self._clock.boottime() >= self._looked_at + LOOK_AGAIN_SECONDS:
            self._look_again()
        if self._problem:
            raise SigningKeysUnavailableError(self._problem)
        return self._view

    def _look_again(self) -> None:
        with self._lock:
            if self._clock.boottime() < self._looked_at + LOOK_AGAIN_SECONDS:
                return
            try:
                self._renew_view()
                self._problem = ""
            except StartError as error:
                if str(error) != self._problem:
                    log.warning("the signing keys cannot be read: nothing is signed", problem=str(error))
                self._problem = str(error)
            self._looked_at = self._clock.boottime()

    def _renew_view(self) -> None:
        due = self._view.changes_at
        is_due = due is not None and self._clock.now() >= due
        if self._problem or is_due or self._folder.stamp() != self._view.stamp:
            self._view = self._read()

    def _read(self) -> _View:
        try:
            return self._view_of_now()
        except StartError:
            # A file may have been forgotten between the reading of its record and its own.
            return self._view_of_now()

    def _view_of_now(self) -> _View:
        stamp, now = self._folder.stamp(), self._clock.now()
        records = self._folder.records()
        shown = published_keys(records, now)
        self._parsed = {record.kid: self._parsed.get(record.kid) or self._parse(record) for record in shown}
        signing = {algorithm: signing_key(records, algorithm, now) for algorithm in ALGORITHMS}
        return _View(
            stamp=stamp,
            changes_at=changes_at(records, now),
            signers={name: self._parsed[record.kid].signer for name, record in signing.items() if record is not None},
            signing_since={name: record.signs_from for name, record in signing.items() if record is not None},
            verification={kid: parsed.verification for kid, parsed in self._parsed.items()},
            public=KeySet([parsed.public for parsed in self._parsed.values()]),
            document=orjson.dumps({"keys": [parsed.jwk for parsed in self._parsed.values()]}),
        )

    def _parse(self, record: KeyRecord) -> _ParsedKey:
        parsed = _parsed_key(self._folder.read_key(record.algorithm, record.number), record.algorithm)
        if parsed.signer.kid != record.kid:
            name = f"{record.algorithm} {record.number}"
            raise StartError(f"The signing key {name} in {self._folder.directory} is not the one of its record.")
        return parsed


def load_keys(
    directory: Path, clock: Clock | None = None, *, passphrase: bytes | None = None, policy: KeyPolicy | None = None
) -> SigningKeys:
    """The keys of the folder. The first start makes one of each algorithm, which signs at once.

    Raises:
        StartError: a file cannot be used, or the folder cannot be read or written; one sentence says which.
    """
    clock = clock or SystemClock()
    folder = KeyFolder(directory, passphrase)
    KeyChanges(folder, clock, policy or KeyPolicy()).complete()
    return SigningKeys(folder, clock)


def _parsed_key(private: PrivateKey, algorithm: str) -> _ParsedKey:
    jwk = public_jwk(private, algorithm)
    kid = str(jwk["kid"])
    if isinstance(private, ec.EllipticCurvePrivateKey):
        verification = VerificationKey(kid, algorithm, private.public_key())
        return _ParsedKey(FastSigner(private, kid), verification, jwk, ECKey.import_key(dict(jwk)))
    verification = VerificationKey(kid, algorithm, private.public_key())
    return _ParsedKey(FastSigner(private, kid), verification, jwk, RSAKey.import_key(dict(jwk)))

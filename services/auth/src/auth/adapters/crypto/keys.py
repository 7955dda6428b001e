"""Signing keys: ES256, one PEM file per key in the data folder, parsed once.

Parsing a key per token is 100 times slower than signing, and a `KeySet` with two private keys would sign with either:
the active key signs, all of them are published (without their private part).
"""

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey, KeySet

from auth.adapters.crypto.fast_signer import FastSigner
from servicekit.errors import StartError

_PEM = serialization.Encoding.PEM
_PKCS8 = serialization.PrivateFormat.PKCS8


@dataclass(frozen=True)
class SigningKeys:
    """The active signer, the public set for verification, and the JWKS document (RFC 7517 §5)."""

    signer: FastSigner
    public: KeySet
    document: bytes


def create_key(directory: Path) -> str:
    """Writes a new key, readable by its owner only; gives its `kid` (RFC 7638 thumbprint). It becomes the active one.

    Raises:
        StartError: the folder cannot be written.
    """
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(_PEM, _PKCS8, serialization.NoEncryption())
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        number = 1 + max((int(path.stem.removeprefix("es256-")) for path in directory.glob("es256-*.pem")), default=0)
        draft = directory / f".draft-{os.getpid()}-{threading.get_ident()}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        _publish(draft, directory / f"es256-{number:04d}.pem")
    except OSError as error:
        raise StartError(f"The folder of signing keys {directory} cannot be written: {error.strerror}.") from error
    return _thumbprint(private)


def load_keys(directory: Path) -> SigningKeys:
    """Every key of the folder, the newest active. The first start makes one.

    Raises:
        StartError: a file is not a P-256 key, or the folder cannot be read or written.
    """
    if not any(directory.glob("es256-*.pem")):
        create_key(directory)
    private = [_read(path) for path in sorted(directory.glob("es256-*.pem"))]
    public = [_public_jwk(key) for key in private]
    signer = FastSigner(private[-1], str(public[-1]["kid"]))
    document = orjson.dumps({"keys": public})
    return SigningKeys(signer, KeySet([ECKey.import_key(dict(jwk)) for jwk in public]), document)


def _publish(draft: Path, target: Path) -> None:
    """Two processes starting together agree on the first key."""
    try:
        os.link(draft, target)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _read(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise StartError(f"The signing key {path} cannot be read: {error}.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise StartError(f"The signing key {path} is not a P-256 key.")
    return key


def _thumbprint(private: ec.EllipticCurvePrivateKey) -> str:
    return str(_public_jwk(private)["kid"])


def _public_jwk(private: ec.EllipticCurvePrivateKey) -> Mapping[str, Any]:
    pem = private.public_key().public_bytes(_PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    key = ECKey.import_key(pem)
    return {**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig", "alg": "ES256"}

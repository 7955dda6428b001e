"""Private keys: made, named, and written as PEM, encrypted with a passphrase when there is one.

`BestAvailableEncryption` of `cryptography` stretches the passphrase with 2 048 rounds of PBKDF2: little against
somebody who has the file. PBES2 with scrypt (RFC 8018 §6.2, RFC 7914 §7) is written here instead; `cryptography` and
OpenSSL read it.
"""

import base64
import hashlib
import os
import textwrap
from collections.abc import Mapping
from typing import Any, TypeAlias

from cryptography.hazmat.primitives import padding, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from joserfc.jwk import ECKey, RSAKey

from auth.keys.domain.signing_keys import ES256

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

RSA_BITS = 2048
ENCRYPTED_HEAD = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
SCRYPT_COST = 2**14
"""N, with r = 8 and p = 1: 16 MiB and 40 ms for each guess, and for each key at a start. It is what OpenSSL writes;
with twice as much memory its command refuses to read."""

_BLOCK_SIZE = 8
_PARALLEL = 1
_MEMORY = 64 * 1024 * 1024
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_SCRYPT = bytes.fromhex("06092b06010401da47040b")
_AES_256_CBC = bytes.fromhex("060960864801650304012a")


def new_private_key(algorithm: str) -> PrivateKey:
    """P-256 for ES256, RSA for RS256."""
    if algorithm == ES256:
        return ec.generate_private_key(ec.SECP256R1())
    # 2048 bits (RFC 7518 §3.3): only clients registered so get RS256, a key lives 90 days, and with 3072 bits a
    # signature takes three times as long.
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def public_jwk(private: PrivateKey, algorithm: str) -> Mapping[str, Any]:
    """What the JWKS shows of it; its `kid` is the thumbprint (RFC 7638)."""
    pem = private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    key = ECKey.import_key(pem) if algorithm == ES256 else RSAKey.import_key(pem)
    return {**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig", "alg": algorithm}


def to_pem(private: PrivateKey, passphrase: bytes | None) -> bytes:
    """PKCS#8, in clear without a passphrase."""
    if passphrase is None:
        return private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    clear = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    body = "\n".join(textwrap.wrap(base64.b64encode(_encrypted(clear, passphrase)).decode(), 64))
    return ENCRYPTED_HEAD + f"\n{body}\n-----END ENCRYPTED PRIVATE KEY-----\n".encode()


def is_encrypted(pem: bytes) -> bool:
    """Whether a passphrase is needed to read it."""
    return pem.lstrip().startswith(ENCRYPTED_HEAD)


def _encrypted(clear: bytes, passphrase: bytes) -> bytes:
    salt, vector = os.urandom(16), os.urandom(16)
    key = hashlib.scrypt(passphrase, salt=salt, n=SCRYPT_COST, r=_BLOCK_SIZE, p=_PARALLEL, maxmem=_MEMORY, dklen=32)
    filled = padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES256(key), modes.CBC(vector)).encryptor()
    content = cipher.update(filled.update(clear) + filled.finalize()) + cipher.finalize()
    costs = _octets(salt) + _number(SCRYPT_COST) + _number(_BLOCK_SIZE) + _number(_PARALLEL)
    stretching = _sequence(_SCRYPT + _sequence(costs))
    scheme = _sequence(_AES_256_CBC + _octets(vector))
    return _sequence(_sequence(_PBES2 + _sequence(stretching + scheme)) + _octets(content))


def _sequence(content: bytes) -> bytes:
    return _element(0x30, content)


def _octets(content: bytes) -> bytes:
    return _element(0x04, content)


def _number(value: int) -> bytes:
    return _element(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _element(tag: int, content: bytes) -> bytes:
    """DER (X.690 §8.1): tag, length, content."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content

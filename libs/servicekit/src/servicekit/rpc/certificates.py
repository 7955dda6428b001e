"""A certificate authority for development, tests and the demo. Production has its own; only the files' form is common.

write_authority(directory)                       ca.pem, ca-key.pem (readable by its owner only)
issue(directory, "habpps", "demo")               directory/habpps/{ca.pem, service.pem, service-key.pem}
"""

import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from servicekit.rpc.tls import AUTHORITY_FILE, CERTIFICATE_FILE, KEY_FILE, Identity

AUTHORITY_KEY_FILE = "ca-key.pem"
AUTHORITY_LIFETIME = timedelta(days=3650)
LEAF_LIFETIME = timedelta(days=30)
_CLOCK_SKEW = timedelta(minutes=5)


def write_authority(directory: Path) -> None:
    """A new authority (EC P-256) in `directory`: ca.pem and ca-key.pem, the latter with mode 0600.

    Raises:
        OSError: the folder cannot be written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mon compte partenaire development authority")])
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _builder(name, name, key.public_key(), AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _replace(directory / AUTHORITY_KEY_FILE, _pem(key), mode=0o600)
    _replace(directory / AUTHORITY_FILE, certificate.public_bytes(serialization.Encoding.PEM))


def issue(
    directory: Path, service: str, environment: str, *, into: Path | None = None, lifetime: timedelta = LEAF_LIFETIME
) -> Path:
    """A new key and certificate for `service`, signed by the authority of `directory`; returns the folder written.

    The folder is `into`, else `directory/service`. Files already there are replaced one by one; running processes
    take them when the three belong together.

    Raises:
        OSError: the authority's files cannot be read or the folder cannot be written.
        ValueError: the authority's files are damaged.
        TypeError: the authority's key is not one that `write_authority` made.
    """
    target = into or directory / service
    target.mkdir(parents=True, exist_ok=True)
    authority_pem = (directory / AUTHORITY_FILE).read_bytes()
    authority = x509.load_pem_x509_certificate(authority_pem)
    authority_key = serialization.load_pem_private_key((directory / AUTHORITY_KEY_FILE).read_bytes(), password=None)
    if not isinstance(authority_key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{directory / AUTHORITY_KEY_FILE} is not an elliptic curve key")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _leaf(authority, authority_key, key.public_key(), (Identity(environment, service), lifetime))
    _replace(target / AUTHORITY_FILE, authority_pem)
    _replace(target / KEY_FILE, _pem(key), mode=0o600)
    _replace(target / CERTIFICATE_FILE, certificate.public_bytes(serialization.Encoding.PEM))
    return target


def _leaf(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    public_key: ec.EllipticCurvePublicKey,
    wanted: tuple[Identity, timedelta],
) -> x509.Certificate:
    identity, lifetime = wanted
    names: list[x509.GeneralName] = [
        x509.UniformResourceIdentifier(identity.uri),
        x509.DNSName(identity.server_name),
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.IPv4Address("127.0.0.1")),
    ]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, identity.service)])
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    authority_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        _builder(subject, authority.subject, public_key, lifetime)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(authority_id, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, lifetime: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + lifetime)
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _replace(path: Path, content: bytes, mode: int = 0o644) -> None:
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    temporary.replace(path)

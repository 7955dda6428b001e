"""Certificates of clients, as the proxy in front of the provider hands them on (RFC 9440)."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey

from auth.protocol.adapters.crypto.client_certificates import read_certificate
from tests.auth.builders import AuthBrowser, Provider

NOT_BEFORE = datetime(2026, 11, 1, tzinfo=UTC)
NOT_AFTER = NOT_BEFORE + timedelta(days=30)
SUBJECT = "CN=omega.example,O=Omega,C=FR"


def a_key() -> ec.EllipticCurvePrivateKey:
    """A key of the TLS layer."""
    return ec.generate_private_key(ec.SECP256R1())


def a_certificate(key: ec.EllipticCurvePrivateKey, name: str = "omega.example", serial: int = 1) -> str:
    """The header's value: a certificate that the key itself has signed; the proxy has verified who holds the key."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Omega"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), serial, NOT_BEFORE, NOT_AFTER)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    der = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    return f":{base64.b64encode(der).decode()}:"


def thumbprint(certificate: str) -> str:
    """`x5t#S256` (RFC 8705 §3.1)."""
    found = read_certificate(certificate)
    assert found is not None
    return found.thumbprint


def jwk_of(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    """The public key, as a client registers it for `self_signed_tls_client_auth`."""
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return dict(ECKey.import_key(pem).as_dict(private=False))


def mtls_browser(provider: Provider, mtls_issuer: str = "") -> AuthBrowser:
    """A browser at a provider behind a proxy at 127.0.0.1, which asks clients for certificates."""
    settings = {
        "client_certificate_header": "Client-Cert",
        "trusted_proxies": "127.0.0.1",
        "mtls_url": mtls_issuer,
    }
    return provider.browser(**settings)

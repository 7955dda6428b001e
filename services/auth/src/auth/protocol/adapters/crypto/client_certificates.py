"""Client certificates that a TLS-terminating proxy hands on in a header (RFC 8705, RFC 9440).

The proxy verified that the client holds the key, and removes such a header when it comes from outside, also one with
`_` instead of `-`, which WSGI takes for the same name: both are for its configuration, nothing here can tell.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from typing import NoReturn
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from auth.ground.domain.errors import CertificateRefusedError
from auth.protocol.domain.certificates import ClientCertificate
from auth.protocol.domain.client_tokens import thumbprint
from servicekit.identifiers import base64url

LONGEST_HEADER = 16 * 1024
LEAST_RSA_BITS = 2048
LONGEST_NAME = 1024

_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
_NONE = frozenset({"", "(null)"})  # what Apache writes when there is no certificate
_PEM = re.compile(r"\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*")
_CURVES = {"secp256r1": ("P-256", 32), "secp384r1": ("P-384", 48), "secp521r1": ("P-521", 66)}


def read_certificate(header_value: str) -> ClientCertificate | None:
    """The certificate in a header, None where there is none. Its dates and its issuer are not checked.

    Taken are `:base64 of DER:` (RFC 9440 §2.1), nginx `$ssl_client_escaped_cert` (PEM, percent-encoded) and PEM on one
    line (Apache `SSL_CLIENT_CERT`).

    Raises:
        CertificateRefusedError: CERTIFICATE_MALFORMED, or CERTIFICATE_KEY: RSA under 2048 bits, or a key of no kind
            that a JWK can hold.
    """
    if header_value.strip() in _NONE:
        return None
    if len(header_value) > LONGEST_HEADER:
        _refuse("the header is too long")
    der = _der(header_value.strip())
    try:
        return _read(der)
    except _UNREADABLE as error:
        raise CertificateRefusedError("the certificate cannot be read") from error


def same_dn(one: str, other: str) -> bool:
    """Whether two names written after RFC 4514 are the same: how they are escaped, spaces and case do not count.

    RFC 5280 §7.1, RFC 4518. The order of the parts counts. What is no such name is the same as nothing.
    """
    first = _comparable(one)
    return first is not None and first == _comparable(other)


def _der(text: str) -> bytes:
    if text.startswith(":"):
        encoded = text[1:-1] if len(text) > 1 and text.endswith(":") else ""
    else:
        found = _PEM.fullmatch(unquote(text) if "%" in text else text)
        encoded = "".join(found.group(1).split()) if found else ""
    try:
        der = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        der = b""
    if not der:
        _refuse("the header holds no certificate that can be read")
    return der


def _read(der: bytes) -> ClientCertificate:
    certificate = x509.load_der_x509_certificate(der)
    key_thumbprint = thumbprint(_jwk(certificate.public_key()))
    names = _alternative_names(certificate)
    return ClientCertificate(
        thumbprint=_base64url(hashlib.sha256(der).digest()),
        subject_dn=certificate.subject.rfc4514_string(),
        san_dns=tuple(names.get_values_for_type(x509.DNSName)),
        san_uri=tuple(names.get_values_for_type(x509.UniformResourceIdentifier)),
        san_ip=tuple(_written(names.get_values_for_type(x509.IPAddress))),
        san_email=tuple(names.get_values_for_type(x509.RFC822Name)),
        not_before_at=certificate.not_valid_before_utc,
        not_after_at=certificate.not_valid_after_utc,
        public_key_thumbprint=key_thumbprint,
    )


def _alternative_names(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return x509.SubjectAlternativeName([])


def _written(addresses: Iterable[object]) -> Iterable[str]:
    """A network (RFC 5280 §4.2.1.10 has them in constraints) is no address."""
    single = (ipaddress.IPv4Address, ipaddress.IPv6Address)
    return (str(address) for address in addresses if isinstance(address, single))


def _jwk(key: object) -> dict[str, str]:
    """The members that make the thumbprint (RFC 7638 §3.2)."""
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_RSA_BITS:
        numbers = key.public_numbers()
        return {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        name, size = _CURVES[key.curve.name]
        point = key.public_numbers()
        return {"kty": "EC", "crv": name, "x": _number(point.x, size), "y": _number(point.y, size)}
    if isinstance(key, ed25519.Ed25519PublicKey):
        content = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(content)}
    raise CertificateRefusedError("the key of the certificate is too weak or of another kind", reason="CERTIFICATE_KEY")


def _number(number: int, size: int = 0) -> str:
    return _base64url(number.to_bytes(size or (number.bit_length() + 7) // 8, "big"))


def _base64url(content: bytes) -> str:
    return base64url(content)


class _AttributeTypes(dict[str, x509.ObjectIdentifier]):
    """Types of attributes by name, in any case (RFC 4514 §2.3, §3; openssl writes more than its table has)."""

    def get(  # type: ignore[override]
        self,
        name: str,
        default: object = None,  # noqa: ARG002
    ) -> x509.ObjectIdentifier | None:
        return super().get(name.upper())


_TYPES = _AttributeTypes(
    {
        "CN": x509.NameOID.COMMON_NAME,
        "L": x509.NameOID.LOCALITY_NAME,
        "ST": x509.NameOID.STATE_OR_PROVINCE_NAME,
        "O": x509.NameOID.ORGANIZATION_NAME,
        "OU": x509.NameOID.ORGANIZATIONAL_UNIT_NAME,
        "C": x509.NameOID.COUNTRY_NAME,
        "STREET": x509.NameOID.STREET_ADDRESS,
        "DC": x509.NameOID.DOMAIN_COMPONENT,
        "UID": x509.NameOID.USER_ID,
        "SERIALNUMBER": x509.NameOID.SERIAL_NUMBER,
        "EMAILADDRESS": x509.NameOID.EMAIL_ADDRESS,
        "ORGANIZATIONIDENTIFIER": x509.NameOID.ORGANIZATION_IDENTIFIER,
        "BUSINESSCATEGORY": x509.NameOID.BUSINESS_CATEGORY,
        "SN": x509.NameOID.SURNAME,
        "GN": x509.NameOID.GIVEN_NAME,
        "TITLE": x509.NameOID.TITLE,
    }
)


def _comparable(text: str) -> list[frozenset[tuple[str, str]]] | None:
    """Each part as a set of (type, value), as prepared by RFC 4518; None for what is no name, or an empty one."""
    if not 0 < len(text) <= LONGEST_NAME:
        return None
    try:
        name = x509.Name.from_rfc4514_string(text, _TYPES)
    except ValueError:
        return None
    parts = [frozenset((part.oid.dotted_string, _prepared(part.value)) for part in rdn) for rdn in name.rdns]
    return parts or None


def _prepared(value: str | bytes) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _refuse(message: str) -> NoReturn:
    raise CertificateRefusedError(message)

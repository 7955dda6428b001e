"""Certificates that a proxy hands on in a header: the three writings, and everything that is none."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey, RSAKey

from auth.ground.domain.errors import CertificateRefusedError
from auth.protocol.adapters.crypto.client_certificates import read_certificate, same_dn
from auth.protocol.domain.certificates import ClientCertificate

PEM = serialization.Encoding.PEM
DER = serialization.Encoding.DER
NOT_BEFORE = datetime(2026, 11, 1, tzinfo=UTC)
NOT_AFTER = NOT_BEFORE + timedelta(days=30)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
NAME = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Éditeur, Omega"),
        x509.NameAttribute(NameOID.COMMON_NAME, "omega.example"),
    ]
)
ALTERNATIVE: Sequence[x509.GeneralName] = (
    x509.DNSName("omega.example"),
    x509.DNSName("www.omega.example"),
    x509.UniformResourceIdentifier("spiffe://omega/client"),
    x509.IPAddress(ipaddress.ip_address("192.0.2.1")),
    x509.IPAddress(ipaddress.ip_address("2001:db8::1")),
    x509.RFC822Name("omega@omega.example"),
)


def a_certificate(key: Any = EC_KEY, alternative: Sequence[x509.GeneralName] = ALTERNATIVE) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder(NAME, NAME, key.public_key(), 1).not_valid_before(NOT_BEFORE).not_valid_after(NOT_AFTER)
    )
    if alternative:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternative), critical=False)
    signer, algorithm = (EC_KEY, hashes.SHA256())
    return builder.sign(signer, algorithm)


CERTIFICATE = a_certificate()


def rfc9440(certificate: x509.Certificate) -> str:
    return f":{base64.b64encode(certificate.public_bytes(DER)).decode()}:"


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(PEM).decode()


def read(header: str) -> ClientCertificate:
    found = read_certificate(header)
    assert found is not None
    return found


def refusal(header: str) -> str:
    with pytest.raises(CertificateRefusedError) as refused:
        read_certificate(header)
    return refused.value.reason


def test_a_certificate_is_read_whole() -> None:
    certificate = read(rfc9440(CERTIFICATE))
    digest = hashlib.sha256(CERTIFICATE.public_bytes(DER)).digest()
    public = EC_KEY.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert certificate == ClientCertificate(
        thumbprint=base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        subject_dn="CN=omega.example,O=Éditeur\\, Omega,C=FR",
        san_dns=("omega.example", "www.omega.example"),
        san_uri=("spiffe://omega/client",),
        san_ip=("192.0.2.1", "2001:db8::1"),
        san_email=("omega@omega.example",),
        not_before_at=NOT_BEFORE,
        not_after_at=NOT_AFTER,
        public_key_thumbprint=ECKey.import_key(public).thumbprint(),
    )


@pytest.mark.parametrize(
    "header",
    [
        rfc9440(CERTIFICATE),
        quote(pem(CERTIFICATE), safe=""),
        quote(pem(CERTIFICATE)),
        pem(CERTIFICATE).replace("\n", " "),
        pem(CERTIFICATE).replace("\n", "\n\t"),
        pem(CERTIFICATE).replace("\n", ""),
        pem(CERTIFICATE),
        f"  {rfc9440(CERTIFICATE)}  ",
    ],
)
def test_every_proxy_writes_the_same_certificate(header: str) -> None:
    assert read(header) == read(rfc9440(CERTIFICATE))


@pytest.mark.parametrize("header", ["", " ", "(null)"])
def test_no_certificate_is_none(header: str) -> None:
    assert read_certificate(header) is None


def test_a_certificate_without_other_names_is_read() -> None:
    certificate = read(rfc9440(a_certificate(alternative=())))
    assert (certificate.san_dns, certificate.san_uri, certificate.san_ip, certificate.san_email) == ((), (), (), ())


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (rsa.generate_private_key(65537, 2048), RSAKey),
        (ec.generate_private_key(ec.SECP384R1()), ECKey),
        (ec.generate_private_key(ec.SECP521R1()), ECKey),
        (ed25519.Ed25519PrivateKey.generate(), OKPKey),
    ],
)
def test_the_thumbprint_of_the_key_is_that_of_its_jwk(key: Any, kind: Any) -> None:
    public = key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert read(rfc9440(a_certificate(key))).public_key_thumbprint == kind.import_key(public).thumbprint()


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(65537, 1024),
        dsa.generate_private_key(2048),
        ec.generate_private_key(ec.SECP256K1()),
        ed448.Ed448PrivateKey.generate(),
    ],
)
def test_a_weak_or_strange_key_is_refused(key: Any) -> None:
    assert refusal(rfc9440(a_certificate(key))) == "CERTIFICATE_KEY"


def flipped(certificate: x509.Certificate, position: int) -> str:
    content = bytearray(certificate.public_bytes(DER))
    content[position] ^= 0xFF
    return f":{base64.b64encode(content).decode()}:"


@pytest.mark.parametrize(
    "header",
    [
        ":",
        "::",
        ":AAAA:",
        ":!!!!:",
        rfc9440(CERTIFICATE)[:-1],
        rfc9440(CERTIFICATE)[1:],
        rfc9440(CERTIFICATE) + ", " + rfc9440(CERTIFICATE),
        rfc9440(CERTIFICATE).replace("M", "-", 1),
        f":{base64.b64encode(CERTIFICATE.public_bytes(DER) + b'x').decode()}:",
        f":{base64.b64encode(CERTIFICATE.public_bytes(DER)[:-1]).decode()}:",
        flipped(CERTIFICATE, 0),
        flipped(CERTIFICATE, 4),
        pem(CERTIFICATE) * 2,
        "x" + pem(CERTIFICATE),
        pem(CERTIFICATE).replace("CERTIFICATE", "PUBLIC KEY"),
        quote(quote(pem(CERTIFICATE), safe=""), safe=""),
        "-----BEGIN CERTIFICATE----- -----END CERTIFICATE-----",
        EC_KEY.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode(),
        ":" + "A" * 16_384 + ":",
        "é",
        "None",
    ],
)
def test_what_is_not_one_certificate_is_refused(header: str) -> None:
    assert refusal(header) == "CERTIFICATE_MALFORMED"


@given(st.binary(max_size=200) | st.integers(0, 300).map(lambda at: CERTIFICATE.public_bytes(DER)[:at]))
def test_no_content_makes_the_reader_fall_over(content: bytes) -> None:
    assert refusal(f":{base64.b64encode(content).decode()}:") == "CERTIFICATE_MALFORMED"


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@given(st.integers(0, len(CERTIFICATE.public_bytes(DER)) - 1), st.integers(1, 255))
def test_a_certificate_with_one_wrong_byte_is_refused_or_another(position: int, change: int) -> None:
    content = bytearray(CERTIFICATE.public_bytes(DER))
    content[position] ^= change
    try:
        found = read(f":{base64.b64encode(content).decode()}:")
    except CertificateRefusedError:
        return
    assert found.thumbprint != read(rfc9440(CERTIFICATE)).thumbprint


def test_a_certificate_of_an_unknown_version_or_with_a_strange_name_is_refused() -> None:
    content = CERTIFICATE.public_bytes(DER)
    version = content.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07", 1)
    x400 = content.replace(b"\x82\x0domega", b"\xa3\x0domega", 1)  # a dNSName becomes an x400Address
    for strange in (version, x400):
        assert strange != content
        assert refusal(f":{base64.b64encode(strange).decode()}:") == "CERTIFICATE_MALFORMED"


@given(st.text(max_size=60))
def test_no_text_makes_the_readers_fall_over(text: str) -> None:
    if text.strip() not in {"", "(null)"}:
        assert refusal(text) == "CERTIFICATE_MALFORMED"
    assert not same_dn(text, "CN=omega.example")
    assert isinstance(same_dn(f"CN={text}", text), bool)


def test_a_certificate_is_current_between_its_dates() -> None:
    certificate = read(rfc9440(CERTIFICATE))
    second = timedelta(seconds=1)
    assert certificate.is_current(NOT_BEFORE)
    assert certificate.is_current(NOT_AFTER)
    assert not certificate.is_current(NOT_BEFORE - second)
    assert not certificate.is_current(NOT_AFTER + second)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CN=omega,O=Éditeur\\, Omega,C=FR", "cn=Omega,o=éditeur\\2C  omega,c=fr"),
        ("CN=omega,O=Éditeur", "CN=omega,O=\\C3\\89diteur"),
        ("CN=omega,O=Éditeur", "CN=omega,O=E\u0301diteur"),
        ("CN=omega", "2.5.4.3=omega"),
        ("CN=a+OU=b,C=FR", "OU=b+CN=a,C=FR"),
        ("emailAddress=a@b.example,CN=x", "1.2.840.113549.1.9.1=a@b.example,CN=x"),
        ("organizationIdentifier=PSDFR-1,CN=x", "2.5.4.97=PSDFR-1,CN=x"),
        ("CN=\\ omega\\ ", "CN=omega"),
    ],
)
def test_two_writings_of_a_name_are_the_same(one: str, other: str) -> None:
    assert same_dn(one, other)
    assert same_dn(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", ""),
        ("omega", "omega"),
        ("CN=omega", ""),
        ("CN=omega,C=FR", "C=FR,CN=omega"),
        ("CN=omega,C=FR", "CN=omega"),
        ("CN=omega", "OU=omega"),
        ("CN=omega", "CN=omega2"),
        ("CN=a,CN=b", "CN=a+CN=b"),
        ("CN=a,CN=b", "CN=a\\,CN=b"),
        ("CN=a\\,O=b", "CN=a,O=b"),
        ("CN=" + "a" * 2000, "CN=" + "a" * 2000),
        ("CN=omega", "CN=#0c056f6d656761"),
        ("CN=\\zz", "CN=\\zz"),
        ("X=a", "X=a"),
    ],
)
def test_other_names_are_not_the_same(one: str, other: str) -> None:
    assert not same_dn(one, other)


def test_the_name_of_a_certificate_is_the_same_as_it_was_registered() -> None:
    assert same_dn(read(rfc9440(CERTIFICATE)).subject_dn, "CN=OMEGA.example,O=Éditeur\\, Omega,C=FR")

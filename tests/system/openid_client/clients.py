"""The clients that the scenarios of openid-client are, with their secrets, keys and certificates."""

from __future__ import annotations

import base64
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

from onebox.layout import Layout
from tests.system.auth_alone import spare_port

EXTRANET = "mon-enfant"
BACK = "http://localhost:9/retour"  # nobody listens there: the person stops before
LEFT = "http://localhost:9/deconnecte"
RESOURCE = "https://extranet.invalid"
SUBJECT = "CN=mutual-tls,O=Extranet de test"
_SECRET = "a-secret-of-the-scenarios-with-enough-characters"
_TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True)
class ClientKey:
    """A key pair of a client, as JWK."""

    private: dict[str, str]
    public: dict[str, str]


def new_key(name: str) -> ClientKey:
    """An ES256 key whose `kid` is the name."""
    numbers = ec.generate_private_key(ec.SECP256R1()).private_numbers()
    public = _public_jwk(name, numbers.public_numbers)
    return ClientKey({**public, "d": _number(numbers.private_value)}, public)


def new_ed25519_key(name: str) -> ClientKey:
    """An Ed25519 key, with the algorithm under the name of RFC 9864."""
    key = ed25519.Ed25519PrivateKey.generate()
    public = {"kty": "OKP", "crv": "Ed25519", "kid": name, "alg": "Ed25519", "use": "sig"}
    public["x"] = _base64url(key.public_key().public_bytes_raw())
    return ClientKey({**public, "d": _base64url(key.private_bytes_raw())}, public)


def _public_jwk(name: str, point: ec.EllipticCurvePublicNumbers) -> dict[str, str]:
    known = {"kty": "EC", "crv": "P-256", "kid": name, "alg": "ES256", "use": "sig"}
    return {**known, "x": _number(point.x), "y": _number(point.y)}


def _number(value: int) -> str:
    return _base64url(value.to_bytes(32, "big"))


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass(frozen=True)
class Certificates:
    """Files of a small authority: `ca.pem`, the proxy's pair and the client's pair; and a self-signed pair."""

    folder: Path

    def jwk(self, name: str) -> dict[str, Any]:
        """The public key of a certificate, with the certificate (RFC 8705 §2.2.2)."""
        certificate = x509.load_pem_x509_certificate((self.folder / f"{name}.pem").read_bytes())
        key = certificate.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        encoded = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()
        return {**_public_jwk(name, key.public_numbers()), "x5c": [encoded]}

    def pair(self, name: str) -> dict[str, str]:
        """Certificate, key and authority of one party, as PEM."""
        names = {"cert": f"{name}.pem", "key": f"{name}.key", "ca": "ca.pem"}
        return {key: (self.folder / file).read_text() for key, file in names.items()}


def issue_certificates(folder: Path) -> Certificates:
    """Makes the authority, its two certificates and a self-signed one, good for a day."""
    folder.mkdir(parents=True, exist_ok=True)
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the test")])
    certificate = _builder(authority, authority, authority_key).add_extension(x509.BasicConstraints(True, 0), True)
    _write(folder, "ca", certificate.sign(authority_key, hashes.SHA256()), authority_key)
    for name, subject in (("proxy", "CN=localhost"), ("client", SUBJECT)):
        key = ec.generate_private_key(ec.SECP256R1())
        local = x509.SubjectAlternativeName(
            [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        )
        builder = _builder(x509.Name.from_rfc4514_string(subject), authority, key)
        builder = builder.add_extension(x509.BasicConstraints(False, None), True)
        if name == "proxy":
            builder = builder.add_extension(local, False)
        _write(folder, name, builder.sign(authority_key, hashes.SHA256()), key)
    own_key, own_name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string("CN=self-signed")
    own = _builder(own_name, own_name, own_key).add_extension(x509.BasicConstraints(False, None), True)
    _write(folder, "self-signed", own.sign(own_key, hashes.SHA256()), own_key)
    trusted = [(folder / f"{name}.pem").read_text() for name in ("ca", "self-signed")]
    (folder / "trusted.pem").write_text("".join(trusted))  # what the proxy lets through
    return Certificates(folder)


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )


def _write(folder: Path, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / f"{name}.key").write_bytes(private)


@dataclass(frozen=True)
class Cast:
    """Every client of the scenarios by name, and what each of them keeps to itself."""

    layout: Layout
    key: ClientKey
    ed25519_key: ClientKey
    certificates: Certificates

    def entries(self) -> list[dict[str, Any]]:
        """What the operator registers."""
        return [self._entry(name) for name in _CLIENTS]

    def setup(self, name: str, **more: Any) -> dict[str, Any]:
        """What the software of this client is configured with."""
        entry = {key: value for key, value in self._entry(name).items() if key not in _OURS}
        setup: dict[str, Any] = {"issuer": self.layout.url("auth"), "client": entry, "secret": _SECRET}
        method = entry.get("token_endpoint_auth_method")
        if method == "private_key_jwt":
            setup["key"] = self._key(name).private
        if method in _BY_CERTIFICATE:
            setup["tls"] = self.certificates.pair(_BY_CERTIFICATE[method])
            entry["use_mtls_endpoint_aliases"] = True
        return {**setup, **more}

    def _key(self, name: str) -> ClientKey:
        return self.ed25519_key if "ed25519" in name else self.key

    def _entry(self, name: str) -> dict[str, Any]:
        own = _CLIENTS[name]
        entry: dict[str, Any] = {
            "client_id": name,
            "owner": "national",
            "name": f"Extranet {name}",
            "scope": "openid profile email",
            "redirect_uris": [BACK],
            "post_logout_redirect_uris": [LEFT],
            "first_party": True,
            **own,
        }
        method = own.get("token_endpoint_auth_method", "client_secret_basic")
        if method.startswith("client_secret"):
            entry["secret"] = _SECRET
        if method == "private_key_jwt":
            entry["jwks"] = {"keys": [self._key(name).public]}
        if method == "self_signed_tls_client_auth":
            entry["jwks"] = {"keys": [self.certificates.jwk("self-signed")]}
        if name == "interoperable":
            entry["backchannel_logout_uri"] = f"http://localhost:{spare_port(self.layout, 2)}/"
        if own.get("exchange_to"):
            entry["resource"] = RESOURCE
        return entry


_BY_CERTIFICATE = {"tls_client_auth": "client", "self_signed_tls_client_auth": "self-signed"}
_OURS = {"secret", "code", "first_party", "profile", "exchange_to", "requires_service_contract"}
_WITH_RIGHTS = {"code": EXTRANET, "scope": f"openid profile email {EXTRANET}", "resource": RESOURCE}
_FAPI: dict[str, Any] = {
    "profile": "fapi2",
    "token_endpoint_auth_method": "private_key_jwt",
    "require_pushed_authorization_requests": True,
    "require_signed_request_object": True,
    "response_modes": ["jwt"],
    "authorization_signed_response_alg": "ES256",
    "dpop_bound_access_tokens": True,
}
_CLIENTS: dict[str, dict[str, Any]] = {
    "plain": _WITH_RIGHTS,
    "asking": {**_WITH_RIGHTS, "first_party": False},
    "refused": {"first_party": False},
    "signed": {"userinfo_signed_response_alg": "ES256", "introspection_signed_response_alg": "ES256"},
    "interoperable": {
        "profile": "interoperable",
        "id_token_signed_response_alg": "RS256",
        "token_endpoint_auth_method": "client_secret_post",
    },
    "fapi": {**_FAPI, "token_endpoint_auth_signing_alg": "ES256", "request_object_signing_alg": "ES256"},
    "fapi-ed25519": _FAPI,
    "mutual-tls": {
        "token_endpoint_auth_method": "tls_client_auth",
        "tls_client_auth_subject_dn": SUBJECT,
        "tls_client_certificate_bound_access_tokens": True,
    },
    "self-signed": {
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "tls_client_certificate_bound_access_tokens": True,
    },
    "fapi-mutual-tls": {
        "profile": "fapi2",
        "token_endpoint_auth_method": "tls_client_auth",
        "tls_client_auth_subject_dn": SUBJECT,
        "tls_client_certificate_bound_access_tokens": True,
    },
    "public": {"token_endpoint_auth_method": "none", "dpop_bound_access_tokens": True},
    "exchange": {
        "code": EXTRANET,
        "scope": f"openid {EXTRANET} cdap",
        "grant_types": ["authorization_code", "refresh_token", _TOKEN_EXCHANGE],
        "exchange_to": ["cdap"],
    },
    "device": {"grant_types": [_DEVICE_CODE, "refresh_token"], "first_party": False},
    "machine": {
        "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["client_credentials"],
        "code": EXTRANET,
        "scope": EXTRANET,
        "resource": RESOURCE,
        "redirect_uris": [],
    },
}

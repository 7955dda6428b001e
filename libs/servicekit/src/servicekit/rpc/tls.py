"""Mutual TLS: the three files of a service, their reload, and the identity in a certificate.

The identity of a service is the one URI `spiffe://partenaire/<environment>/<service>` among the alternative names of
its certificate (SPIFFE X.509-SVID §2). The same certificate carries `<service>.<environment>.partenaire.internal` as
DNS name: that is what a client's TLS stack checks of the server, whatever the address it was reached at.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from servicekit.errors import StartError

AUTHORITY_FILE = "ca.pem"
CERTIFICATE_FILE = "service.pem"
KEY_FILE = "service-key.pem"

_SPIFFE = re.compile(r"spiffe://partenaire/(?P<environment>[a-z][a-z0-9-]*)/(?P<service>[a-z][a-z0-9-]*)")


@dataclass(frozen=True)
class Identity:
    """Who holds a certificate."""

    environment: str
    service: str

    @property
    def uri(self) -> str:
        """The SPIFFE identifier."""
        return f"spiffe://partenaire/{self.environment}/{self.service}"

    @property
    def server_name(self) -> str:
        """The DNS name a client asks the TLS handshake for."""
        return f"{self.service}.{self.environment}.partenaire.internal"


@dataclass(frozen=True)
class TlsMaterial:
    """The content of the three files, which belong together."""

    authority: bytes
    certificate: bytes
    key: bytes
    identity: Identity
    expires_at: datetime


def parse_identity(unverified_uris: Iterable[str]) -> Identity | None:
    """The identity when there is exactly one URI and it has the form of ours, else None."""
    uris = list(unverified_uris)
    match = _SPIFFE.fullmatch(uris[0]) if len(uris) == 1 else None
    return Identity(match["environment"], match["service"]) if match else None


class TlsFiles:
    """The folder with ca.pem, service.pem and service-key.pem, and whether they changed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._paths = [directory / name for name in (AUTHORITY_FILE, CERTIFICATE_FILE, KEY_FILE)]

    def stamp(self) -> tuple[tuple[int, int, int], ...]:
        """Changes whenever one of the files is written or replaced; empty while one is missing."""
        try:
            stats = [path.stat() for path in self._paths]
        except OSError:
            return ()
        return tuple((stat.st_mtime_ns, stat.st_size, stat.st_ino) for stat in stats)

    def read(self) -> TlsMaterial:
        """The three files, checked to belong together.

        Raises:
            StartError: a file is missing or no PEM, the key is not the certificate's, or it has no identity.
        """
        authority, certificate, key = (_bytes(path) for path in self._paths)
        try:
            leaf = x509.load_pem_x509_certificate(certificate)
            private_key = serialization.load_pem_private_key(key, password=None)
            x509.load_pem_x509_certificates(authority)
        except (ValueError, TypeError) as error:
            raise StartError(f"The certificate files in {self.directory} are not readable PEM.") from error
        if private_key.public_key() != leaf.public_key():
            raise StartError(f"{self._paths[2]} is not the key of {self._paths[1]}.")
        identity = parse_identity(_uris(leaf))
        if identity is None:
            raise StartError(f"{self._paths[1]} does not carry exactly one identity spiffe://partenaire/….")
        return TlsMaterial(authority, certificate, key, identity, leaf.not_valid_after_utc)

    def read_for(self, expected: Identity) -> TlsMaterial:
        """As `read`, for a process that must be `expected`.

        Raises:
            StartError: as for `read`, or the certificate is somebody else's or out of date.
        """
        material = self.read()
        if material.identity != expected:
            raise StartError(f"{self._paths[1]} is the certificate of {material.identity.uri}, not of {expected.uri}.")
        if material.expires_at <= datetime.now(UTC):
            raise StartError(f"{self._paths[1]} expired on {material.expires_at:%Y-%m-%d}.")
        return material


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StartError(f"The certificate file {path} cannot be read: {error.strerror}.") from error


def _uris(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.UniformResourceIdentifier)

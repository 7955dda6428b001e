"""How long the certificates of this process last: for health, which warns before, and for the metrics."""

from __future__ import annotations

import threading
from datetime import datetime

from cryptography import x509

from servicekit.clock import Clock
from servicekit.rpc.tls import TlsFiles

WARNS_DAYS = 14


class CertificateLife:
    """The first end among the certificate of a service and its authorities; read again when the files change."""

    def __init__(self, files: TlsFiles, clock: Clock) -> None:
        """Nothing is read yet."""
        self._files = files
        self._clock = clock
        self._lock = threading.Lock()
        self._known: tuple[object, datetime] | None = None

    def days_left(self) -> float:
        """Negative when it is over.

        Raises:
            StartError: the files cannot be read or do not belong together.
        """
        return (self._ends_at() - self._clock.now()).total_seconds() / 86_400

    def problem(self) -> str | None:
        """A sentence in the last two weeks, and while the files cannot be read."""
        days = self.days_left()
        return None if days >= WARNS_DAYS else f"a certificate in {self._files.directory} ends in {days:.1f} days"

    def _ends_at(self) -> datetime:
        stamp = self._files.stamp()
        with self._lock:
            if self._known is None or self._known[0] != stamp or not stamp:
                material = self._files.read()
                authorities = x509.load_pem_x509_certificates(material.authority)
                self._known = (stamp, min([material.expires_at, *(one.not_valid_after_utc for one in authorities)]))
            return self._known[1]

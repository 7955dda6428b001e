"""Certificates that clients show (RFC 8705): what is known of one, as text. `adapters.crypto` reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class ClientCertificate:
    """One certificate. The TLS layer has verified that the client holds its key, nothing more is said here.

    `thumbprint` is `x5t#S256`, SHA-256 of the DER in base64url: what a token is bound to (RFC 8705 §3.1).
    `public_key_thumbprint` is that of its key (RFC 7638), for `self_signed_tls_client_auth` (RFC 8705 §2.2).
    `subject_dn` is written after RFC 4514.
    """

    thumbprint: str
    subject_dn: str
    san_dns: tuple[str, ...]
    san_uri: tuple[str, ...]
    san_ip: tuple[str, ...]
    san_email: tuple[str, ...]
    not_before_at: datetime
    not_after_at: datetime
    public_key_thumbprint: str

    def is_current(self, now: datetime) -> bool:
        """Whether `now` lies within its validity (RFC 5280 §4.1.2.5: both ends count)."""
        return self.not_before_at <= now <= self.not_after_at

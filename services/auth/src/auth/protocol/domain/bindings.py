"""Sender-constrained tokens: which key of the client a token is bound to (RFC 8705 §3, RFC 9449 §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auth.clients.domain.clients import Client
from auth.ground.domain.errors import BindingRefusedError
from auth.protocol.domain.grants import certificate_binding, dpop_binding


@dataclass(frozen=True)
class Sender:
    """What the sender of a request has shown to hold: thumbprints of a DPoP key and of a TLS certificate, or empty."""

    dpop_key: str = ""
    certificate: str = ""

    def holds(self, binding: str) -> bool:
        """Whether a token with this binding is the sender's to use. One without binding is everybody's."""
        if not binding:
            return True
        by_key = bool(self.dpop_key) and binding == dpop_binding(self.dpop_key)
        return by_key or (bool(self.certificate) and binding == certificate_binding(self.certificate))


NOBODY = Sender()


def binding_for(client: Client, sender: Sender) -> str:
    """The binding of a new access token. A client that is not registered for it may still show a DPoP key.

    Raises:
        BindingRefusedError: the client's tokens must be bound and it has shown no key.
    """
    if client.tls_client_certificate_bound_access_tokens:
        if not sender.certificate:
            raise BindingRefusedError("the client's certificate is missing", reason="CERTIFICATE_MISSING")
        return certificate_binding(sender.certificate)
    if client.dpop_bound_access_tokens and not sender.dpop_key:
        raise BindingRefusedError("the DPoP proof is missing", reason="DPOP_PROOF_MISSING")
    return dpop_binding(sender.dpop_key) if sender.dpop_key else ""


def binding_of(claims: Mapping[str, Any]) -> str:
    """The binding that a token's claim `cnf` says, or empty (RFC 7800 §3)."""
    held = claims.get("cnf")
    if not isinstance(held, Mapping):
        return ""
    return next((f"{method}:{value}" for method, value in held.items() if value), "")

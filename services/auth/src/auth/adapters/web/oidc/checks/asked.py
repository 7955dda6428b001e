"""What the checks look at: the parameters of an authorization request, its client, and who is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth.domain.clients import Client
from auth.domain.sessions import Session
from auth.use_cases.keep_session import Present


@dataclass(frozen=True)
class Asked:
    """One authorization request. `began_at`: when it first came, before any page of ours was shown."""

    parameters: Mapping[str, Sequence[str]]
    client: Client | None
    present: Present | None
    began_at: datetime
    now: datetime
    issuer: str
    has_consent: Callable[[str], bool]
    hint: Mapping[str, Any] | None = None  # the claims of `id_token_hint`, when it is one of ours
    has_left: Callable[[Session], bool] = lambda _session: False  # the session's organisation is no longer theirs

    def one(self, name: str) -> str | None:
        """The first value of a parameter; an empty one counts as absent (RFC 6749 §3.1)."""
        values = self.parameters.get(name)
        return values[0] if values and values[0] else None

    @property
    def known(self) -> Client:
        """The client, once `known_client` has passed."""
        assert self.client is not None
        return self.client

    @property
    def prompts(self) -> frozenset[str]:
        """The words of `prompt`."""
        return frozenset((self.one("prompt") or "").split())

    @property
    def scope(self) -> str:
        """What of the requested scope this client may have."""
        return " ".join(self.known.allowed_scope(self.one("scope") or ""))

    @property
    def audience(self) -> str:
        """RFC 8707: the client's resource server, or ourselves (userinfo) when it has none."""
        return self.known.resource or self.issuer

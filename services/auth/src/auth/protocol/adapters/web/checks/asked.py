"""What the checks look at: the parameters of an authorization request, its client, and who is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from auth.clients.domain.clients import RESPONSE_MODES, Client
from auth.clients.domain.redirects import is_private_use
from auth.people.domain.sessions import Session
from auth.people.domain.steps import levels_offered
from auth.people.use_cases.keep_session import Present
from auth.people.use_cases.next_step import NextStep
from auth.protocol.domain.claims import openable_claims, scopes_opening
from auth.protocol.domain.requested_claims import RequestedClaims, read_claims

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Questions:
    """What the checks ask the house. `hinted`: the claims of an ID token of ours, or None; `subject_of`: what a client
    knows an account by; `has_consent`: session, client, scope, since when; `check_open`: see `IssueCode`."""

    hinted: Callable[[str], Mapping[str, Any] | None]
    subject_of: Callable[[str, Client], str]
    next_step: NextStep
    has_consent: Callable[[Session, Client, str, datetime | None], bool]
    check_open: Callable[[Session, Client], object]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One authorization request. `began_at`: when it first came, before any page of ours was shown.

    `is_pushed`, `is_signed`: where it came from; `pushed_hash` and `pushed_dpop_key`: see `PushedRequest`. At the
    endpoint for pushed requests nobody is present.
    """

    parameters: Mapping[str, Sequence[str]]
    client: Client | None
    issuer: str
    own: Questions
    present: Present | None = None
    began_at: datetime = _NEVER
    now: datetime = _NEVER
    is_pushed: bool = False
    is_signed: bool = False
    pushed_hash: str = ""
    pushed_dpop_key: str = ""

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
    def agreed_scope(self) -> str:
        """What the person is asked to agree to: the scope, and what the claims asked for one by one come from."""
        opened = scopes_opening(self.claims, " ".join(self.known.scope))
        return " ".join(dict.fromkeys((*self.scope.split(), *opened)))

    @property
    def claims_request(self) -> str:
        """What of `claims` the client may have today, as JSON or empty: nobody agreed to what it may have later."""
        return openable_claims(self.claims, " ".join(self.known.scope)).to_text()

    @property
    def audience(self) -> str:
        """RFC 8707: the client's resource server, or ourselves (userinfo) when it has none."""
        return self.known.audience(self.issuer)

    @property
    def response_mode(self) -> str:
        """How the answer goes back; in the query when the mode asked for is unknown or not this client's."""
        mode = self.one("response_mode") or "query"
        if mode.startswith("form_post") and is_private_use(self.one("redirect_uri") or ""):
            return "query"
        if mode not in RESPONSE_MODES or mode not in self.known.response_modes:
            modes = self.known.response_modes
            return "query" if "query" in modes or not modes else modes[0]
        return mode

    @property
    def dpop_key(self) -> str:
        """RFC 9449 §10: the key that the code is bound to, or empty."""
        return self.pushed_dpop_key or self.one("dpop_jkt") or ""

    @property
    def max_age(self) -> int | None:
        """Seconds since the sign-in, at most; the client's registered value when the request says nothing."""
        asked = self.one("max_age")
        return int(asked) if asked is not None else self.known.default_max_age

    @cached_property
    def claims(self) -> RequestedClaims:
        """The parameter `claims`, once `readable_claims` has passed, with the level that `acr_values` or the client's
        settings ask for."""
        wanted = (self.one("acr_values") or "").split() or self.known.default_acr_values
        return read_claims(self.one("claims")).preferring(tuple(acr for acr in wanted if acr in levels_offered()))

    @cached_property
    def hint(self) -> Mapping[str, Any] | None:
        """The claims of `id_token_hint`, when it is an ID token of ours."""
        unverified_hint = self.one("id_token_hint")
        return self.own.hinted(unverified_hint) if unverified_hint else None

    def has_consent(self) -> bool:
        """Whether the person need not be asked; with `prompt=consent` only an answer to this very request counts."""
        assert self.present is not None
        since = self.began_at if "consent" in self.prompts else None
        return self.own.has_consent(self.present.session, self.known, self.agreed_scope, since)

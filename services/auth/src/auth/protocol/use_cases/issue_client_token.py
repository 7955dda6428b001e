"""A client gets a token for itself (RFC 6749 §4.4): partner software, without a person.

Thousands a second can be asked for, so each does not get an event of its own. The event is written, durably, before the
first token of a client and scope in a minute leaves, and says that tokens may be issued until the minute ends: it may
over-count, never under-count. The `jti` of every token begins with the id of that event.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import NamedTuple

from auth.clients.domain.clients import IDENTITY_SCOPES, Client
from auth.keys.use_cases.ports import Signer
from auth.people.use_cases import events
from auth.protocol.domain.bindings import Sender, binding_for
from auth.protocol.domain.claims import TokenFrame, client_token_claims
from auth.protocol.domain.grants import access_token_id
from auth.protocol.use_cases.make_tokens import TokenPolicy, TokenSet
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import new_id, new_secret

WINDOW = timedelta(minutes=1)
_DRAW_BYTES = 9
_MOST_WINDOWS = 10_000
_OF_A_PERSON = frozenset(IDENTITY_SCOPES)


class _Window(NamedTuple):
    """Until when tokens are covered by an event, and the event's id."""

    ends_at: datetime
    family_id: str


class IssueClientToken:
    """Signs; writes one event per client, scope, audience and minute."""

    def __init__(self, work: RecordedWork[object], signer: Signer, clock: Clock, policy: TokenPolicy) -> None:
        """`policy`: issuer and life of a token."""
        self._work = work
        self._signer = signer
        self._clock = clock
        self._policy = policy
        # Looked at for each token: a TLRUCache of cachetools takes ten calls and a lock where this takes one call.
        self._windows: dict[tuple[str, str, str], _Window] = {}
        self._opening = threading.Lock()  # an event takes its time: who has a window does not wait for it

    def audience_of(self, client: Client) -> str:
        """Whom the token is for."""
        return client.audience(self._policy.issuer)

    def __call__(self, client: Client, scope: str, sender: Sender) -> TokenSet:
        """The token; `scope` empty: all that the client has. What of it speaks of a person is left out.

        Raises:
            BindingRefusedError: the client's tokens are bound and it has shown no key.
            DependencyUnavailableError: the event cannot be recorded.
        """
        now, audience = self._clock.now(), self.audience_of(client)
        allowed = client.allowed_scope(scope or " ".join(client.scope))
        granted = " ".join(word for word in allowed if word not in _OF_A_PERSON)
        frame = TokenFrame(
            issuer=self._policy.issuer,
            client_id=client.client_id,
            audience=audience,
            scope=granted,
            issued_at=now,
            expires_at=now + self._policy.life,
            token_id=access_token_id(self._family(client, granted, audience, now), new_secret(_DRAW_BYTES)),
            binding=binding_for(client, sender),
        )
        return TokenSet(
            access_token=self._signer.sign("at+jwt", client_token_claims(frame)),
            refresh_token=None,
            id_token=None,
            expires_in=int(self._policy.life.total_seconds()),
            scope=granted,
            access_token_id=frame.token_id,
            rights_revision=0,
            token_type="DPoP" if frame.binding.startswith("jkt:") else "Bearer",
        )

    def _family(self, client: Client, scope: str, audience: str, now: datetime) -> str:
        key = (client.client_id, scope, audience)
        known = self._windows.get(key)
        if known is not None and now < known.ends_at:
            return known.family_id
        with self._opening:
            known = self._windows.get(key)
            if known is not None and now < known.ends_at:
                return known.family_id
            opened = _Window(now + WINDOW, new_id())
            self._record(client, scope, audience, opened)
            if len(self._windows) >= _MOST_WINDOWS:
                self._windows = {one: window for one, window in self._windows.items() if now < window.ends_at}
            self._windows[key] = opened
            return opened.family_id

    def _record(self, client: Client, scope: str, audience: str, window: _Window) -> None:
        event = events.done(
            "client_tokens.issued",
            None,
            self._clock.now(),
            owner=client.owner,
            client_id=client.client_id,
            scope=scope,
            audience=audience,
            until=window.ends_at.isoformat(),
            family_id=window.family_id,
        )
        self._work.record(lambda _repos: Outcome(None, (event,)))

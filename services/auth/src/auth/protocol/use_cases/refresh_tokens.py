"""A client exchanges a refresh token for new tokens.

The token of a client that authenticates, or that proves a key, stays the same. Others are rotated: each has one
successor, made of it by a keyed hash, so that two requests at once and a retry get the same one; an old token that
comes back later ends the family.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from auth.clients.domain.clients import Client
from auth.ground.domain.errors import ExtranetClosedError, GrantRefusedError
from auth.ground.use_cases.shelves import (
    HasEndedSessions,
    HasHolders,
    HasLogoutNotices,
    HasRefreshTokens,
    HasRevokedTokens,
    HasSessions,
)
from auth.people.use_cases import events
from auth.people.use_cases.ending import revoke_family
from auth.people.use_cases.stores.grants import RevokedTokens
from auth.people.use_cases.stores.queues import QueueOfNotices
from auth.people.use_cases.stores.sessions import FeedOfTokens
from auth.protocol.domain.bindings import Sender, binding_for
from auth.protocol.domain.grants import RefreshToken, may_be_answered_again, rotates_refresh_tokens
from auth.protocol.domain.holders import Holder
from auth.protocol.use_cases.exchange_code import issued, note_activity, record_refusal
from auth.protocol.use_cases.make_tokens import MakeTokens, TokenSet, Wanted
from auth.protocol.use_cases.stores import Holders, RotatedTokens, UsedSessions
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import base64url, hash_secret


class Store(
    HasRefreshTokens[RotatedTokens],
    HasSessions[UsedSessions],
    HasHolders[Holders],
    HasRevokedTokens[RevokedTokens],
    HasEndedSessions[FeedOfTokens],
    HasLogoutNotices[QueueOfNotices],
    Protocol,
):
    """What `RefreshTokens` sees of a transaction."""


@dataclass(frozen=True)
class Narrower:
    """What less of the grant a client asks for this time; empty: all of it."""

    scope: str = ""
    details: str = ""


EVERYTHING = Narrower()


@dataclass(frozen=True)
class PresentedToken:
    """A refresh token that may be used, with the one that would follow it."""

    kept: RefreshToken
    holder: Holder | None
    successor: str = field(repr=False)


class RefreshTokens:
    """Rights are evaluated again at each refresh (RFC 9700 §4.14, RFC 6749 §6)."""

    def __init__(self, work: RecordedWork[Store], make_tokens: MakeTokens, clock: Clock, keys: Sequence[bytes]) -> None:
        """Signing happens before the transaction, outside of its lock. `keys`: the same for every process of auth, the
        newest first; what an older one has made is still known."""
        self._work = work
        self._make_tokens = make_tokens
        self._clock = clock
        self._keys = keys

    def find(self, unverified_token: str, client: Client) -> PresentedToken | None:
        """The token, when it is this client's and may be used. One used too long before ends its family."""
        token_hash = hash_secret(unverified_token)
        found = self._work.read(lambda repos: repos.refresh_tokens.find(token_hash), snapshot=False)
        if found is None or found.kept.client_id != client.client_id or found.kept.revoked_at is not None:
            return None
        successor = self._successor_of(found.kept, unverified_token)
        if successor is None:
            self._reused(found.kept)
            return None
        return PresentedToken(found.kept, found.holder, successor)

    def __call__(
        self, found: PresentedToken, client: Client, sender: Sender, narrower: Narrower = EVERYTHING
    ) -> TokenSet:
        """The new tokens. `narrower` holds for the new access token only (RFC 6749 §6, RFC 9396 §6).

        Raises:
            GrantRefusedError: used long before, or the session ended, or the token is bound to another key.
            BindingRefusedError: the client's tokens are bound and it has shown no key.
            ExtranetClosedError: no habilitation any more; the refresh token is not used up.
            RightsStaleError: the replica of the rights is not fresh.
        """
        token = found.kept
        if not sender.holds(token.binding):
            raise GrantRefusedError("the refresh token is bound to another key", reason="BINDING_MISMATCH")
        holder = self._make_tokens.alive(found.holder)
        rotated = rotates_refresh_tokens(client, token)
        wanted = Wanted(
            client=client,
            scope=narrower.scope or token.scope,
            audience=token.audience,
            family_id=token.family_id,
            binding=binding_for(client, sender),
            claims_request=token.claims_request,
            details_request=token.details_request,
            narrower_details=narrower.details,
            refresh_token=found.successor if rotated else None,
        )
        try:
            tokens = self._make_tokens(holder, wanted)
        except ExtranetClosedError as error:
            record_refusal(self._work, holder, client, error, self._clock.now())
            raise
        keep = self._rotate if rotated else self._use_again
        if not self._work.record(lambda repos: keep(repos, token, holder, tokens)):
            self._reused(token)
            raise GrantRefusedError("the refresh token was used before", reason="REFRESH_TOKEN_REUSED")
        return tokens

    def _rotate(self, repos: Store, token: RefreshToken, holder: Holder, tokens: TokenSet) -> Outcome[bool]:
        now, successor = self._clock.now(), str(tokens.refresh_token)
        if not repos.refresh_tokens.use(token.token_hash, now):
            self._make_tokens.holder(repos, token.session_id)
            current = repos.refresh_tokens.find(token.token_hash)
            if current is not None and self._is_retry(repos, current.kept, successor):
                return Outcome(value=True, events=(issued(holder, token.client_id, tokens, now),))
            what = {"client_id": token.client_id}
            late = events.refused("token.refused", token.account_id, "REFRESH_TOKEN_REUSED", now, what)
            return Outcome(value=False, events=(late,))
        note_activity(repos, holder, now)
        repos.refresh_tokens.add(
            replace(
                token,
                token_hash=hash_secret(successor),
                access_token_id=tokens.access_token_id,
                issued_at=now,
                used_at=None,
            )
        )
        return Outcome(value=True, events=(issued(holder, token.client_id, tokens, now),))

    def _use_again(self, repos: Store, token: RefreshToken, holder: Holder, tokens: TokenSet) -> Outcome[bool]:
        """The client has authenticated or shown its key: nothing of the token changes. It must not have been revoked
        meanwhile."""
        now = self._clock.now()
        if not repos.refresh_tokens.stands(token.token_hash):
            self._make_tokens.holder(repos, token.session_id)
            raise GrantRefusedError("the refresh token was revoked", reason="REFRESH_TOKEN_REVOKED")
        note_activity(repos, holder, now)
        return Outcome(value=True, events=(issued(holder, token.client_id, tokens, now),))

    def _is_retry(self, repos: Store, token: RefreshToken, successor: str) -> bool:
        following = repos.refresh_tokens.find(hash_secret(successor))
        return may_be_answered_again(token, following.kept if following is not None else None, self._clock.now())

    def _successor_of(self, token: RefreshToken, unverified_token: str) -> str | None:
        """The one that follows, or the one that has followed a moment ago; None when the token was used too long ago.

        Nobody without a key can tell it from a random one, nor find it from the token or from its hash.
        """
        made = [base64url(hmac.digest(key, unverified_token.encode(), hashlib.sha256)) for key in self._keys]
        if token.used_at is None:
            return made[0]
        return self._work.read(
            lambda repos: next((successor for successor in made if self._is_retry(repos, token, successor)), None)
        )

    def _reused(self, token: RefreshToken) -> None:
        now = self._clock.now()

        def revoke(repos: Store) -> Outcome[None]:
            revoke_family(repos, token.family_id, token.client_id, token.session_id, now)
            what = {"client_id": token.client_id, "session_id": token.session_id}
            event = events.refused("refresh_token.reused", token.account_id, "REFRESH_TOKEN_REUSED", now, what)
            return Outcome(None, (event,))

        self._work.record(revoke)

"""A client exchanges a refresh token for new tokens. It is rotated; an old one coming back ends the family."""

from __future__ import annotations

from dataclasses import dataclass, replace

from auth.domain.bindings import Sender, binding_for
from auth.domain.client_profiles import rotates_refresh_tokens
from auth.domain.clients import Client
from auth.domain.errors import ExtranetClosedError, GrantRefusedError
from auth.domain.grants import RefreshToken
from auth.use_cases import events
from auth.use_cases.ending import revoke_family
from auth.use_cases.exchange_code import issued, note_activity, record_refusal
from auth.use_cases.make_tokens import Holder, MakeTokens, TokenSet, Wanted
from auth.use_cases.ports import AuthRepos, AuthWork
from auth.use_cases.protocol_ports import FoundToken
from servicekit.audit_events import Outcome
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret


@dataclass(frozen=True)
class Narrower:
    """What less of the grant a client asks for this time; empty: all of it."""

    scope: str = ""
    details: str = ""


EVERYTHING = Narrower()


class RefreshTokens:
    """Rights are evaluated again at each refresh (RFC 9700 §4.14, RFC 6749 §6)."""

    def __init__(self, work: AuthWork, make_tokens: MakeTokens, clock: Clock) -> None:
        """Signing happens before the transaction, outside of its lock."""
        self._work = work
        self._make_tokens = make_tokens
        self._clock = clock

    def find(self, unverified_token: str, client: Client) -> FoundToken | None:
        """The token, when it is this client's and may be used. One used before ends its family."""
        token_hash = hash_secret(unverified_token)
        found = self._work.read(lambda repos: repos.refresh_tokens.find(token_hash), snapshot=False)
        if found is None or found.kept.client_id != client.client_id or found.kept.revoked_at is not None:
            return None
        if found.kept.used_at is not None:
            self._reused(found.kept)
            return None
        return found

    def __call__(self, found: FoundToken, client: Client, sender: Sender, narrower: Narrower = EVERYTHING) -> TokenSet:
        """The new tokens. `narrower` holds for the new access token only (RFC 6749 §6, RFC 9396 §6).

        Raises:
            GrantRefusedError: used meanwhile, or the session ended, or the token is bound to another key.
            BindingRefusedError: the client's tokens are bound and it has shown no key.
            ExtranetClosedError: no habilitation any more; the refresh token is not used up.
            RightsStaleError: the replica of the rights is not fresh.
        """
        token = found.kept
        if not sender.holds(token.binding):
            raise GrantRefusedError("the refresh token is bound to another key", reason="BINDING_MISMATCH")
        holder = self._make_tokens.alive(found.account, found.session)
        wanted = Wanted(
            client=client,
            scope=narrower.scope or token.scope,
            audience=token.audience,
            family_id=token.family_id,
            binding=binding_for(client, sender),
            claims_request=token.claims_request,
            details_request=token.details_request,
            narrower_details=narrower.details,
        )
        try:
            tokens = self._make_tokens(holder, wanted)
        except ExtranetClosedError as error:
            record_refusal(self._work, holder, client, error, self._clock.now())
            raise
        keep = self._rotate if rotates_refresh_tokens(client) else self._use_again
        if not self._work.record(lambda repos: keep(repos, token, holder, tokens)):
            self._reused(token)
            raise GrantRefusedError("the refresh token was used before", reason="REFRESH_TOKEN_REUSED")
        return tokens if rotates_refresh_tokens(client) else replace(tokens, refresh_token=None)

    def _rotate(self, repos: AuthRepos, token: RefreshToken, holder: Holder, tokens: TokenSet) -> Outcome[bool]:
        now = self._clock.now()
        if not repos.refresh_tokens.use(token.token_hash, now):
            self._make_tokens.holder(repos, token.account_id, token.session_id)
            what = {"client_id": token.client_id}
            late = events.refused("token.refused", token.account_id, "REFRESH_TOKEN_REUSED", now, what)
            return Outcome(value=False, events=(late,))
        note_activity(repos, holder.session, now)
        if tokens.refresh_token is not None:
            repos.refresh_tokens.add(
                replace(
                    token,
                    token_hash=hash_secret(tokens.refresh_token),
                    access_token_id=tokens.access_token_id,
                    issued_at=now,
                    used_at=None,
                )
            )
        return Outcome(value=True, events=(issued(holder, token.client_id, tokens, now),))

    def _use_again(self, repos: AuthRepos, token: RefreshToken, holder: Holder, tokens: TokenSet) -> Outcome[bool]:
        """FAPI 2.0 §5.3.2.1: bound to the client, so not rotated. It must not have been revoked meanwhile."""
        now = self._clock.now()
        current = repos.refresh_tokens.find(token.token_hash)
        if current is None or current.kept.revoked_at is not None:
            raise GrantRefusedError("the refresh token was revoked", reason="REFRESH_TOKEN_REVOKED")
        self._make_tokens.alive(current.account, current.session)
        note_activity(repos, holder.session, now)
        return Outcome(value=True, events=(issued(holder, token.client_id, tokens, now),))

    def _reused(self, token: RefreshToken) -> None:
        now = self._clock.now()

        def revoke(repos: AuthRepos) -> Outcome[None]:
            revoke_family(repos, token.family_id, token.client_id, token.session_id, now)
            what = {"client_id": token.client_id, "session_id": token.session_id}
            event = events.refused("refresh_token.reused", token.account_id, "REFRESH_TOKEN_REUSED", now, what)
            return Outcome(None, (event,))

        self._work.record(revoke)

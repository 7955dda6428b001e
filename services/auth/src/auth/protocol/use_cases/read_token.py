"""What we know of a token today: for introspection (RFC 7662), revocation (RFC 7009), userinfo and token exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from auth.clients.domain.clients import IDENTITY_SCOPES, Client
from auth.clients.domain.subjects import Subjects
from auth.clients.use_cases.known_clients import KnownClients
from auth.ground.domain.errors import ExtranetClosedError, RightLostError, SessionEndedError
from auth.ground.use_cases.shelves import (
    HasEndedSessions,
    HasHolders,
    HasLogoutNotices,
    HasRefreshTokens,
    HasRevokedTokens,
    HasSessions,
)
from auth.keys.use_cases.ports import OwnTokens
from auth.people.domain.sessions import SessionLimits
from auth.people.use_cases import events
from auth.people.use_cases.ending import revoke_family, revoke_token
from auth.people.use_cases.person_rights import PersonRights
from auth.people.use_cases.stores.queues import QueueOfNotices
from auth.people.use_cases.stores.sessions import FeedOfTokens, SessionsById
from auth.protocol.domain.authorization_details import common
from auth.protocol.domain.grants import RefreshToken
from auth.protocol.domain.holders import Holder
from auth.protocol.use_cases.stores import FoundRefreshTokens, HoldersOfTokens, KnownRevocations
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret


class Store(
    HasRevokedTokens[KnownRevocations],
    HasHolders[HoldersOfTokens],
    HasSessions[SessionsById],
    HasRefreshTokens[FoundRefreshTokens],
    HasEndedSessions[FeedOfTokens],
    HasLogoutNotices[QueueOfNotices],
    Protocol,
):
    """What `ReadToken` sees of a transaction."""


@dataclass(frozen=True)
class LivingToken:
    """An access token that is good today. It has no holder when a client got it for itself.

    `claims` say what the token gives today: scope and details that were lost since it was made are not in them.
    """

    claims: Mapping[str, Any]
    client: Client
    holder: Holder | None
    said: Mapping[str, Any]
    """The claims as they were signed."""


class ReadToken:
    """Every question about a token of ours is answered from here."""

    def __init__(  # noqa: PLR0913 - a constructor
        self,
        work: RecordedWork[Store],
        clients: KnownClients,
        own_tokens: OwnTokens,
        subjects: Subjects,
        clock: Clock,
        limits: SessionLimits,
        rights: PersonRights,
    ) -> None:
        """`limits`: a token does not outlive its session; `rights`: nor what it stands on."""
        self._rights = rights
        self._work = work
        self._clients = clients
        self._own_tokens = own_tokens
        self._subjects = subjects
        self._clock = clock
        self._limits = limits

    def access_token(self, unverified_token: str) -> LivingToken:
        """A living access token: ours, not over, not revoked, its session, account and client alive.

        Raises:
            SessionEndedError: it is not, or the person has lost what it opened.
            RightsStaleError: the replica of the rights is not fresh.
        """
        claims = self._own_tokens.access_token(unverified_token)
        client = self._clients(str(claims["client_id"]))
        if client is None:
            raise SessionEndedError("the client of the token is gone")
        if int(claims["iat"]) < client.tokens_valid_from:
            raise SessionEndedError("the token is of before its client was closed")
        if "sid" not in claims:
            if self._work.read(lambda repos: repos.revoked_tokens.contains(str(claims["jti"])), snapshot=False):
                raise SessionEndedError("the token was revoked")
            return LivingToken(claims, client, None, claims)
        sid, jti = str(claims["sid"]), str(claims["jti"])
        holder = self._work.read(lambda repos: repos.holders.of_token(sid, jti), snapshot=False)
        if holder is None or not holder.is_alive(self._limits, self._clock.now()):
            raise SessionEndedError("the token was revoked, or its session has ended")
        if not holder.is_finished:
            raise SessionEndedError("a step of the sign-in remains")
        if not holder.may_sign_in:
            raise SessionEndedError("the account of the token may not sign in")
        return LivingToken(self._as_of_today(claims, client, holder), client, holder, claims)

    def _as_of_today(self, claims: Mapping[str, Any], client: Client, holder: Holder) -> Mapping[str, Any]:
        """What of the token the rights of today still give (RFC 9396 §9.2: the details at the moment of the answer)."""
        opened = self._opened_by(claims, client)
        try:
            rights = self._rights.for_client(holder, opened.checked_extranet)
        except ExtranetClosedError as error:
            raise RightLostError("the person has lost what the token opened", reason=error.reason) from error
        words = str(claims.get("scope", "")).split()
        own = (*IDENTITY_SCOPES, opened.extranet)
        scope = [word for word in words if word in own or self._rights.is_open(holder, word)]
        today = {**claims, "scope": " ".join(scope), "rights_revision": rights.revision}
        if "authorization_details" in claims:
            held = claims["authorization_details"]
            granted = rights.opened.authorization_details if rights.opened is not None else ()
            today["authorization_details"] = kept = list(common(granted, held))
            if held and not kept:
                raise RightLostError(
                    "the person has lost everything that the token opened", reason="DETAILS_NOT_GRANTED"
                )
        return today

    def _opened_by(self, claims: Mapping[str, Any], client: Client) -> Client:
        """The client whose extranet the token opens: its own, or the one that it acts at (RFC 8693)."""
        if "act" not in claims or claims["aud"] == client.resource:
            return client
        for client_id in client.exchange_to:
            target = self._clients(client_id)
            if target is not None and target.resource == claims["aud"]:
                return target
        raise RightLostError("the client may act there no longer")

    def introspect(self, unverified_token: str, asking: Client) -> Mapping[str, Any]:
        """RFC 7662 §2.2. `active` only for tokens of the client that asks, or made for its resource (§4)."""
        try:
            found = self.access_token(unverified_token)
        except SessionEndedError:
            return self._refresh_token(unverified_token, asking)
        claims = found.claims
        if claims["client_id"] != asking.client_id and (asking.resource is None or claims["aud"] != asking.resource):
            return {"active": False}
        answer = {"active": True, **claims, "token_type": "DPoP" if "jkt" in claims.get("cnf", {}) else "Bearer"}
        if found.holder is not None and "profile" in str(claims["scope"]).split():
            answer["username"] = found.holder.username
        return answer

    def _refresh_token(self, unverified_token: str, asking: Client) -> Mapping[str, Any]:
        token = self._usable_refresh_token(unverified_token, asking)
        if token is None:
            return {"active": False}
        return {
            "active": True,
            "scope": token.scope,
            "client_id": token.client_id,
            "sub": self._subjects.of(token.account_id, asking),
            "iat": int(token.issued_at.timestamp()),
            "sid": token.session_id,
        }

    def _usable_refresh_token(self, unverified_token: str, asking: Client) -> RefreshToken | None:
        def find(repos: Store) -> RefreshToken | None:
            found = repos.refresh_tokens.find(hash_secret(unverified_token))
            if found is None or found.kept.client_id != asking.client_id:
                return None
            holder = found.holder
            if found.kept.used_at or found.kept.revoked_at or holder is None or not holder.may_sign_in:
                return None
            is_alive = holder.is_finished and holder.is_alive(self._limits, self._clock.now())
            return found.kept if is_alive and self._rights.may_enter(holder, asking.checked_extranet) else None

        return self._work.read(find, snapshot=False)

    def revoke(self, unverified_token: str, asking: Client) -> None:
        """RFC 7009 §2: a refresh token with its whole family, an access token alone. A foreign or unknown one changes
        nothing and is not told apart (§2.2)."""
        found = self._work.read(lambda repos: repos.refresh_tokens.find(hash_secret(unverified_token)), snapshot=False)
        if found is not None:
            token = found.kept
            if token.client_id == asking.client_id and token.revoked_at is None:
                self._revoke_family(token)
            return
        try:
            claims = self._own_tokens.access_token(unverified_token)
        except SessionEndedError:
            return
        if claims["client_id"] == asking.client_id:
            self._revoke_access_token(claims)

    def _revoke_family(self, token: RefreshToken) -> None:
        now = self._clock.now()

        def revoke(repos: Store) -> Outcome[None]:
            revoke_family(repos, token.family_id, token.client_id, token.session_id, now)
            event = events.done(
                "token.revoked", token.account_id, now, client_id=token.client_id, session_id=token.session_id
            )
            return Outcome(None, (event,))

        self._work.record(revoke)

    def _revoke_access_token(self, claims: Mapping[str, Any]) -> None:
        now, token_id = self._clock.now(), str(claims["jti"])
        ends_at = datetime.fromtimestamp(claims["exp"], UTC)

        def revoke(repos: Store) -> Outcome[None]:
            revoke_token(repos, token_id, ends_at, now)
            holder = repos.holders.of_session(str(claims["sid"])) if "sid" in claims else None
            account_id = holder.account_id if holder is not None else None  # `sub` may be pairwise
            client_id = str(claims["client_id"])
            event = events.done("token.revoked", account_id, now, client_id=client_id, token_id=token_id)
            return Outcome(None, (event,))

        self._work.record(revoke)

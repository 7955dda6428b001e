"""A client exchanges a code for tokens. Exactly one exchange succeeds; a second one revokes what the first gave."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from auth.clients.domain.clients import REFRESH_TOKEN, Client
from auth.ground.domain.errors import ExtranetClosedError, GrantRefusedError
from auth.ground.use_cases.shelves import (
    HasCodes,
    HasEndedSessions,
    HasHolders,
    HasLogoutNotices,
    HasRefreshTokens,
    HasRevokedTokens,
    HasSessions,
)
from auth.people.domain.sessions import SessionState
from auth.people.use_cases import events
from auth.people.use_cases.ending import revoke_family
from auth.people.use_cases.stores.grants import RevokedTokens
from auth.people.use_cases.stores.queues import QueueOfNotices
from auth.people.use_cases.stores.sessions import FeedOfTokens
from auth.protocol.domain.bindings import Sender, binding_for
from auth.protocol.domain.grants import AuthorizationCode, FoundCode, RefreshToken
from auth.protocol.domain.holders import Holder
from auth.protocol.domain.pkce import verifier_problem
from auth.protocol.use_cases.make_tokens import Made, MakeTokens, TokenSet, Wanted
from auth.protocol.use_cases.stores import (
    ExchangedCodes,
    Holders,
    NewFamilies,
    NewRefreshTokens,
    SessionsGivingTokens,
    TouchedSessions,
)
from servicekit.audit_events import AuditEvent, Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret, new_secret

_TOUCH_EVERY = timedelta(minutes=1)


class CodesAndTokens(
    HasCodes[ExchangedCodes],
    HasRefreshTokens[NewFamilies],
    HasSessions[SessionsGivingTokens],
    HasHolders[Holders],
    HasRevokedTokens[RevokedTokens],
    HasEndedSessions[FeedOfTokens],
    HasLogoutNotices[QueueOfNotices],
    Protocol,
):
    """What `ExchangeCode` sees of a transaction."""


class ExchangeCode:
    """`find` reads the code, the call consumes it: one conditional UPDATE in the transaction that keeps the tokens."""

    def __init__(self, work: RecordedWork[CodesAndTokens], make_tokens: MakeTokens, clock: Clock) -> None:
        """Signing happens before the transaction, outside of its lock."""
        self._work = work
        self._make_tokens = make_tokens
        self._clock = clock

    def find(self, code: str, client: Client) -> FoundCode | None:
        """The code, when it is this client's and still good. A used one revokes what it gave (RFC 9700 §2.1.1)."""
        code_hash = hash_secret(code)
        found = self._work.read(lambda repos: repos.codes.find(code_hash), snapshot=False)
        if found is None or found.kept.client_id != client.client_id:
            return None
        if found.kept.used_at is not None:
            self._reused(found.kept)
            return None
        return found if self._clock.now() < found.kept.expires_at else None

    def __call__(
        self, found: FoundCode, client: Client, sender: Sender, *, verifier: str, narrower_details: str = ""
    ) -> TokenSet:
        """The tokens. `narrower_details` hold for this access token only (RFC 9396 §6). A wrong `verifier` leaves the
        code as it is: it has 60 seconds and 256 bits to be guessed.

        Raises:
            GrantRefusedError: PKCE, the code is bound to another DPoP key, used meanwhile, or the session ended.
            BindingRefusedError: the client's tokens are bound and it has shown no key.
            ExtranetClosedError: no habilitation any more.
            RightsStaleError: the replica of the rights is not fresh.
        """
        code = found.kept
        problem = verifier_problem(code.code_challenge, verifier)
        if problem is not None:
            raise GrantRefusedError(problem, reason="CODE_VERIFIER_REFUSED")
        if code.dpop_key and code.dpop_key != sender.dpop_key:
            raise GrantRefusedError("the code is bound to another DPoP key", reason="DPOP_KEY_MISMATCH")
        wanted = Wanted(
            client=client,
            scope=code.scope,
            audience=code.audience,
            family_id=code.family_id,
            nonce=code.nonce,
            binding=binding_for(client, sender),
            claims_request=code.claims_request,
            details_request=code.details_request,
            narrower_details=narrower_details,
            refresh_token=first_refresh_token(client),
        )
        holder = self._make_tokens.alive(found.holder)
        try:
            tokens = self._make_tokens(holder, wanted)
        except ExtranetClosedError as error:
            record_refusal(self._work, holder, client, error, self._clock.now())
            raise
        if not self._work.record(lambda repos: self._keep(repos, code, Made(holder, wanted, tokens))):
            self._reused(code)
            raise GrantRefusedError("the code was used before", reason="CODE_REUSED")
        return tokens

    def _keep(self, repos: CodesAndTokens, code: AuthorizationCode, made: Made) -> Outcome[bool]:
        now = self._clock.now()
        if not repos.codes.use(code.code_hash, now):
            self._make_tokens.holder(repos, code.session_id)
            late = events.refused("token.refused", code.account_id, "CODE_REUSED", now, {"client_id": code.client_id})
            return Outcome(value=False, events=(late,))
        note_activity(repos, made.holder, now)
        keep_refresh_token(repos, made, now)
        repos.sessions.remember_client(code.session_id, code.client_id)
        return Outcome(value=True, events=(issued(made.holder, code.client_id, made.tokens, now),))

    def _reused(self, code: AuthorizationCode) -> None:
        now = self._clock.now()

        def revoke(repos: CodesAndTokens) -> Outcome[None]:
            revoke_family(repos, code.family_id, code.client_id, code.session_id, now)
            what = {"client_id": code.client_id, "session_id": code.session_id}
            return Outcome(None, (events.refused("code.reused", code.account_id, "CODE_REUSED", now, what),))

        self._work.record(revoke)


def note_activity(repos: HasSessions[TouchedSessions], session: SessionState, now: datetime) -> None:
    """A client that asks for tokens keeps the session alive; noted at most once a minute."""
    if now - session.seen_at >= _TOUCH_EVERY:
        repos.sessions.touch(session.session_id, now)


def first_refresh_token(client: Client) -> str | None:
    """A new one, for clients that use them."""
    return new_secret() if client.may_use(REFRESH_TOKEN) else None


def keep_refresh_token(repos: HasRefreshTokens[NewRefreshTokens], made: Made, now: datetime) -> None:
    """Keeps the hash of a first refresh token, if there is one. Only a client that cannot authenticate needs its key
    again to use it (RFC 9449 §5)."""
    holder, wanted, tokens = made.holder, made.wanted, made.tokens
    if tokens.refresh_token is None:
        return
    repos.refresh_tokens.add(
        RefreshToken(
            token_hash=hash_secret(tokens.refresh_token),
            family_id=wanted.family_id,
            client_id=wanted.client.client_id,
            account_id=holder.account_id,
            session_id=holder.session_id,
            organisation_id=holder.organisation_id,
            scope=wanted.scope,
            audience=wanted.audience,
            access_token_id=tokens.access_token_id,
            issued_at=now,
            binding="" if wanted.client.is_confidential else wanted.binding,
            claims_request=wanted.claims_request,
            details_request=wanted.details_request,
        )
    )


def issued(holder: Holder, client_id: str, tokens: TokenSet, now: datetime) -> AuditEvent:
    """The event of an issue: which token, never the token."""
    return events.granted(
        holder,
        "token.issued",
        now,
        tokens.rights_revision,
        client_id=client_id,
        scope=tokens.scope,
        token_id=tokens.access_token_id,
        **events.who(holder),
    )


def record_refusal(
    work: RecordedWork[object], holder: Holder, client: Client, error: ExtranetClosedError, now: datetime
) -> None:
    """The event of a refusal for want of a habilitation."""
    event = events.refused(
        "token.refused",
        holder.account_id,
        error.reason,
        now,
        {
            "client_id": client.client_id,
            "extranet": error.extranet,
            "session_id": holder.session_id,
            **events.who(holder),
        },
        organisation_id=holder.organisation_id,
        revision=error.rights_revision,
    )
    work.record(lambda _repos: Outcome(None, (event,)))

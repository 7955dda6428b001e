"""Makes the tokens of one grant: evaluates the rights, signs outside of any transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from auth.domain.accounts import Account, AccountState
from auth.domain.claims import TokenFrame, TokenSubject, access_token_claims, id_token_claims, token_end
from auth.domain.clients import Client
from auth.domain.errors import GrantRefusedError
from auth.domain.sessions import Session, SessionLimits
from auth.use_cases.person_rights import ExtranetRights, PersonRights
from auth.use_cases.ports import AuthRepos, Signer
from rights.facts import Organisation
from servicekit.clock import Clock
from servicekit.identifiers import new_id, new_secret


@dataclass(frozen=True)
class Holder:
    """Whose tokens."""

    account: Account
    session: Session


@dataclass(frozen=True)
class Wanted:
    """What the tokens are for."""

    client: Client
    scope: str
    audience: str
    nonce: str | None = None


@dataclass(frozen=True)
class TokenSet:
    """What the token endpoint answers (RFC 6749 §5.1, OIDC Core §3.1.3.3)."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    id_token: str | None = field(repr=False)
    expires_in: int
    scope: str
    access_token_id: str
    rights_revision: int

    def to_answer(self) -> dict[str, Any]:
        """The JSON members."""
        answer: dict[str, Any] = {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "refresh_token": self.refresh_token,
            "scope": self.scope,
        }
        if self.id_token is not None:
            answer["id_token"] = self.id_token
        return answer


@dataclass(frozen=True)
class TokenPolicy:
    """Issuer and durations."""

    issuer: str
    life: timedelta = timedelta(seconds=300)
    session_limits: SessionLimits = field(default_factory=SessionLimits)


class MakeTokens:
    """Used by both grants."""

    def __init__(self, rights: PersonRights, signer: Signer, clock: Clock, policy: TokenPolicy) -> None:
        """`signer` holds the active key in memory."""
        self._rights = rights
        self._signer = signer
        self._clock = clock
        self._policy = policy

    def holder(self, repos: AuthRepos, account_id: str, session_id: str) -> Holder:
        """The person and the session, both alive.

        Raises:
            GrantRefusedError: the session ended or the account is locked.
        """
        account, session = repos.accounts.find(account_id), repos.sessions.find(session_id)
        if session is None or not session.is_alive(self._policy.session_limits, self._clock.now()):
            raise GrantRefusedError("the session has ended", reason="SESSION_ENDED")
        if account is None or account.state is not AccountState.ACTIVE:
            raise GrantRefusedError("the account may not sign in", reason="ACCOUNT_LOCKED")
        return Holder(account, session)

    def __call__(self, holder: Holder, wanted: Wanted) -> TokenSet:
        """Signs an access token and, for `openid`, an ID token; draws a refresh token.

        Raises:
            ExtranetClosedError: no habilitation any more.
            RightsStaleError: the replica of the rights is not fresh.
        """
        now = self._clock.now()
        wanted = replace(wanted, scope=" ".join(wanted.client.allowed_scope(wanted.scope)))  # as registered today
        rights = self._rights.for_client(holder.session, wanted.client.checked_extranet)
        subject = _subject(holder, rights, wanted)
        frame = TokenFrame(
            issuer=self._policy.issuer,
            client_id=wanted.client.client_id,
            audience=wanted.audience,
            scope=wanted.scope,
            issued_at=now,
            expires_at=self._end(now, holder.session, rights),
            token_id=new_id(),
            nonce=wanted.nonce,
        )
        wants_identity = "openid" in wanted.scope.split()
        return TokenSet(
            access_token=self._signer.sign("at+jwt", access_token_claims(frame, subject)),
            refresh_token=new_secret(),
            id_token=self._signer.sign("JWT", id_token_claims(frame, subject)) if wants_identity else None,
            expires_in=int((frame.expires_at - now).total_seconds()),
            scope=wanted.scope,
            access_token_id=frame.token_id,
            rights_revision=rights.revision,
        )

    def _end(self, now: datetime, session: Session, rights: ExtranetRights) -> datetime:
        right_ends = rights.opened.valid_until if rights.opened is not None else None
        session_ends = session.opened_at + self._policy.session_limits.absolute
        return token_end(now, self._policy.life, right_ends, session_ends)


def _subject(holder: Holder, rights: ExtranetRights, wanted: Wanted) -> TokenSubject:
    asked = wanted.client.extranet is not None and wanted.client.extranet in wanted.scope.split()
    details = rights.opened.authorization_details if rights.opened is not None and asked else ()
    return TokenSubject(holder.account, holder.session, _organisation(rights.organisation), details, rights.revision)


def _organisation(known: Organisation | None) -> Mapping[str, str] | None:
    if known is None:
        return None
    return {"id": known.id, "siret": known.siret, "name": known.name, "caf": known.caf}

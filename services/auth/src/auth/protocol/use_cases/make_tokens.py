"""Makes the tokens of one grant: evaluates the rights, signs outside of any transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from auth.clients.domain.clients import IDENTITY_SCOPES, Client
from auth.clients.domain.subjects import Subjects
from auth.ground.domain.errors import ExtranetClosedError, GrantRefusedError
from auth.ground.use_cases.shelves import HasHolders
from auth.keys.use_cases.ports import Signer
from auth.people.domain.sessions import SessionLimits
from auth.people.use_cases.person_rights import ExtranetRights, PersonRights
from auth.protocol.domain.authorization_details import narrow, read_details
from auth.protocol.domain.claims import (
    KnownPerson,
    TokenFrame,
    TokenSubject,
    access_token_claims,
    id_token_claims,
    token_end,
)
from auth.protocol.domain.grants import access_token_id
from auth.protocol.domain.holders import Holder
from auth.protocol.domain.requested_claims import read_claims
from auth.protocol.use_cases.stores import Holders
from servicekit.clock import Clock
from servicekit.identifiers import new_secret

_DRAW_BYTES = 9


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the tokens are for. `client` is the one whose extranet they open; `issued_to` another one that acts there.

    `family_id` is what they descend from; `binding`: see `domain.grants`; `not_after`: they end then at the latest;
    `refresh_token`: the one that comes with them.
    """

    client: Client
    scope: str
    audience: str
    family_id: str
    nonce: str | None = None
    binding: str = ""
    claims_request: str = ""
    details_request: str = ""
    narrower_details: str = ""  # asked for at the token endpoint: for this token only
    issued_to: str | None = None
    actor: Mapping[str, Any] | None = None
    not_after: datetime | None = None
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class TokenSet:
    """What the token endpoint answers (RFC 6749 §5.1, OIDC Core §3.1.3.3, RFC 9396 §7)."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    id_token: str | None = field(repr=False)
    expires_in: int
    scope: str
    access_token_id: str
    rights_revision: int
    token_type: str = "Bearer"  # noqa: S105 - RFC 6750
    authorization_details: Sequence[Mapping[str, Any]] = ()
    issued_token_type: str | None = None

    def to_answer(self) -> dict[str, Any]:
        """The JSON members."""
        answer: dict[str, Any] = {
            "access_token": self.access_token,
            "token_type": self.token_type,
            "expires_in": self.expires_in,
            "scope": self.scope,
        }
        if self.refresh_token is not None:
            answer["refresh_token"] = self.refresh_token
        if self.id_token is not None:
            answer["id_token"] = self.id_token
        if self.authorization_details:
            answer["authorization_details"] = list(self.authorization_details)
        if self.issued_token_type is not None:
            answer["issued_token_type"] = self.issued_token_type
        return answer


@dataclass(frozen=True)
class Made:
    """Tokens that are signed and not kept yet: whose they are, and what for."""

    holder: Holder
    wanted: Wanted
    tokens: TokenSet


@dataclass(frozen=True)
class TokenPolicy:
    """Issuer and durations."""

    issuer: str
    life: timedelta = timedelta(seconds=300)
    session_limits: SessionLimits = field(default_factory=SessionLimits)


class HolderStore(HasHolders[Holders], Protocol):
    """What `MakeTokens.holder` sees of a transaction."""


class MakeTokens:
    """Used by every grant that speaks of a person."""

    def __init__(
        self, rights: PersonRights, signer: Signer, subjects: Subjects, clock: Clock, policy: TokenPolicy
    ) -> None:
        """`signer` holds the active keys in memory."""
        self._rights = rights
        self._signer = signer
        self._subjects = subjects
        self._clock = clock
        self.policy = policy

    def holder(self, repos: HolderStore, session_id: str) -> Holder:
        """Whose session it is, both alive, the sign-in finished.

        Raises:
            GrantRefusedError: the session ended, a step of its sign-in remains, or the account is locked.
        """
        return self.alive(repos.holders.of_session(session_id))

    def alive(self, holder: Holder | None) -> Holder:
        """As `holder`, of what was read.

        Raises:
            GrantRefusedError: the session ended, a step of its sign-in remains, or the account is locked.
        """
        if holder is None or not holder.is_alive(self.policy.session_limits, self._clock.now()):
            raise GrantRefusedError("the session has ended", reason="SESSION_ENDED")
        if not holder.is_finished:
            raise GrantRefusedError("a step of the sign-in remains", reason="SIGN_IN_UNFINISHED")
        if not holder.may_sign_in:
            raise GrantRefusedError("the account may not sign in", reason="ACCOUNT_LOCKED")
        return holder

    def __call__(self, holder: Holder, wanted: Wanted) -> TokenSet:
        """Signs an access token and, for `openid`, an ID token.

        Raises:
            ExtranetClosedError: no habilitation any more, or none of what was asked for in particular.
            RightsStaleError: the replica of the rights is not fresh.
            BadDetailsError: `narrower_details` cannot be read.
        """
        now, client = self._clock.now(), wanted.client
        rights = self._rights.for_client(holder, client.checked_extranet)
        scope = self._scope(holder, wanted)
        details = self._details(rights, wanted, scope)
        person = KnownPerson(holder, _organisation(rights, details))
        subject_id = self._subjects.of(holder.account_id, client)
        subject = TokenSubject(person, details, rights.revision, subject_id)
        frame = TokenFrame(
            issuer=self.policy.issuer,
            client_id=wanted.issued_to or client.client_id,
            audience=wanted.audience,
            scope=scope,
            issued_at=now,
            expires_at=self._end(now, holder, rights, wanted.not_after),
            token_id=access_token_id(wanted.family_id, new_secret(_DRAW_BYTES)),
            nonce=wanted.nonce,
            binding=wanted.binding,
            actor=wanted.actor,
            requested=read_claims(wanted.claims_request),
            opening_scope=" ".join(client.scope),
        )
        return TokenSet(
            access_token=self._signer.sign("at+jwt", access_token_claims(frame, subject)),
            refresh_token=wanted.refresh_token,
            id_token=self._id_token(frame, subject, client),
            expires_in=int((frame.expires_at - now).total_seconds()),
            scope=scope,
            access_token_id=frame.token_id,
            rights_revision=rights.revision,
            token_type="DPoP" if wanted.binding.startswith("jkt:") else "Bearer",
            authorization_details=details if wanted.details_request or wanted.narrower_details else (),
        )

    def _id_token(self, frame: TokenFrame, subject: TokenSubject, client: Client) -> str | None:
        if "openid" not in frame.scope.split() or frame.actor is not None:
            return None
        return self._signer.sign("JWT", id_token_claims(frame, subject), client.id_token_signed_response_alg)

    def _scope(self, holder: Holder, wanted: Wanted) -> str:
        """What the client is registered for today; another extranet's scope only while it is open to the person."""
        client, kept = wanted.client, []
        for word in client.allowed_scope(wanted.scope):
            foreign = word not in IDENTITY_SCOPES and word != client.extranet
            if not foreign or self._rights.is_open(holder, word):
                kept.append(word)
        return " ".join(kept)

    def _details(self, rights: ExtranetRights, wanted: Wanted, scope: str) -> tuple[Mapping[str, Any], ...]:
        extranet = wanted.client.extranet
        if rights.opened is None or extranet not in scope.split():
            read_details(wanted.narrower_details, None)  # nothing is granted that could be narrowed
            return ()
        granted = rights.opened.authorization_details
        kept = narrow(granted, read_details(wanted.details_request, extranet))
        kept = narrow(kept, read_details(wanted.narrower_details, extranet))
        if granted and not kept:
            raise ExtranetClosedError(
                "the rights hold nothing of what the client asked for",
                reason="DETAILS_NOT_GRANTED",
                extranet=str(extranet),
                rights_revision=rights.revision,
            )
        return kept

    def _end(self, now: datetime, holder: Holder, rights: ExtranetRights, not_after: datetime | None) -> datetime:
        right_ends = rights.opened.valid_until if rights.opened is not None else None
        session_ends = holder.opened_at + self.policy.session_limits.absolute
        end = token_end(now, self.policy.life, right_ends, session_ends)
        return end if not_after is None else min(end, not_after)


def _organisation(rights: ExtranetRights, details: Sequence[Mapping[str, Any]]) -> Mapping[str, str] | None:
    """The claim `org`. Its `caf` is that of the contract that the token is for; left out where there are several."""
    known = rights.organisation
    if known is None:
        return None
    cafs = {str(detail["caf"]) for detail in details} or {rights.caf} - {""}
    claim = {"id": known.id, "siret": known.siret, "name": known.name}
    return {**claim, "caf": cafs.pop()} if len(cafs) == 1 else claim

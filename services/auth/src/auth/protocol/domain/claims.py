"""What tokens say: access tokens (RFC 9068, RFC 9396), ID tokens (OIDC Core §2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from auth.clients.domain.clients import OFFLINE_ACCESS
from auth.protocol.domain.grants import confirmation
from auth.protocol.domain.holders import Holder
from auth.protocol.domain.requested_claims import NOTHING_REQUESTED, RequestedClaims
from partnerkit.days import french_midnight, shifted

CLAIMS_OF_SCOPE: Mapping[str, tuple[str, ...]] = {
    "profile": ("name", "given_name", "family_name", "preferred_username", "zoneinfo", "locale", "updated_at"),
    "email": ("email", "email_verified"),
}
"""OIDC Core §5.4. `address` and `phone` are not here: no account has a postal address or a telephone number."""
CLAIMS_OF_WORK = ("org", "last_login_at")
"""What `profile` and the scope of every extranet open: for whom the person works, and when they signed in before."""
_NOT_OF_WORK = frozenset({"openid", "email", OFFLINE_ACCESS})


@dataclass(frozen=True)
class KnownPerson:
    """What is known of somebody who is signed in. `organisation`: `id`, `siret`, `name` and `caf`, as claim `org`."""

    holder: Holder
    organisation: Mapping[str, str] | None


@dataclass(frozen=True)
class TokenSubject:
    """Whom the tokens are about, and what the rights said of the person."""

    person: KnownPerson
    authorization_details: Sequence[Mapping[str, Any]]
    rights_revision: int
    subject: str  # `sub`: the account's identifier, or the pairwise one of the client


@dataclass(frozen=True, kw_only=True)
class TokenFrame:
    """Who issues, for whom, what and until when. `binding`: see `domain.grants`; `actor`: the claim `act`."""

    issuer: str
    client_id: str
    audience: str
    scope: str
    issued_at: datetime
    expires_at: datetime
    token_id: str
    nonce: str | None = None
    binding: str = ""
    actor: Mapping[str, Any] | None = None
    requested: RequestedClaims = NOTHING_REQUESTED
    opening_scope: str = ""  # the scopes whose claims may be asked for one by one


def token_end(now: datetime, life: timedelta, right_ends: date | None, session_ends_at: datetime) -> datetime:
    """The earliest of: the usual life, the end of every right in the token, the end of the session."""
    ends = [now + life, session_ends_at]
    if right_ends is not None:
        ends.append(french_midnight(shifted(right_ends, 1)))  # valid until the 30th works on the 30th
    return min(ends)


def access_token_claims(frame: TokenFrame, subject: TokenSubject) -> dict[str, Any]:
    """RFC 9068 §2.2 with `authorization_details` (RFC 9396 §9.1), `cnf` (RFC 7800), `act` (RFC 8693 §4.1), `sid`,
    `rights_revision` and, where the scope opens it, `org`."""
    person = subject.person
    claims: dict[str, Any] = {
        "iss": frame.issuer,
        "sub": subject.subject,
        "aud": frame.audience,
        "client_id": frame.client_id,
        "iat": _seconds(frame.issued_at),
        "exp": _seconds(frame.expires_at),
        "jti": frame.token_id,
        "sid": person.holder.session_id,
        "auth_time": _seconds(person.holder.authenticated_at),
        "acr": told_level(person.holder, frame.requested),
        "amr": person.holder.amr,
        "scope": frame.scope,
        "rights_revision": subject.rights_revision,
    }
    if person.organisation is not None and (tells_of_work(frame.scope) or "org" in frame.requested.userinfo):
        claims["org"] = person.organisation
    if subject.authorization_details:
        claims["authorization_details"] = subject.authorization_details
    if frame.binding:
        claims["cnf"] = confirmation(frame.binding)
    if frame.actor is not None:
        claims["act"] = frame.actor
    if frame.requested.userinfo:  # the token itself carries what userinfo was asked for (OIDC Core §5.5)
        claims["userinfo_claims"] = sorted(frame.requested.userinfo)
    return claims


def client_token_claims(frame: TokenFrame) -> dict[str, Any]:
    """RFC 9068 §2.2 of a token that a client asked for itself: the subject is the client (RFC 9068 §5)."""
    claims: dict[str, Any] = {
        "iss": frame.issuer,
        "sub": frame.client_id,
        "aud": frame.audience,
        "client_id": frame.client_id,
        "iat": _seconds(frame.issued_at),
        "exp": _seconds(frame.expires_at),
        "jti": frame.token_id,
        "scope": frame.scope,
    }
    if frame.binding:
        claims["cnf"] = confirmation(frame.binding)
    return claims


def id_token_claims(frame: TokenFrame, subject: TokenSubject) -> dict[str, Any]:
    """OIDC Core §2: who signed in, when and how. What `profile`, `email` and the scope of an extranet open is at the
    userinfo endpoint, as an access token always comes along (§5.4); here is what the parameter `claims` asks for
    here (§5.5)."""
    holder = subject.person.holder
    claims: dict[str, Any] = {
        "iss": frame.issuer,
        "aud": frame.client_id,
        "iat": _seconds(frame.issued_at),
        "exp": _seconds(frame.expires_at),
        "auth_time": _seconds(holder.authenticated_at),
        "acr": told_level(holder, frame.requested),
        "amr": holder.amr,
        "sid": holder.session_id,
        "sub": subject.subject,
        **asked_claims(subject.person, frame.requested.id_token, frame.opening_scope),
    }
    if frame.nonce:
        claims["nonce"] = frame.nonce
    return claims


def told_level(holder: Holder, requested: RequestedClaims) -> str:
    """`acr`: of the levels that the client asked for the first that this sign-in reached, so that it gets the word it
    compares with (OIDC Core §5.5.1.1); else the strongest that was reached."""
    if not requested.acr_values:
        return holder.acr
    return next((acr for acr in requested.acr_values if acr in holder.levels), holder.acr)


def tells_of_work(words: str | Collection[str]) -> bool:
    """Whether a scope opens `CLAIMS_OF_WORK`: from `openid` alone a client learns that it is the same person again."""
    given = words.split() if isinstance(words, str) else words
    return not _NOT_OF_WORK.issuperset(given)


def person_claims(person: KnownPerson, scope: str) -> dict[str, Any]:
    """What the words of a scope open, of what is known (OIDC Core §5.4)."""
    claims: dict[str, Any] = {}
    for word in scope.split():
        claims |= _of_scope(person.holder, word)
    if not tells_of_work(scope):
        return claims
    if person.organisation is not None:
        claims["org"] = person.organisation
    if person.holder.previous_login_at is not None:
        claims["last_login_at"] = _seconds(person.holder.previous_login_at)
    return claims


def asked_claims(person: KnownPerson, asked: Collection[str], opening_scope: str) -> dict[str, Any]:
    """OIDC Core §5.5: the claims asked for one by one, of those that `opening_scope` could open."""
    if not asked:
        return {}
    known = person_claims(person, opening_scope)
    return {name: known[name] for name in asked if name in known}


def claims_opened_by(word: str) -> tuple[str, ...]:
    """The claims that one word of a scope opens."""
    return CLAIMS_OF_SCOPE.get(word, ()) + (CLAIMS_OF_WORK if tells_of_work((word,)) else ())


def scopes_opening(asked: RequestedClaims, opening_scope: str) -> tuple[str, ...]:
    """The words of `opening_scope` that open a claim asked for one by one: what a person is asked to agree to."""
    names = {*asked.userinfo, *asked.id_token}
    return tuple(word for word in opening_scope.split() if not names.isdisjoint(claims_opened_by(word)))


def openable_claims(asked: RequestedClaims, opening_scope: str) -> RequestedClaims:
    """What of the request `opening_scope` opens. A scope that the client has only later opens nothing more."""
    names = {name for word in opening_scope.split() for name in claims_opened_by(word)}
    userinfo, id_token = (
        {name: wish for name, wish in member.items() if name in names} for member in (asked.userinfo, asked.id_token)
    )
    if asked.acr_values:  # opens nothing: tokens say the level in any case
        id_token["acr"] = asked.id_token["acr"]
    return RequestedClaims(userinfo, id_token)


def _of_scope(holder: Holder, word: str) -> dict[str, Any]:
    if word == "profile":
        return {
            "name": holder.display_name,
            "given_name": holder.given_name,
            "family_name": holder.family_name,
            "preferred_username": holder.username,
            "zoneinfo": "Europe/Paris",
            "locale": "fr-FR",
            "updated_at": _seconds(holder.changed_at),
        }
    if word == "email":
        return {"email": holder.email, "email_verified": False}
    return {}


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())

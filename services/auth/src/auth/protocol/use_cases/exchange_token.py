"""Token exchange (RFC 8693): a client acts for a person at another extranet. Delegation only, and narrower only.

The new token says who acts (`act`), holds no scope that the subject token or the client does not hold, ends no later,
and is made only while the person holds a habilitation on the extranet that is called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from auth.clients.domain.clients import Client
from auth.clients.use_cases.stores import ClientsById
from auth.ground.domain.errors import ExchangeRefusedError, ExtranetClosedError, RightLostError, SessionEndedError
from auth.ground.use_cases.shelves import HasClients
from auth.people.use_cases import events
from auth.protocol.domain.bindings import Sender, binding_for, binding_of
from auth.protocol.domain.grants import family_of
from auth.protocol.use_cases.exchange_code import record_refusal
from auth.protocol.use_cases.make_tokens import MakeTokens, TokenSet, Wanted
from auth.protocol.use_cases.read_token import LivingToken, ReadToken
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock

ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - the name of a type
JWT_TYPE = "urn:ietf:params:oauth:token-type:jwt"
_DEEPEST_CHAIN = 4


@dataclass(frozen=True)
class ExchangeRequest:
    """What the client sent (RFC 8693 §2.1). `targets`: its `audience` and `resource` values."""

    subject_token: str = field(repr=False)
    targets: Sequence[str] = ()
    scope: str = ""
    details: str = ""
    actor_token: str | None = field(default=None, repr=False)


class Store(HasClients[ClientsById], Protocol):
    """What `ExchangeToken` sees of a transaction."""


class ExchangeToken:
    """Policy, rights, one event per exchange."""

    def __init__(self, work: RecordedWork[Store], read_token: ReadToken, make_tokens: MakeTokens, clock: Clock) -> None:
        """Signing happens outside of any transaction."""
        self._work = work
        self._read_token = read_token
        self._make_tokens = make_tokens
        self._clock = clock

    def __call__(self, client: Client, request: ExchangeRequest, sender: Sender) -> TokenSet:
        """The delegated token.

        Raises:
            ExchangeRefusedError: the subject token is not good or not this client's to exchange, the target is not one
                of the client's, the scope would widen, or the chain of actors is too long.
            BindingRefusedError: the subject token, or the client's tokens, are bound to a key that was not shown.
            ExtranetClosedError: the person holds no habilitation on the target.
            RightsStaleError: the replica of the rights is not fresh.
        """
        try:
            subject = self._subject(client, request, sender)
            target = self._target(client, request.targets)
            scope = self._scope(client, subject, request.scope)
            actor = self._actor(client, subject, request)
        except ExchangeRefusedError as error:
            self._record_refusal(client, error)
            raise
        holder = subject.holder
        assert holder is not None
        wanted = Wanted(
            client=replace(target, scope=scope),
            scope=" ".join(scope),
            audience=str(target.resource),
            family_id=family_of(str(subject.claims["jti"])),
            binding=binding_for(client, sender),
            narrower_details=request.details,
            issued_to=client.client_id,
            actor=actor,
            not_after=datetime.fromtimestamp(subject.claims["exp"], UTC),
        )
        try:
            tokens = self._make_tokens(holder, wanted)
        except ExtranetClosedError as error:
            record_refusal(self._work, holder, client, error, self._clock.now())
            raise
        event = events.granted(
            holder,
            "token.exchanged",
            self._clock.now(),
            tokens.rights_revision,
            client_id=client.client_id,
            audience=wanted.audience,
            extranet=target.extranet or target.client_id,
            scope=tokens.scope,
            token_id=tokens.access_token_id,
            **events.who(holder),
        )
        self._work.record(lambda _repos: Outcome(None, (event,)))
        return replace(tokens, issued_token_type=ACCESS_TOKEN_TYPE)

    def _record_refusal(self, client: Client, error: ExchangeRefusedError) -> None:
        """Of whom is not said: the subject token may be anybody's. The event is of the Caf that declared the client."""
        what = {"client_id": client.client_id}
        event = events.refused("exchange.refused", None, error.reason, self._clock.now(), what)
        mine = event.owned_by(client.owner)
        self._work.record(lambda _repos: Outcome(None, (mine,)))

    def _subject(self, client: Client, request: ExchangeRequest, sender: Sender) -> LivingToken:
        try:
            subject = self._read_token.access_token(request.subject_token)
        except SessionEndedError as error:
            reason = error.reason if isinstance(error, RightLostError) else "SUBJECT_TOKEN_INVALID"
            raise ExchangeRefusedError("the subject_token is not valid", reason=reason) from error
        if subject.holder is None:
            raise ExchangeRefusedError("the subject_token is about nobody", reason="SUBJECT_TOKEN_OF_CLIENT")
        claims = subject.claims
        if claims["client_id"] != client.client_id and (client.resource is None or claims["aud"] != client.resource):
            raise ExchangeRefusedError("the subject_token is another client's", reason="SUBJECT_TOKEN_FOREIGN")
        # A resource server that calls on shows a key of its own: the binding was checked when it received the token.
        if claims["client_id"] == client.client_id and not sender.holds(binding_of(claims)):
            raise ExchangeRefusedError("the subject_token is bound to another key", reason="BINDING_MISMATCH")
        allowed = claims.get("may_act")
        if isinstance(allowed, Mapping) and allowed.get("sub") != client.client_id:
            raise ExchangeRefusedError("the subject_token names another actor", reason="ACTOR_NOT_ALLOWED")
        return subject

    def _target(self, client: Client, targets: Sequence[str]) -> Client:
        """The one extranet that is called: named by its resource or its client_id, and in the client's list."""
        if len(set(targets)) != 1:
            raise ExchangeRefusedError("exactly one audience or resource is needed", code="invalid_target")
        named = targets[0]
        known = self._work.read(lambda repos: [repos.clients.find(one) for one in client.exchange_to])
        for candidate in known:
            if candidate is None or not candidate.enabled or candidate.resource is None:
                continue
            if named in (candidate.resource, candidate.client_id):
                return candidate
        raise ExchangeRefusedError("the target is not one of this client's", code="invalid_target")

    def _scope(self, client: Client, subject: LivingToken, requested: str) -> tuple[str, ...]:
        """RFC 8693 §2.1 and standards of this house: in the subject token, and in what the client may have."""
        held = str(subject.said.get("scope", "")).split()  # what was lost is refused below, with its reason
        asked = requested.split() or [word for word in held if word != "openid"]
        if not asked or any(word not in held or word not in client.scope for word in asked):
            raise ExchangeRefusedError("the scope would be wider than that of the subject_token", code="invalid_scope")
        return tuple(dict.fromkeys(asked))

    def _actor(self, client: Client, subject: LivingToken, request: ExchangeRequest) -> Mapping[str, Any]:
        """RFC 8693 §4.1: the newest actor outermost."""
        actor: dict[str, Any] = {"sub": client.client_id, "client_id": client.client_id}
        if request.actor_token is not None:
            try:
                claims = self._read_token.access_token(request.actor_token).claims
            except SessionEndedError as error:
                raise ExchangeRefusedError("the actor_token is not valid", reason="ACTOR_TOKEN_INVALID") from error
            if claims["client_id"] != client.client_id:
                raise ExchangeRefusedError("the actor_token is another client's", reason="ACTOR_TOKEN_FOREIGN")
            actor["sub"] = claims["sub"]
        before = subject.claims.get("act")
        if isinstance(before, Mapping):
            actor["act"] = before
        if _depth(actor) > _DEEPEST_CHAIN:
            raise ExchangeRefusedError("the chain of actors is too long", reason="ACTORS_TOO_MANY")
        return actor


def _depth(actor: Mapping[str, Any]) -> int:
    inner = actor.get("act")
    return 1 + (_depth(inner) if isinstance(inner, Mapping) else 0)

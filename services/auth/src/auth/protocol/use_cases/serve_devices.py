"""Devices without a keyboard (RFC 8628): they show a code, a person grants or denies it elsewhere, they poll."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from auth.clients.domain.clients import Client
from auth.ground.domain.errors import DeviceRefusedError, ExtranetClosedError, TooManyAttemptsError
from auth.ground.use_cases.shelves import (
    HasAttempts,
    HasConsents,
    HasDeviceRequests,
    HasHolders,
    HasRefreshTokens,
    HasSessions,
)
from auth.people.domain.sessions import Session, require_finished
from auth.people.domain.throttling import AttemptLimits, wait_before
from auth.people.use_cases import events
from auth.people.use_cases.person_rights import PersonRights
from auth.people.use_cases.stores.accounts import CountedAttempts
from auth.protocol.domain.bindings import Sender, binding_for
from auth.protocol.domain.grants import DeviceRequest, DeviceState
from auth.protocol.domain.user_codes import new_user_code, normalise_user_code
from auth.protocol.use_cases.exchange_code import (
    first_refresh_token,
    issued,
    keep_refresh_token,
    note_activity,
    record_refusal,
)
from auth.protocol.use_cases.make_tokens import Made, MakeTokens, TokenSet, Wanted
from auth.protocol.use_cases.stores import (
    DeviceRequests,
    GivenConsents,
    Holders,
    NewRefreshTokens,
    SessionsGivingTokens,
)
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret, new_id, new_secret

LIFE = timedelta(minutes=10)
MOST_WAITING = 1000
"""Devices of one client that may wait at the same time: a public client could fill the table otherwise."""
_INTERVAL_S = 5
_LIMITS = AttemptLimits(maximum=10, free=10)


@dataclass(frozen=True)
class DeviceCodes:
    """What the device gets: its own code, and the one that it shows."""

    device_code: str
    user_code: str
    expires_in: int
    interval: int


class Store(
    HasDeviceRequests[DeviceRequests],
    HasAttempts[CountedAttempts],
    HasConsents[GivenConsents],
    HasSessions[SessionsGivingTokens],
    HasHolders[Holders],
    HasRefreshTokens[NewRefreshTokens],
    Protocol,
):
    """What `ServeDevices` sees of a transaction."""


class ServeDevices:
    """Three steps: ask, decide, poll."""

    def __init__(self, work: RecordedWork[Store], make_tokens: MakeTokens, rights: PersonRights, clock: Clock) -> None:
        """`rights`: nobody grants what is closed to them."""
        self._work = work
        self._make_tokens = make_tokens
        self._rights = rights
        self._clock = clock

    def ask(self, client: Client, scope: str, audience: str) -> DeviceCodes:
        """RFC 8628 §3.2.

        Raises:
            TooManyAttemptsError: too many devices of this client wait for their users.
        """
        device_code, now = new_secret(), self._clock.now()

        def add(repos: Store) -> DeviceRequest:
            if repos.device_requests.waiting_of(client.client_id, now) >= MOST_WAITING:
                raise TooManyAttemptsError("too many devices of this client wait", retry_after=LIFE)
            user_code = new_user_code()
            while repos.device_requests.find_by_user_code(user_code) is not None:
                user_code = new_user_code()
            request = DeviceRequest(
                device_code_hash=hash_secret(device_code),
                user_code=user_code,
                client_id=client.client_id,
                scope=" ".join(client.allowed_scope(scope)),
                audience=audience,
                issued_at=now,
                expires_at=now + LIFE,
                family_id=new_id(),
                interval_s=_INTERVAL_S,
            )
            repos.device_requests.add(request)
            return request

        request = self._work.write(add)
        return DeviceCodes(device_code, request.user_code, int(LIFE.total_seconds()), _INTERVAL_S)

    def find(self, session: Session, typed: str) -> DeviceRequest | None:
        """The request that a signed-in person has the code of, or None. Wrong codes are counted per person.

        Raises:
            TooManyAttemptsError: too many codes were tried (RFC 8628 §5.1).
        """
        now, key = self._clock.now(), f"device:{hash_secret(session.account_id)}"
        user_code = normalise_user_code(typed)

        def look(repos: Store) -> tuple[timedelta | None, DeviceRequest | None]:
            wait = wait_before(repos.attempts.of(key, now - _LIMITS.window), _LIMITS, now)
            if wait is not None:
                return wait, None
            found = repos.device_requests.find_by_user_code(user_code)
            if found is None or found.state is not DeviceState.WAITING or now >= found.expires_at:
                repos.attempts.add(key, now)
                return None, None
            return None, found

        wait, found = self._work.write(look)
        if wait is not None:
            raise TooManyAttemptsError("too many device codes were tried", retry_after=wait)
        return found

    def decide(self, session: Session, request: DeviceRequest, client: Client, *, granted: bool) -> bool:
        """The person says yes or no; False when the request was decided meanwhile.

        Raises:
            ExtranetClosedError: the person holds no habilitation on the client's extranet; recorded, and the device is
                told that access is denied.
            RightsStaleError: the replica of the rights is not fresh.
            SignInUnfinishedError: a step of the sign-in remains.
        """
        require_finished(session)
        closed = None
        if granted:
            try:
                self._rights.for_client(session, client.checked_extranet)
            except ExtranetClosedError as error:
                closed = error
        state = DeviceState.GRANTED if granted and closed is None else DeviceState.DENIED
        decided = replace(
            request,
            state=state,
            account_id=session.account_id,
            session_id=session.session_id,
            organisation_id=session.organisation_id,
        )
        now = self._clock.now()
        what = {"client_id": client.client_id, "session_id": session.session_id, "scope": request.scope}

        def save(repos: Store) -> Outcome[bool]:
            saved = repos.device_requests.save(decided, DeviceState.WAITING)
            if state is DeviceState.GRANTED:
                _remember_consent(repos, session, client, request, now)
                event = events.granted(session, "device.granted", now, None, **what)
            else:
                reason = closed.reason if closed is not None else "DENIED_BY_PERSON"
                event = events.refused("device.refused", session.account_id, reason, now, what)
            return Outcome(saved, (event,))

        saved = self._work.record(save)
        if closed is not None:
            raise closed
        return saved

    def poll(self, client: Client, device_code: str, sender: Sender) -> TokenSet:
        """RFC 8628 §3.4: the tokens, once.

        Raises:
            DeviceRefusedError: not yet, too often, denied, over, or unknown.
            GrantRefusedError: the person's session ended.
            BindingRefusedError, ExtranetClosedError, RightsStaleError: as for a code.
        """
        request = self._waiting_over(client, device_code)
        wanted = Wanted(
            client=client,
            scope=request.scope,
            audience=request.audience,
            family_id=request.family_id,
            binding=binding_for(client, sender),
            refresh_token=first_refresh_token(client),
        )
        holder = self._work.read(lambda repos: self._make_tokens.holder(repos, request.session_id))
        try:
            tokens = self._make_tokens(holder, wanted)
        except ExtranetClosedError as error:
            record_refusal(self._work, holder, client, error, self._clock.now())
            raise
        if not self._work.record(lambda repos: self._use(repos, request, Made(holder, wanted, tokens))):
            raise DeviceRefusedError("invalid_grant")
        return tokens

    def _waiting_over(self, client: Client, device_code: str) -> DeviceRequest:
        now, code_hash = self._clock.now(), hash_secret(device_code)

        def look(repos: Store) -> tuple[DeviceRequest | None, str]:
            request = repos.device_requests.find(code_hash)
            if request is None or request.client_id != client.client_id or request.state is DeviceState.USED:
                return None, "invalid_grant"
            if now >= request.expires_at:
                return None, "expired_token"
            if request.state is DeviceState.DENIED:
                return None, "access_denied"
            if request.state is DeviceState.GRANTED:
                return request, ""
            early = request.polled_at is not None and now - request.polled_at < timedelta(seconds=request.interval_s)
            slower = request.interval_s + _INTERVAL_S if early else request.interval_s
            repos.device_requests.save(replace(request, polled_at=now, interval_s=slower), DeviceState.WAITING)
            return None, "slow_down" if early else "authorization_pending"

        request, code = self._work.write(look)
        if request is None:
            raise DeviceRefusedError(code)
        return request

    def _use(self, repos: Store, request: DeviceRequest, made: Made) -> Outcome[bool]:
        now = self._clock.now()
        if not repos.device_requests.save(replace(request, state=DeviceState.USED), DeviceState.GRANTED):
            what = {"client_id": request.client_id}
            late = events.refused("token.refused", request.account_id, "DEVICE_CODE_REUSED", now, what)
            return Outcome(value=False, events=(late,))
        self._make_tokens.holder(repos, request.session_id)
        note_activity(repos, made.holder, now)
        keep_refresh_token(repos, made, now)
        repos.sessions.remember_client(request.session_id, request.client_id)
        return Outcome(value=True, events=(issued(made.holder, request.client_id, made.tokens, now),))


def _remember_consent(
    repos: HasConsents[GivenConsents], session: Session, client: Client, request: DeviceRequest, now: datetime
) -> None:
    """So that the person sees it among what they agreed to, and can withdraw it. Services of the house need none."""
    if client.first_party:
        return
    before = repos.consents.of(session.account_id, client.client_id)
    scope = dict.fromkeys((*(before.scope if before is not None else ()), *request.scope.split()))
    repos.consents.remember(session.account_id, client.client_id, tuple(scope), now)

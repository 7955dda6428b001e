"""A client may have a code: the person is signed in and holds a habilitation on the client's extranet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from auth.clients.domain.clients import Client
from auth.ground.domain.errors import ExtranetClosedError, RequestRefusedError
from auth.ground.use_cases.shelves import HasCodes, HasPushedRequests
from auth.people.domain.sessions import Session, require_finished
from auth.people.use_cases import events
from auth.people.use_cases.person_rights import ExtranetRights, PersonRights
from auth.protocol.domain.grants import AuthorizationCode
from auth.protocol.use_cases.stores import NewCodes, UsedRequests
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret, new_id, new_secret


@dataclass(frozen=True, kw_only=True)
class CodeRequest:
    """What the client asked for, checked. `pushed_hash`: of the pushed request it came by, which serves once."""

    client: Client
    redirect_uri: str
    scope: str
    audience: str
    code_challenge: str = ""
    nonce: str | None = None
    dpop_key: str = ""
    claims_request: str = ""
    details_request: str = ""
    pushed_hash: str = ""


class Store(HasCodes[NewCodes], HasPushedRequests[UsedRequests], Protocol):
    """What `IssueCode` sees of a transaction."""


class IssueCode:
    """Checks the rights and keeps the code's hash."""

    def __init__(
        self, work: RecordedWork[Store], rights: PersonRights, clock: Clock, life: timedelta = timedelta(seconds=60)
    ) -> None:
        """`life` of a code (FAPI 2.0: at most 60 s)."""
        self._work = work
        self._rights = rights
        self._clock = clock
        self._life = life

    def __call__(self, session: Session, request: CodeRequest) -> str:
        """The code.

        Raises:
            ExtranetClosedError: no habilitation; recorded.
            RightsStaleError: the replica of the rights is not fresh.
            RequestRefusedError: the pushed request gave a code already (RFC 9126 §7.3).
            SignInUnfinishedError: a step of the sign-in remains.
        """
        require_finished(session)
        rights = self.check_open(session, request.client)
        now, code = self._clock.now(), new_secret()
        record = AuthorizationCode(
            code_hash=hash_secret(code),
            client_id=request.client.client_id,
            account_id=session.account_id,
            session_id=session.session_id,
            organisation_id=session.organisation_id,
            redirect_uri=request.redirect_uri,
            scope=request.scope,
            audience=request.audience,
            code_challenge=request.code_challenge,
            nonce=request.nonce,
            issued_at=now,
            expires_at=now + self._life,
            family_id=new_id(),
            dpop_key=request.dpop_key,
            claims_request=request.claims_request,
            details_request=request.details_request,
        )
        event = events.granted(
            session, "access.granted", now, rights.revision, client_id=record.client_id, scope=record.scope
        )

        def keep(repos: Store) -> Outcome[None]:
            if request.pushed_hash and not repos.pushed_requests.use(request.pushed_hash, now):
                raise RequestRefusedError("invalid_request_uri", "the pushed request was used before")
            repos.codes.add(record)
            return Outcome(None, (event,))

        self._work.record(keep)
        return code

    def check_open(self, session: Session, client: Client) -> ExtranetRights:
        """What the person may do at the client today. Asked before a page asks the person for anything.

        Raises:
            ExtranetClosedError: no habilitation; recorded.
            RightsStaleError: the replica of the rights is not fresh.
        """
        try:
            return self._rights.for_client(session, client.checked_extranet)
        except ExtranetClosedError as error:
            self._record_refusal(session, client, error)
            raise

    def _record_refusal(self, session: Session, client: Client, error: ExtranetClosedError) -> None:
        event = events.refused(
            "access.refused",
            session.account_id,
            error.reason,
            self._clock.now(),
            {"client_id": client.client_id, "extranet": error.extranet, "session_id": session.session_id},
            organisation_id=session.organisation_id,
            revision=error.rights_revision,
        )
        self._work.record(lambda _repos: Outcome(None, (event,)))

"""Userinfo: what a client may know of the person its token is about (OIDC Core §5.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.domain.accounts import AccountState
from auth.domain.claims import person_claims
from auth.domain.errors import SessionEndedError
from auth.domain.sessions import SessionLimits
from auth.use_cases.ports import AuthRepos, AuthWork
from servicekit.clock import Clock


class ReadPerson:
    """Answers while the session lives and the token was not revoked."""

    def __init__(self, work: AuthWork, clock: Clock, limits: SessionLimits, issuer: str) -> None:
        """`limits`: idle and absolute. `issuer`: the audience of tokens of clients without a resource of their own."""
        self._work = work
        self._clock = clock
        self._limits = limits
        self._issuer = issuer

    def __call__(self, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """The claims that the token's scope opens. `claims` are those of a verified access token.

        Raises:
            SessionEndedError: the session ended, the account is locked, the token was revoked, or it is not one that
                its client may have today (RFC 9068 §4: the audience).
        """

        def read(repos: AuthRepos) -> Mapping[str, Any]:
            session = repos.sessions.find(str(claims["sid"]))
            account = repos.accounts.find(str(claims["sub"]))
            client = repos.clients.find(str(claims["client_id"]))
            if client is None or claims["aud"] != (client.resource or self._issuer):
                raise SessionEndedError("the token is for another audience than its client's")
            if session is None or not session.is_alive(self._limits, self._clock.now()):
                raise SessionEndedError("the session of the token has ended")
            if account is None or account.state is not AccountState.ACTIVE:
                raise SessionEndedError("the account of the token may not sign in")
            if repos.refresh_tokens.is_access_token_revoked(str(claims["jti"])):
                raise SessionEndedError("the token was revoked")
            return person_claims(account, str(claims["scope"]))

        return self._work.read(read)

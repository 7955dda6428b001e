"""Who acts through a program: the person whose access token the call carries, as the register knows them now."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from habpps.domain.authorship import Author
from habpps.domain.refusals import FormRefusedError, RoleNotConfirmedError
from habpps.use_cases.identify_administrator import IdentifyAdministrator
from rights.token_marks import TokenMarks
from servicekit.clock import Clock
from servicekit.errors import DependencyUnavailableError, NotAuthenticatedError
from servicekit.rpc import current_call
from servicekit.tokens import VerifiedAccessToken


class TokenMissingError(NotAuthenticatedError):
    """The call carries no access token."""

    reason = "TOKEN_MISSING"


class SessionEndedError(NotAuthenticatedError):
    """The token was withdrawn, or the person has signed out."""

    reason = "SESSION_ENDED"


class SignInTooOldError(NotAuthenticatedError):
    """The person signed in too long ago, or with too little proof (RFC 9470): `details` say what is needed."""

    reason = "SIGN_IN_TOO_OLD"


class SessionsStaleError(DependencyUnavailableError):
    """It is not known which sessions have ended."""

    reason = "SESSIONS_STALE"


class EndedSessions(Protocol):
    """Which tokens have ended before their time."""

    def is_ended(self, token: TokenMarks) -> bool:
        """Say whether this one has; true while nothing is known."""
        ...

    def age(self) -> timedelta:
        """Return how long ago the answer was confirmed."""
        ...


@dataclass(frozen=True, kw_only=True)
class SignInRules:
    """How recent and how strong a sign-in must be. `acr_values`: those that are enough; none named: each is."""

    longest: timedelta
    acr_values: tuple[str, ...] = ()
    freshness: timedelta = timedelta(seconds=5)
    """Older knowledge about ended sessions is none."""

    def check(self, token: VerifiedAccessToken, clock: Clock) -> None:
        """Refuse an old or a weak sign-in.

        Raises:
            SignInTooOldError: the person must sign in again.
        """
        fresh = clock.now() - token.auth_time_at <= self.longest
        strong = not self.acr_values or token.acr in self.acr_values
        if not (fresh and strong):
            details = {"max_age": f"{self.longest.total_seconds():.0f}", "acr_values": " ".join(self.acr_values)}
            raise SignInTooOldError(
                "the person must sign in again", details={key: value for key, value in details.items() if value}
            )


@dataclass(frozen=True, kw_only=True)
class ProgramAuthors:
    """Finds the author of a call. `verify`: an access token made for Habpps, and the certificate that was shown."""

    verify: Callable[[str, bytes | None], VerifiedAccessToken]
    identify: IdentifyAdministrator
    sessions: EndedSessions
    rules: SignInRules
    clock: Clock

    def author_of_call(self, caf: str) -> Author:
        """Return who acts, for the Caf that they name.

        Raises:
            TokenMissingError, TokenRefusedError, TokenNotBoundError, SessionEndedError: nobody proved who asks.
            SignInTooOldError: the person must sign in again.
            SessionsStaleError, IssuerUnreachableError: it cannot be known at the moment.
            RoleNotConfirmedError: they administer nothing here, or not for this Caf.
            FormRefusedError: they administer for several Cafs, and none is named.
        """
        call = current_call()
        if call.bearer is None:
            raise TokenMissingError("no access token in the authorization metadata")
        token = self.verify(call.bearer, call.certificate)
        self._check_session(token)
        self.rules.check(token, self.clock)
        found = self.identify(
            token.subject, token.organisation.id, token.authorization_details, wanted=caf, client_id=token.client_id
        )
        if not caf and len(found.cafs) > 1:
            raise FormRefusedError({"caf": "FIELD_MISSING"})
        if caf and found.caf != caf:
            raise RoleNotConfirmedError("the person does not act for this Caf")
        return replace(found, client_id=token.client_id)

    def _check_session(self, token: VerifiedAccessToken) -> None:
        if self.sessions.age() > self.rules.freshness:
            raise SessionsStaleError("which sessions have ended was not confirmed")
        marks = TokenMarks(
            session_id=token.session_id,
            account_id=token.subject,
            token_id=token.token_id,
            client_id=token.client_id,
            issued_at=token.issued_at,
        )
        if self.sessions.is_ended(marks):
            raise SessionEndedError("the token has ended")

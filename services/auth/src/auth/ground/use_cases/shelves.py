"""The shelves of the store: one name per repository of a transaction.

A use case says which of them it reaches, and with which methods, in one line above it:

    class Store(HasAccounts[ChangedAccounts], HasMails[QueueOfMails], Protocol):
        ...

`bootstrap.repositories` holds them all; mypy compares it with each such line where `bootstrap` hands it on.
"""

from __future__ import annotations

from typing import Protocol, TypeVar

R_co = TypeVar("R_co", covariant=True)


class HasAccounts(Protocol[R_co]):
    """Accounts."""

    @property
    def accounts(self) -> R_co: ...


class HasSessions(Protocol[R_co]):
    """Sessions."""

    @property
    def sessions(self) -> R_co: ...


class HasAcceptances(Protocol[R_co]):
    """What people accepted."""

    @property
    def acceptances(self) -> R_co: ...


class HasCredentials(Protocol[R_co]):
    """What accounts sign in with."""

    @property
    def credentials(self) -> R_co: ...


class HasSignIns(Protocol[R_co]):
    """The history of sign-ins."""

    @property
    def sign_ins(self) -> R_co: ...


class HasKnownDevices(Protocol[R_co]):
    """Browsers that signed in."""

    @property
    def known_devices(self) -> R_co: ...


class HasLinks(Protocol[R_co]):
    """Links that were sent."""

    @property
    def links(self) -> R_co: ...


class HasEndedSessions(Protocol[R_co]):
    """The feed of ends."""

    @property
    def ended_sessions(self) -> R_co: ...


class HasHolders(Protocol[R_co]):
    """Sessions with whose they are."""

    @property
    def holders(self) -> R_co: ...


class HasCodes(Protocol[R_co]):
    """Authorization codes."""

    @property
    def codes(self) -> R_co: ...


class HasRefreshTokens(Protocol[R_co]):
    """Refresh tokens."""

    @property
    def refresh_tokens(self) -> R_co: ...


class HasClients(Protocol[R_co]):
    """Registered clients."""

    @property
    def clients(self) -> R_co: ...


class HasConsents(Protocol[R_co]):
    """What people agreed to."""

    @property
    def consents(self) -> R_co: ...


class HasAttempts(Protocol[R_co]):
    """Failures to sign in."""

    @property
    def attempts(self) -> R_co: ...


class HasMails(Protocol[R_co]):
    """Mails that wait."""

    @property
    def mails(self) -> R_co: ...


class HasLogoutNotices(Protocol[R_co]):
    """Logout tokens that wait."""

    @property
    def logout_notices(self) -> R_co: ...


class HasCommands(Protocol[R_co]):
    """Commands carried out."""

    @property
    def commands(self) -> R_co: ...


class HasPushedRequests(Protocol[R_co]):
    """Authorization requests sent ahead."""

    @property
    def pushed_requests(self) -> R_co: ...


class HasDeviceRequests(Protocol[R_co]):
    """Devices that wait for their user."""

    @property
    def device_requests(self) -> R_co: ...


class HasSeenTokens(Protocol[R_co]):
    """Tokens of clients that serve once."""

    @property
    def seen_tokens(self) -> R_co: ...


class HasRevokedTokens(Protocol[R_co]):
    """Access tokens revoked one by one."""

    @property
    def revoked_tokens(self) -> R_co: ...


class HasInitialAccessTokens(Protocol[R_co]):
    """What opens dynamic registration."""

    @property
    def initial_access_tokens(self) -> R_co: ...

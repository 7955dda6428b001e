"""The repositories of one transaction, made on demand."""

from typing import TypeAlias

from sqlalchemy import Connection

from auth.clients.adapters.database.clients import SqlClients
from auth.people.adapters.database.accounts import SqlAccounts
from auth.people.adapters.database.consents import SqlConsents
from auth.people.adapters.database.history import SqlAcceptances, SqlCredentials, SqlKnownDevices, SqlSignIns
from auth.people.adapters.database.links import SqlLinks
from auth.people.adapters.database.queues import SqlAttempts, SqlCommands, SqlLogoutNotices, SqlMails
from auth.people.adapters.database.sessions import SqlEndedSessions, SqlSessions
from auth.protocol.adapters.database.grants import SqlCodes, SqlRefreshTokens
from auth.protocol.adapters.database.holders import SqlHolders
from auth.protocol.adapters.database.requests import (
    SqlDeviceRequests,
    SqlInitialAccessTokens,
    SqlPushedRequests,
    SqlRevokedTokens,
    SqlSeenTokens,
)
from servicekit.audit_events import RecordedWork


class SqlRepositories:
    """Every shelf (`ground.use_cases.shelves`), on one connection."""

    def __init__(self, connection: Connection) -> None:
        """Cheap: nothing is made before it is asked for. They hold nothing, so none is kept: that would take a lock."""
        self._connection = connection

    @property
    def accounts(self) -> SqlAccounts:
        """Accounts."""
        return SqlAccounts(self._connection)

    @property
    def sessions(self) -> SqlSessions:
        """Sessions."""
        return SqlSessions(self._connection)

    @property
    def acceptances(self) -> SqlAcceptances:
        """What people accepted."""
        return SqlAcceptances(self._connection)

    @property
    def credentials(self) -> SqlCredentials:
        """What accounts sign in with."""
        return SqlCredentials(self._connection)

    @property
    def sign_ins(self) -> SqlSignIns:
        """The history of sign-ins."""
        return SqlSignIns(self._connection)

    @property
    def known_devices(self) -> SqlKnownDevices:
        """Browsers that signed in."""
        return SqlKnownDevices(self._connection)

    @property
    def links(self) -> SqlLinks:
        """Links that were sent."""
        return SqlLinks(self._connection)

    @property
    def ended_sessions(self) -> SqlEndedSessions:
        """The feed of ends."""
        return SqlEndedSessions(self._connection)

    @property
    def holders(self) -> SqlHolders:
        """Sessions with whose they are."""
        return SqlHolders(self._connection)

    @property
    def codes(self) -> SqlCodes:
        """Authorization codes."""
        return SqlCodes(self._connection)

    @property
    def refresh_tokens(self) -> SqlRefreshTokens:
        """Refresh tokens."""
        return SqlRefreshTokens(self._connection)

    @property
    def clients(self) -> SqlClients:
        """Registered clients."""
        return SqlClients(self._connection)

    @property
    def consents(self) -> SqlConsents:
        """What people agreed to."""
        return SqlConsents(self._connection)

    @property
    def attempts(self) -> SqlAttempts:
        """Failures to sign in."""
        return SqlAttempts(self._connection)

    @property
    def mails(self) -> SqlMails:
        """Mails that wait."""
        return SqlMails(self._connection)

    @property
    def logout_notices(self) -> SqlLogoutNotices:
        """Logout tokens that wait."""
        return SqlLogoutNotices(self._connection)

    @property
    def commands(self) -> SqlCommands:
        """Commands carried out."""
        return SqlCommands(self._connection)

    @property
    def pushed_requests(self) -> SqlPushedRequests:
        """Authorization requests sent ahead."""
        return SqlPushedRequests(self._connection)

    @property
    def device_requests(self) -> SqlDeviceRequests:
        """Devices that wait for their user."""
        return SqlDeviceRequests(self._connection)

    @property
    def seen_tokens(self) -> SqlSeenTokens:
        """Tokens of clients that serve once."""
        return SqlSeenTokens(self._connection)

    @property
    def revoked_tokens(self) -> SqlRevokedTokens:
        """Access tokens revoked one by one."""
        return SqlRevokedTokens(self._connection)

    @property
    def initial_access_tokens(self) -> SqlInitialAccessTokens:
        """What opens dynamic registration."""
        return SqlInitialAccessTokens(self._connection)


AuthWork: TypeAlias = RecordedWork[SqlRepositories]
"""What `bootstrap` hands to every use case, which sees its own part of it."""

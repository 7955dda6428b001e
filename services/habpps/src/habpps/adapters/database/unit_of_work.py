"""The repositories of one transaction."""

from sqlalchemy import Connection

from habpps.adapters.database.commands import SqlAccountCommands, SqlJournal
from habpps.adapters.database.feed import SqlPublications
from habpps.adapters.database.organisations import (
    SqlConventions,
    SqlExtranets,
    SqlOrganisations,
    SqlServiceContracts,
    SqlTerritories,
)
from habpps.adapters.database.people import SqlAdministrators, SqlGroups, SqlHabilitations, SqlPeople, SqlUsers
from habpps.adapters.database.requests import SqlRequests
from habpps.use_cases.ports import Repositories


def sql_repositories(connection: Connection) -> Repositories:
    """Return the repositories on the connection of a transaction."""
    return Repositories(
        organisations=SqlOrganisations(connection),
        conventions=SqlConventions(connection),
        contracts=SqlServiceContracts(connection),
        territories=SqlTerritories(connection),
        groups=SqlGroups(connection),
        people=SqlPeople(connection),
        users=SqlUsers(connection),
        habilitations=SqlHabilitations(connection),
        administrators=SqlAdministrators(connection),
        extranets=SqlExtranets(connection),
        publications=SqlPublications(connection),
        commands=SqlAccountCommands(connection),
        journal=SqlJournal(connection),
        requests=SqlRequests(connection),
    )

"""The repositories of one transaction."""

from sqlalchemy import Connection

from habpps.adapters.database.commands import SqlAccountCommands, SqlJournal
from habpps.adapters.database.feed import SqlPublications
from habpps.adapters.database.organisations import SqlConventions, SqlExtranets, SqlOrganisations, SqlServiceContracts
from habpps.adapters.database.people import SqlAdministrators, SqlGroups, SqlHabilitations, SqlUsers
from habpps.use_cases.ports import Store


def sql_store(connection: Connection) -> Store:
    """Return the repositories on the connection of a transaction."""
    return Store(
        SqlOrganisations(connection),
        SqlConventions(connection),
        SqlServiceContracts(connection),
        SqlGroups(connection),
        SqlUsers(connection),
        SqlHabilitations(connection),
        SqlAdministrators(connection),
        SqlExtranets(connection),
        SqlPublications(connection),
        SqlAccountCommands(connection),
        SqlJournal(connection),
    )

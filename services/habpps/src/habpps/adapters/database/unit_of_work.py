"""The repositories of one transaction."""

from functools import partial

from sqlalchemy import Connection

from habpps.adapters.database.commands import SqlAccountCommands, SqlJournal
from habpps.adapters.database.everywhere import SqlEverywhere
from habpps.adapters.database.feed import SqlPublications
from habpps.adapters.database.invitations import SqlAddressChanges, SqlInvitations
from habpps.adapters.database.organisations import (
    SqlConventions,
    SqlExtranets,
    SqlOrganisations,
    SqlServiceContracts,
    SqlTerritories,
)
from habpps.adapters.database.people import SqlAdministrators, SqlGroups, SqlHabilitations, SqlPeople, SqlUsers
from habpps.adapters.database.receipts import SqlReceipts
from habpps.adapters.database.requests import SqlRequests
from habpps.adapters.database.review_rules import SqlReviewRules
from habpps.domain.reach import EVERYWHERE, Reach
from habpps.use_cases.ports import Repositories


def sql_repositories(connection: Connection, reach: Reach = EVERYWHERE) -> Repositories:
    """Return the repositories on the connection of a transaction."""
    return Repositories(
        reach=reach,
        narrowed=partial(sql_repositories, connection),
        organisations=SqlOrganisations(connection, reach),
        conventions=SqlConventions(connection, reach),
        contracts=SqlServiceContracts(connection, reach),
        territories=SqlTerritories(connection, reach),
        groups=SqlGroups(connection, reach),
        people=SqlPeople(connection),
        address_changes=SqlAddressChanges(connection),
        everywhere=SqlEverywhere(connection),
        invitations=SqlInvitations(connection, reach),
        users=SqlUsers(connection, reach),
        habilitations=SqlHabilitations(connection, reach),
        administrators=SqlAdministrators(connection, reach),
        extranets=SqlExtranets(connection, reach),
        publications=SqlPublications(connection),
        commands=SqlAccountCommands(connection, reach),
        journal=SqlJournal(connection, reach),
        requests=SqlRequests(connection, reach),
        receipts=SqlReceipts(connection, reach),
        review_rules=SqlReviewRules(connection, reach),
    )

"""The repositories of one transaction; `RecordingUnitOfWork` calls this for each."""

from sqlalchemy import Connection

from cdap.adapters.database.dossiers import SqlDossiers
from cdap.adapters.database.generations import SqlGenerations
from cdap.use_cases.ports import Repositories


def sql_repositories(connection: Connection) -> Repositories:
    """Cheap: nothing is read."""
    return Repositories(SqlDossiers(connection), SqlGenerations(connection))

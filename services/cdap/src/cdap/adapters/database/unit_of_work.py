"""The repositories of one transaction; `RecordingUnitOfWork` calls what is made here for each."""

from collections.abc import Callable

from sqlalchemy import Connection

from cdap.adapters.database.caf_months import SqlCafMonths
from cdap.adapters.database.documents import Documents
from cdap.adapters.database.dossier_rows import SqlDossierRows
from cdap.adapters.database.dossiers import SqlDossiers
from cdap.adapters.database.unfinished_files import SqlUnfinishedFiles
from cdap.use_cases.ports import Repositories


def sql_repositories() -> Callable[[Connection], Repositories]:
    """For one database, whose dictionaries are kept. Each call of it is cheap: nothing is read."""
    documents = Documents()

    def of(connection: Connection) -> Repositories:
        return Repositories(
            SqlDossiers(connection, documents),
            SqlCafMonths(connection),
            SqlDossierRows(connection, documents),
            SqlUnfinishedFiles(connection),
        )

    return of

"""The dossiers of the generation in force: `Dossiers` on SQL."""

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, bindparam, select, text

from cdap.adapters.database.tables import dossier, generation_in_force
from cdap.domain.dossier import Dossier, DossierKey
from cdap.use_cases.ports import KnownNames, StoredDossier
from servicekit.database.prepared import PreparedStatement

_GENERATION = select(generation_in_force.c.generation).where(generation_in_force.c.only == text("1")).scalar_subquery()
_FIND = PreparedStatement(
    select(dossier.c.name_keys, dossier.c.document).where(
        dossier.c.generation == _GENERATION,
        dossier.c.matricule == bindparam("matricule"),
        dossier.c.caf == bindparam("caf"),
    )
)
_OTHERS = (
    select(dossier.c.caf, dossier.c.name_keys)
    .where(
        dossier.c.generation == _GENERATION,
        dossier.c.matricule == bindparam("matricule"),
        dossier.c.caf != bindparam("caf"),
    )
    .order_by(dossier.c.caf)
)


class SqlDossiers:
    """See `cdap.use_cases.ports.Dossiers`."""

    def __init__(self, connection: Connection) -> None:
        """Reads in the transaction of `connection`."""
        self._connection = connection

    def find(self, key: DossierKey) -> StoredDossier | None:
        """One read by primary key. The document is parsed only when it is asked for."""
        row = _FIND.first(self._connection, {"matricule": key.matricule, "caf": key.caf})
        if row is None:
            return None
        name_keys, document = row
        return StoredDossier(key, tuple(name_keys.split(" ")), lambda: Dossier(orjson.loads(document)))

    def of_other_cafs(self, key: DossierKey) -> Sequence[KnownNames]:
        """One range of the primary key."""
        rows = self._connection.execute(_OTHERS, {"matricule": key.matricule, "caf": key.caf})
        return [KnownNames(DossierKey(caf, key.matricule), tuple(names.split(" "))) for caf, names in rows]

"""The dossiers in force: `Dossiers` on SQL."""

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, bindparam, select

from cdap.adapters.database.documents import Documents
from cdap.adapters.database.tables import caf_month, dossier
from cdap.domain.dossier import Dossier, DossierKey
from cdap.domain.timeless import in_month
from cdap.use_cases.ports import KnownNames, StoredDossier
from servicekit.database.prepared import PreparedStatement

_FIND = PreparedStatement(
    select(dossier.c.name_keys, dossier.c.document, caf_month.c.month)
    .where(
        caf_month.c.caf == bindparam("caf"),
        dossier.c.matricule == bindparam("matricule"),
        dossier.c.caf == caf_month.c.caf,
        dossier.c.number <= caf_month.c.number,
    )
    .order_by(dossier.c.number.desc())
)
_OTHERS = (
    select(dossier.c.caf, dossier.c.name_keys, dossier.c.document.is_(None))
    .where(
        dossier.c.matricule == bindparam("matricule"),
        dossier.c.caf != bindparam("caf"),
        caf_month.c.caf == dossier.c.caf,
        dossier.c.number <= caf_month.c.number,
    )
    .order_by(dossier.c.caf, dossier.c.number)
)


class SqlDossiers:
    """See `cdap.use_cases.ports.Dossiers`."""

    def __init__(self, connection: Connection, documents: Documents) -> None:
        """Reads in the transaction of `connection`."""
        self._connection = connection
        self._documents = documents

    def find(self, key: DossierKey) -> StoredDossier | None:
        """One read by primary key. The document is opened only when it is asked for."""
        row = _FIND.first(self._connection, {"matricule": key.matricule, "caf": key.caf})
        if row is None or row[1] is None:
            return None
        name_keys, frame, month = row
        return StoredDossier(key, tuple(name_keys.split(" ")), lambda: self._opened(bytes(frame), month))

    def of_other_cafs(self, key: DossierKey) -> Sequence[KnownNames]:
        """One range of the primary key."""
        rows = self._connection.execute(_OTHERS, {"matricule": key.matricule, "caf": key.caf})
        newest = {caf: () if is_gone else tuple(names.split(" ")) for caf, names, is_gone in rows}
        return [KnownNames(DossierKey(caf, key.matricule), names) for caf, names in newest.items() if names]

    def _opened(self, frame: bytes, month: str) -> Dossier:
        return Dossier(in_month(orjson.loads(self._documents.opened(self._connection, frame)), month))

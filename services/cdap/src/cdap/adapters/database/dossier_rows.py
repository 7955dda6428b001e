"""The rows of dossiers as an import writes them: `DossierRows` on SQL."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, and_, delete, exists, func, insert, select

from cdap.adapters.database.documents import Documents
from cdap.adapters.database.tables import dossier
from cdap.use_cases.import_ports import CafMonth, Held, Row
from servicekit.database.prepared import PreparedStatement

_INSERT = PreparedStatement(insert(dossier), [column.name for column in dossier.columns])


class SqlDossierRows:
    """See `cdap.use_cases.import_ports.DossierRows`."""

    def __init__(self, connection: Connection, documents: Documents) -> None:
        """Reads and writes in the transaction of `connection`."""
        self._connection = connection
        self._documents = documents

    def held(self, caf: CafMonth, matricules: Sequence[str]) -> Mapping[str, Held]:
        """One query for all."""
        rows = self._connection.execute(
            select(dossier.c.matricule, dossier.c.number, dossier.c.content)
            .where(dossier.c.caf == caf.caf, dossier.c.matricule.in_(matricules))
            .order_by(dossier.c.number)
        )
        held: dict[str, Held] = {}
        for matricule, number, content in rows:
            known = held.get(matricule, Held())
            held[matricule] = (
                Held(bytes(content), known.filled) if number <= caf.number else Held(known.in_force, bytes(content))
            )
        return held

    def put(self, caf: CafMonth, rows: Sequence[Row]) -> None:
        """Two statements."""
        self.take_back(caf, [row.matricule for row in rows])
        packed = self._documents.packed
        _INSERT.run_many(
            self._connection,
            [
                {
                    "matricule": row.matricule,
                    "caf": caf.caf,
                    "number": caf.next_number,
                    "content": row.content,
                    "name_keys": " ".join(row.name_keys),
                    "document": None if row.stored is None else packed(self._connection, row.stored),
                }
                for row in rows
            ],
        )

    def take_back(self, caf: CafMonth, matricules: Sequence[str]) -> None:
        """One statement."""
        if matricules:
            self._connection.execute(
                delete(dossier).where(
                    dossier.c.caf == caf.caf,
                    dossier.c.matricule.in_(matricules),
                    dossier.c.number == caf.next_number,
                )
            )

    def in_force(self, caf: CafMonth, after: str, limit: int) -> Sequence[str]:
        """Of the index alone."""
        return self._connection.scalars(
            select(dossier.c.matricule)
            .where(dossier.c.caf == caf.caf, dossier.c.matricule > after, dossier.c.number <= caf.number)
            .order_by(dossier.c.matricule)
            .limit(limit)
        ).all()

    def tidy(self, caf: CafMonth, after: str, limit: int) -> str:
        """What the number in force has replaced, then what it says is gone."""
        page = self.in_force(caf, after, limit)
        if not page:
            return ""
        last = page[-1]
        here = and_(dossier.c.caf == caf.caf, dossier.c.matricule > after, dossier.c.matricule <= last)
        if caf.number > 1:
            newer = dossier.alias()
            replaced = exists().where(
                newer.c.caf == caf.caf, newer.c.matricule == dossier.c.matricule, newer.c.number == caf.number
            )
            self._connection.execute(delete(dossier).where(here, dossier.c.number < caf.number, replaced))
        self._connection.execute(
            delete(dossier).where(here, dossier.c.number == caf.number, func.length(dossier.c.content) == 0)
        )
        return last

    def discard(self, caf: CafMonth, limit: int) -> int:
        """By chunks, so that no transaction is long."""
        matricules = self._connection.scalars(
            select(dossier.c.matricule).where(dossier.c.caf == caf.caf, dossier.c.number > caf.number).limit(limit)
        ).all()
        self.take_back(caf, matricules)
        return len(matricules)

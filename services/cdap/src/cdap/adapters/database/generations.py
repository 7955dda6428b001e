"""Generations of dossiers: `ImportedGenerations` on SQL."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, tuple_, update

from cdap.adapters.database.tables import dossier, generation_in_force
from cdap.domain.dossier import DossierKey
from cdap.use_cases.ports import ImportLine


class SqlGenerations:
    """See `cdap.use_cases.ports.ImportedGenerations`."""

    def __init__(self, connection: Connection) -> None:
        """Reads and writes in the transaction of `connection`."""
        self._connection = connection

    def begin(self) -> int:
        """One more than every generation that has rows."""
        newest = self._connection.scalar(select(func.max(dossier.c.generation))) or 0
        return max(newest, self.in_force() or 0) + 1

    def stored(self, generation: int, keys: Sequence[DossierKey]) -> Mapping[DossierKey, bytes]:
        """One query for all keys."""
        rows = self._connection.execute(
            select(dossier.c.caf, dossier.c.matricule, dossier.c.document).where(
                dossier.c.generation == generation, _is_one_of(keys)
            )
        )
        return {DossierKey(caf, matricule): bytes(document) for caf, matricule, document in rows}

    def remove(self, generation: int, keys: Sequence[DossierKey]) -> None:
        """One statement."""
        if keys:
            self._connection.execute(delete(dossier).where(dossier.c.generation == generation, _is_one_of(keys)))

    def add(self, generation: int, lines: Sequence[ImportLine]) -> None:
        """One multiple insert."""
        if not lines:
            return
        self._connection.execute(
            insert(dossier),
            [
                {
                    "generation": generation,
                    "matricule": line.key.matricule,
                    "caf": line.key.caf,
                    "name_keys": " ".join(line.name_keys),
                    "document": line.document,
                }
                for line in lines
            ],
        )

    def put_in_force(self, generation: int, count: int) -> None:
        """Change the one row, or write it the first time."""
        values = {"generation": generation, "dossier_count": count}
        changed = self._connection.execute(
            update(generation_in_force).where(generation_in_force.c.only == 1).values(**values)
        )
        if changed.rowcount == 0:
            self._connection.execute(insert(generation_in_force).values(only=1, **values))

    def in_force(self) -> int | None:
        """The generation of the one row."""
        return self._connection.scalar(select(generation_in_force.c.generation).where(generation_in_force.c.only == 1))

    def remove_some(self, keep: int | None, limit: int) -> int:
        """Delete by chunks, so that no transaction is long."""
        others = dossier.c.generation != keep if keep is not None else dossier.c.generation.is_not(None)
        keys = self._connection.execute(
            select(dossier.c.generation, dossier.c.matricule, dossier.c.caf).where(others).limit(limit)
        ).all()
        if keys:
            self._connection.execute(
                delete(dossier).where(
                    tuple_(dossier.c.generation, dossier.c.matricule, dossier.c.caf).in_([tuple(key) for key in keys])
                )
            )
        return len(keys)


def _is_one_of(keys: Sequence[DossierKey]) -> ColumnElement[bool]:
    return tuple_(dossier.c.matricule, dossier.c.caf).in_([(key.matricule, key.caf) for key in keys])

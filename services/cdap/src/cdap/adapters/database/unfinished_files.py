"""The files that are half imported: `UnfinishedFiles` on SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import zstandard
from sqlalchemy import Connection, delete, insert, select, update

from cdap.adapters.database.tables import odd_record, seen_matricules, unfinished_file
from cdap.use_cases.import_ports import OddRecord, UnfinishedFile

_NAMES = tuple(field.name for field in fields(UnfinishedFile))


class SqlUnfinishedFiles:
    """See `cdap.use_cases.import_ports.UnfinishedFiles`."""

    def __init__(self, connection: Connection) -> None:
        """Reads and writes in the transaction of `connection`."""
        self._connection = connection

    def find(self, digest: str) -> UnfinishedFile | None:
        """One row."""
        row = self._connection.execute(select(unfinished_file).where(unfinished_file.c.digest == digest)).first()
        return None if row is None else _file(row)

    def every(self) -> Sequence[UnfinishedFile]:
        """One query."""
        return [_file(row) for row in self._connection.execute(select(unfinished_file).order_by("began_at"))]

    def begin(self, file: UnfinishedFile) -> None:
        """One row."""
        self._connection.execute(insert(unfinished_file).values({name: getattr(file, name) for name in _NAMES}))

    def take(self, file: UnfinishedFile, holder: str) -> bool:
        """A conditional update."""
        taken = (
            update(unfinished_file)
            .where(
                unfinished_file.c.digest == file.digest,
                unfinished_file.c.holder == file.holder,
                unfinished_file.c.beat == file.beat,
            )
            .values(holder=holder, beat=file.beat + 1)
        )
        return bool(self._connection.execute(taken).rowcount)

    def beat(self, digest: str, holder: str) -> bool:
        """A conditional update."""
        beaten = (
            update(unfinished_file)
            .where(unfinished_file.c.digest == digest, unfinished_file.c.holder == holder)
            .values(beat=unfinished_file.c.beat + 1)
        )
        return bool(self._connection.execute(beaten).rowcount)

    def give_up(self, digest: str) -> None:
        """One row."""
        self._change(digest, is_given_up=True)

    def reach(self, digest: str, line: int, offset: int, tally: Mapping[str, Any]) -> None:
        """One row."""
        self._change(digest, line=line, offset=offset, tally=tally)

    def note(self, digest: str, odd: Sequence[OddRecord], seen: Mapping[str, bytes]) -> None:
        """The bits take the place of those of before."""
        if odd:
            rows = [
                {"digest": digest, "line": one.line, "matricule": one.matricule, "problems": one.problems}
                for one in odd
            ]
            self._connection.execute(insert(odd_record), rows)
        self._connection.execute(delete(seen_matricules).where(seen_matricules.c.digest == digest))
        if seen:
            rows = [{"digest": digest, "caf": caf, "bits": zstandard.compress(bits, 1)} for caf, bits in seen.items()]
            self._connection.execute(insert(seen_matricules), rows)

    def odd(self, digest: str) -> Sequence[OddRecord]:
        """One query."""
        rows = self._connection.execute(
            select(odd_record).where(odd_record.c.digest == digest).order_by(odd_record.c.line)
        )
        return [
            OddRecord(row.line, row.matricule, tuple((path, reason) for path, reason in row.problems)) for row in rows
        ]

    def seen(self, digest: str) -> Mapping[str, bytes]:
        """One query."""
        rows = self._connection.execute(select(seen_matricules).where(seen_matricules.c.digest == digest))
        return {row.caf: zstandard.decompress(row.bits) for row in rows}

    def remove(self, digest: str) -> None:
        """With what belongs to it."""
        for table in (odd_record, seen_matricules, unfinished_file):
            self._connection.execute(delete(table).where(table.c.digest == digest))

    def _change(self, digest: str, **values: Any) -> None:
        self._connection.execute(update(unfinished_file).where(unfinished_file.c.digest == digest).values(**values))


def _file(row: Any) -> UnfinishedFile:
    return UnfinishedFile(**{name: getattr(row, name) for name in _NAMES})

"""`Words` in SQL."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from audit.adapters.database.tables import word, word_list
from servicekit.database.prepared import PreparedStatement
from servicekit.event_words import Word

_LISTS = PreparedStatement(select(func.count()).select_from(word_list))
_TELLING = (word.c.kind, word.c.code, word.c.french, word.c.english, word.c.form)


class SqlWords:
    """The tables `word_list` and `word`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def has(self, service: str, digest: bytes) -> bool:
        """See `Words.has`."""
        known = select(word_list.c.service).where(word_list.c.service == service, word_list.c.digest == digest)
        return self._connection.execute(known).first() is not None

    def add(self, service: str, digest: bytes, words: Sequence[Word], at_us: int) -> int:
        """See `Words.add`."""
        kept = {"service": service, "digest": digest, "received_at_us": at_us}
        self._connection.execute(insert(word_list).values(kept))
        rows = [
            {"service": service, "kind": one.kind, "code": one.code}
            | {"french": one.french, "english": one.english, "form": one.form}
            for one in words
        ]
        old = delete(word).where(
            word.c.service == service, word.c.kind == bindparam("old_kind"), word.c.code == bindparam("old_code")
        )
        self._connection.execute(old, [{"old_kind": one.kind, "old_code": one.code} for one in words])
        self._connection.execute(insert(word), rows)
        count = select(func.count()).select_from(word).where(word.c.service == service)
        return self._connection.execute(count).scalar_one()

    def lists(self) -> int:
        """See `Words.lists`."""
        row = _LISTS.first(self._connection, {})
        return 0 if row is None else int(row[0])

    def all(self) -> Sequence[tuple[str, Word]]:
        """See `Words.all`."""
        rows = self._connection.execute(select(word.c.service, *_TELLING)).all()
        return [
            (row.service, Word(kind=row.kind, code=row.code, french=row.french, english=row.english, form=row.form))
            for row in rows
        ]

"""`Tree` in SQL: one row of state, and one row per tile."""

from collections.abc import Sequence

from sqlalchemy import Connection, Integer, bindparam, insert, literal_column, select, update

from audit.adapters.database.tables import tile, tree_state
from audit.domain.merkle import Frontier
from audit.domain.refusals import JournalDamagedError
from audit.domain.tiles import TILE_WIDTH, GrownTile
from audit.use_cases.ports import TreeState
from servicekit.database.prepared import PreparedStatement

_EDGE = select(tile.c.hashes).where(
    tile.c.level == literal_column("0"), tile.c.number == tree_state.c.size // literal_column(str(TILE_WIDTH), Integer)
)
_STATE = select(tree_state.c.size, tree_state.c.frontier, tree_state.c.last_received_at_us, _EDGE.scalar_subquery())
_READ, _LOCK = PreparedStatement(_STATE), PreparedStatement(_STATE.with_for_update(of=tree_state))
_SAVE = PreparedStatement(
    update(tree_state).values(
        size=bindparam("new_size"),
        frontier=bindparam("new_frontier"),
        last_received_at_us=bindparam("new_last_received_at_us"),
    )
)
_OF_TILE = (tile.c.level == bindparam("of_level"), tile.c.number == bindparam("of_number"))
_TILE = PreparedStatement(select(tile.c.hashes).where(*_OF_TILE))
_NEW_TILE = PreparedStatement(insert(tile))
_GROW_TILE = PreparedStatement(update(tile).where(*_OF_TILE).values(hashes=bindparam("new_hashes")))


class SqlTree:
    """The tree in `tree_state` and `tile`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> TreeState:
        """See `Tree.lock`. PostgreSQL locks the row; SQLite has one writer anyway."""
        return self._read(for_update=True)

    def state(self) -> TreeState:
        """See `Tree.state`."""
        return self._read(for_update=False)

    def save(self, state: TreeState, tiles: Sequence[GrownTile]) -> None:
        """See `Tree.save`."""
        values = {
            "new_size": state.frontier.size,
            "new_frontier": state.frontier.to_bytes(),
            "new_last_received_at_us": state.last_received_at_us,
        }
        _SAVE.run(self._connection, values)
        for one in tiles:
            if one.had:
                grown = {"of_level": one.level, "of_number": one.number, "new_hashes": one.hashes}
                _GROW_TILE.run(self._connection, grown)
        new = [{"level": one.level, "number": one.number, "hashes": one.hashes} for one in tiles if not one.had]
        _NEW_TILE.run_many(self._connection, new)

    def tile(self, level: int, number: int) -> bytes:
        """See `Tree.tile`."""
        row = _TILE.first(self._connection, {"of_level": level, "of_number": number})
        return b"" if row is None else bytes(row[0])

    def _read(self, *, for_update: bool) -> TreeState:
        row = (_LOCK if for_update else _READ).first(self._connection, {})
        if row is None:
            raise JournalDamagedError("the state of the tree is not there")
        size, written, last_received_at_us, edge = row
        try:
            frontier = Frontier.from_bytes(size, bytes(written))
        except ValueError as error:
            raise JournalDamagedError("the state of the tree contradicts itself") from error
        return TreeState(frontier, last_received_at_us, b"" if edge is None else bytes(edge))

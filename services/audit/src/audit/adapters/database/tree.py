"""`Tree` in SQL: one row of state, and the roots of complete subtrees at every eighth level."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, select, update

from audit.adapters.database.tables import entry, tree_node, tree_state
from audit.domain.merkle import Frontier, Node
from audit.domain.proofs import NodeSource
from audit.domain.refusals import JournalDamagedError
from audit.use_cases.ports import TreeState
from servicekit.database.prepared import PreparedStatement

_STATE = select(tree_state.c.size, tree_state.c.frontier, tree_state.c.last_received_at_us)
_READ, _LOCK = PreparedStatement(_STATE), PreparedStatement(_STATE.with_for_update())
_SAVE = PreparedStatement(
    update(tree_state).values(
        size=bindparam("new_size"),
        frontier=bindparam("new_frontier"),
        last_received_at_us=bindparam("new_last_received_at_us"),
    )
)
_INSERT_NODE = PreparedStatement(insert(tree_node))


class SqlTree:
    """The tree in `tree_state` and `tree_node`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> TreeState:
        """See `Tree.lock`. PostgreSQL locks the row; SQLite has one writer anyway."""
        return self._read(for_update=True)

    def state(self) -> TreeState:
        """See `Tree.state`."""
        return self._read(for_update=False)

    def save(self, state: TreeState, completed: Sequence[Node]) -> None:
        """See `Tree.save`."""
        values = {
            "new_size": state.frontier.size,
            "new_frontier": state.frontier.to_bytes(),
            "new_last_received_at_us": state.last_received_at_us,
        }
        _SAVE.run(self._connection, values)
        rows = [{"level": node.level, "position": node.position, "hash": node.hash} for node in completed]
        _INSERT_NODE.run_many(self._connection, rows)

    def nodes(self) -> NodeSource:
        """See `Tree.nodes`."""
        return SqlNodes(self._connection)

    def _read(self, *, for_update: bool) -> TreeState:
        row = (_LOCK if for_update else _READ).first(self._connection, {})
        if row is None:
            raise JournalDamagedError("the state of the tree is not there")
        size, written, last_received_at_us = row
        try:
            frontier = Frontier.from_bytes(size, bytes(written))
        except ValueError as error:
            raise JournalDamagedError("the state of the tree contradicts itself") from error
        return TreeState(frontier, last_received_at_us)


class SqlNodes:
    """`NodeSource` over the leaves and the kept nodes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """See `NodeSource.hashes`.

        Raises:
            JournalDamagedError: some of them are not there.
        """
        if level == 0:
            position, query = entry.c.leaf_index, select(entry.c.leaf_hash)
        else:
            position = tree_node.c.position
            query = select(tree_node.c.hash).where(tree_node.c.level == level)
        within = query.where(position >= first, position < first + count).order_by(position)
        found = [bytes(value) for value in self._connection.execute(within).scalars()]
        if len(found) != count:
            raise JournalDamagedError(f"{count - len(found)} hashes of level {level} are missing")
        return found

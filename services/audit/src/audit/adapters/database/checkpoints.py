"""`Checkpoints` and `Shards` in SQL."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from audit.adapters.database.tables import checkpoint, shard
from audit.domain.checkpoint import SignedCheckpoint, TreeHead
from audit.use_cases.ports import StoredShard
from servicekit.database.prepared import PreparedStatement

_SHARD = select(shard.c.name, shard.c.key_check, shard.c.destroyed_by)
_SHARDS = PreparedStatement(_SHARD.order_by(shard.c.name))
_ONE_SHARD = PreparedStatement(_SHARD.where(shard.c.name == bindparam("of_name")))


class SqlCheckpoints:
    """Signed checkpoints in the table of that name."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, checkpoint_to_keep: SignedCheckpoint) -> None:
        """See `Checkpoints.add`."""
        head = checkpoint_to_keep.head
        known = self._connection.execute(select(checkpoint.c.size).where(checkpoint.c.size == head.size)).first()
        if known is None:
            values = {"size": head.size, "root": head.root, "signed_note": checkpoint_to_keep.note}
            self._connection.execute(insert(checkpoint).values(values))

    def newest(self) -> SignedCheckpoint | None:
        """See `Checkpoints.newest`."""
        row = self._connection.execute(select(checkpoint).order_by(checkpoint.c.size.desc()).limit(1)).one_or_none()
        return None if row is None else SignedCheckpoint(TreeHead(row.size, bytes(row.root)), row.signed_note)

    def all(self) -> Sequence[SignedCheckpoint]:
        """See `Checkpoints.all`."""
        rows = self._connection.execute(select(checkpoint).order_by(checkpoint.c.size)).all()
        return [SignedCheckpoint(TreeHead(row.size, bytes(row.root)), row.signed_note) for row in rows]

    def count(self) -> int:
        """See `Checkpoints.count`."""
        return self._connection.execute(select(func.count()).select_from(checkpoint)).scalar_one()

    def remove(self, sizes: Sequence[int]) -> None:
        """See `Checkpoints.remove`."""
        for size in sizes:
            self._connection.execute(delete(checkpoint).where(checkpoint.c.size == size))


class SqlShards:
    """Months and classes in the table `shard`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> Sequence[StoredShard]:
        """See `Shards.all`."""
        return [StoredShard(name, bytes(check), act) for name, check, act in _SHARDS.all(self._connection, {})]

    def find(self, name: str) -> StoredShard | None:
        """See `Shards.find`."""
        row = _ONE_SHARD.first(self._connection, {"of_name": name})
        return None if row is None else StoredShard(row[0], bytes(row[1]), row[2])

    def add(self, new: StoredShard) -> None:
        """See `Shards.add`. Called while the tree is locked, so nobody adds the same one in between."""
        if self.find(new.name) is None:
            self._connection.execute(insert(shard).values(name=new.name, key_check=new.key_check))

    def destroy(self, name: str, act_index: int) -> None:
        """See `Shards.destroy`."""
        self._connection.execute(update(shard).where(shard.c.name == name).values(destroyed_by=act_index))

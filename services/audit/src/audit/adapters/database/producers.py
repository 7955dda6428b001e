"""`Producers` in SQL: one row per producer epoch, one per hole."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from audit.adapters.database.tables import producer_hole, producer_state
from audit.domain.producer_chain import Chain, Hole


class SqlProducers:
    """Chains in `producer_state`, their holes in `producer_hole`. Written only while the tree is locked."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def chain(self, service: str, epoch: str) -> Chain:
        """See `Producers.chain`."""
        state = producer_state.c
        query = select(state.next, state.last_hash, state.last_received_at_us)
        row = self._connection.execute(query.where(state.service == service, state.epoch == epoch)).one_or_none()
        if row is None:
            return Chain(service, epoch)
        holes = self._holes(service, epoch)
        return Chain(service, epoch, row.next, bytes(row.last_hash), row.last_received_at_us, holes)

    def save(self, chain: Chain) -> None:
        """See `Producers.save`."""
        state = producer_state.c
        values = {
            "next": chain.next,
            "last_hash": chain.last_hash,
            "last_received_at_us": chain.last_received_at_us,
        }
        which = (state.service == chain.service, state.epoch == chain.epoch)
        changed = self._connection.execute(update(producer_state).where(*which).values(values))
        if changed.rowcount == 0:
            place = {"service": chain.service, "epoch": chain.epoch}
            self._connection.execute(insert(producer_state).values({**place, **values}))
        self._save_holes(chain)

    def chains(self, limit: int) -> Sequence[Chain]:
        """See `Producers.chains`."""
        state = producer_state.c
        newest = select(producer_state).order_by(state.last_received_at_us.desc(), state.service, state.epoch)
        rows = self._connection.execute(newest.limit(limit))
        return [Chain(row.service, row.epoch, row.next, bytes(row.last_hash), row.last_received_at_us) for row in rows]

    def holes(self, since_before_us: int) -> Sequence[tuple[str, str, Hole]]:
        """See `Producers.holes`."""
        hole = producer_hole.c
        old = select(producer_hole).where(hole.hole_since_us < since_before_us)
        rows = self._connection.execute(old.order_by(hole.hole_since_us, hole.service, hole.epoch, hole.first))
        return [(row.service, row.epoch, Hole(row.first, row.end, row.hole_since_us)) for row in rows]

    def _holes(self, service: str, epoch: str) -> tuple[Hole, ...]:
        hole = producer_hole.c
        query = select(hole.first, hole.end, hole.hole_since_us).order_by(hole.first)
        rows = self._connection.execute(query.where(hole.service == service, hole.epoch == epoch))
        return tuple(Hole(row.first, row.end, row.hole_since_us) for row in rows)

    def _save_holes(self, chain: Chain) -> None:
        stored = self._holes(chain.service, chain.epoch)
        if stored == chain.holes:
            return
        hole = producer_hole.c
        which = (hole.service == chain.service, hole.epoch == chain.epoch)
        self._connection.execute(delete(producer_hole).where(*which))
        place = {"service": chain.service, "epoch": chain.epoch}
        rows = [{**place, "first": one.first, "end": one.end, "hole_since_us": one.since_us} for one in chain.holes]
        if rows:
            self._connection.execute(insert(producer_hole), rows)

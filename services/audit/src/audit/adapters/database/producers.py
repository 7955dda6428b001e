"""`Producers` in SQL: one row per producer epoch, one per hole."""

from collections.abc import Collection, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, or_, select, update

from audit.adapters.database.tables import producer_hole, producer_state
from audit.domain.producer_chain import Hole, ProducerChain
from servicekit.database.prepared import PreparedStatement

_STATE = select(
    producer_state.c.service,
    producer_state.c.epoch,
    producer_state.c.next,
    producer_state.c.last_hash,
    producer_state.c.last_received_at_us,
    producer_hole.c.first,
    producer_hole.c.end,
    producer_hole.c.hole_since_us,
).outerjoin_from(
    producer_state,
    producer_hole,
    and_(producer_hole.c.service == producer_state.c.service, producer_hole.c.epoch == producer_state.c.epoch),
)


def _load(size: int) -> PreparedStatement:
    """For so many places at once: one statement is one round trip."""
    these = [
        and_(
            producer_state.c.service == bindparam(f"service_{number}"),
            producer_state.c.epoch == bindparam(f"epoch_{number}"),
        )
        for number in range(size)
    ]
    order = (producer_state.c.service, producer_state.c.epoch, producer_hole.c.first)
    return PreparedStatement(_STATE.where(or_(*these)).order_by(*order))


_LOAD = {size: _load(size) for size in (1, 2, 4, 8, 16, 32)}
_MOST = max(_LOAD)
_ADD = PreparedStatement(insert(producer_state))
_GROW = PreparedStatement(
    update(producer_state)
    .where(producer_state.c.service == bindparam("of_service"), producer_state.c.epoch == bindparam("of_epoch"))
    .values(
        next=bindparam("new_next"),
        last_hash=bindparam("new_last_hash"),
        last_received_at_us=bindparam("new_last_received_at_us"),
    )
)


class SqlProducers:
    """Chains in `producer_state`, their holes in `producer_hole`. Written only while the tree is locked."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def load(self, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], ProducerChain]:
        """See `Producers.load`."""
        asked = list(places)
        found = {place: ProducerChain(*place) for place in asked}
        for begin in range(0, len(asked), _MOST):
            for place, rows in groupby(self._rows(asked[begin : begin + _MOST]), key=itemgetter(0, 1)):
                found[place] = _chain(list(rows))
        return found

    def _rows(self, places: Sequence[tuple[str, str]]) -> list[tuple[Any, ...]]:
        size = next(size for size in _LOAD if size >= len(places))
        values: dict[str, str] = {}
        for number in range(size):
            service, epoch = places[min(number, len(places) - 1)]
            values |= {f"service_{number}": service, f"epoch_{number}": epoch}
        return _LOAD[size].all(self._connection, values)

    def save(self, before: Collection[ProducerChain], after: Collection[ProducerChain]) -> None:
        """See `Producers.save`."""
        old = {(chain.service, chain.epoch): chain for chain in before}
        new = [_values(chain) for chain in after if _is_new(old[chain.service, chain.epoch])]
        grown = [_growth(chain) for chain in after if not _is_new(old[chain.service, chain.epoch])]
        _ADD.run_many(self._connection, new)
        _GROW.run_many(self._connection, grown)
        for chain in after:
            if chain.holes != old[chain.service, chain.epoch].holes:
                self._save_holes(chain)

    def chains(self, limit: int) -> Sequence[ProducerChain]:
        """See `Producers.chains`."""
        state = producer_state.c
        newest = select(producer_state).order_by(state.last_received_at_us.desc(), state.service, state.epoch)
        rows = self._connection.execute(newest.limit(limit))
        return [
            ProducerChain(row.service, row.epoch, row.next, bytes(row.last_hash), row.last_received_at_us)
            for row in rows
        ]

    def holes(self, since_before_us: int) -> Sequence[tuple[str, str, Hole]]:
        """See `Producers.holes`."""
        hole = producer_hole.c
        old = select(producer_hole).where(hole.hole_since_us < since_before_us)
        rows = self._connection.execute(old.order_by(hole.hole_since_us, hole.service, hole.epoch, hole.first))
        return [(row.service, row.epoch, Hole(row.first, row.end, row.hole_since_us)) for row in rows]

    def _save_holes(self, chain: ProducerChain) -> None:
        hole = producer_hole.c
        which = (hole.service == chain.service, hole.epoch == chain.epoch)
        self._connection.execute(delete(producer_hole).where(*which))
        place = {"service": chain.service, "epoch": chain.epoch}
        rows = [{**place, "first": one.first, "end": one.end, "hole_since_us": one.since_us} for one in chain.holes]
        if rows:
            self._connection.execute(insert(producer_hole), rows)


def _chain(rows: Sequence[tuple[Any, ...]]) -> ProducerChain:
    """That of the rows of one place: one for each hole, or one without."""
    service, epoch, expected, last_hash, last_received_at_us = rows[0][:5]
    holes = tuple(Hole(first, end, since_us) for *_, first, end, since_us in rows if first is not None)
    return ProducerChain(service, epoch, expected, bytes(last_hash), last_received_at_us, holes)


def _is_new(chain: ProducerChain) -> bool:
    """Whether nothing was ever written of it: a chain that accepted one event expects at least number 1."""
    return chain.next == 0


def _values(chain: ProducerChain) -> dict[str, Any]:
    """The columns of a new row."""
    return {"service": chain.service, "epoch": chain.epoch, **_state(chain)}


def _growth(chain: ProducerChain) -> dict[str, Any]:
    """The parameters of `_GROW`."""
    return {
        "of_service": chain.service,
        "of_epoch": chain.epoch,
        **{f"new_{name}": value for name, value in _state(chain).items()},
    }


def _state(chain: ProducerChain) -> dict[str, Any]:
    return {
        "next": chain.next,
        "last_hash": chain.last_hash,
        "last_received_at_us": chain.last_received_at_us,
    }

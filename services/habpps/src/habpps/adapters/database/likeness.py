"""Which people of an organisation hold the same places in the same way, counted by the database."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, func, literal_column, or_, select

from habpps.adapters.database import tables
from habpps.domain.states import HabilitationState

_user = tables.professional.c
_habilitation = tables.habilitation.c
_OPENING = ("group_id", "profile", "contracts", "state")
_NAMED = 3  # of each kind of people

HELD = _habilitation.state != HabilitationState.WITHDRAWN.value


def first_of_each_kind(of_it: ColumnElement[bool], today: date, apart: Collection[str]) -> Select[Any]:
    """The first people of each kind. `first`: the first of them; `people`: how many they are.

    Of one kind are those in one state who hold the same places, whenever and in whatever order they got them: only
    whether a place has begun and is not over counts. Whoever is `apart` is of a kind of their own.

    `of_it`: which places.
    """
    alone = or_(_user.id.in_(apart), _user.account_id.in_(apart))
    place: ColumnElement[str] = case((_habilitation.starts_on > today, "later"), else_="begun")
    place += case((_habilitation.ends_on < today, "|over"), else_="|")
    for name in _OPENING:
        place += "|" + cast(_habilitation[name], Text)
    places = (
        select(_habilitation.user_id, case((alone, _user.id), else_=_user.state).label("kind"), place.label("place"))
        .select_from(tables.habilitation.join(tables.professional, _user.id == _habilitation.user_id))
        .where(and_(of_it, HELD))
        .subquery()
    )
    held = func.string_agg(places.c.place, literal_column("'#' ORDER BY place")).label("held")
    each = select(places.c.user_id, places.c.kind, held).group_by(places.c.user_id, places.c.kind).subquery()
    alike = (each.c.kind, each.c.held)
    counted = select(
        each.c.user_id,
        func.count().over(partition_by=alike).label("people"),
        func.min(each.c.user_id).over(partition_by=alike).label("first"),
        func.row_number().over(partition_by=alike, order_by=each.c.user_id).label("number"),
    ).subquery()
    return select(counted).where(counted.c.number <= _NAMED).order_by(counted.c.first, counted.c.number)

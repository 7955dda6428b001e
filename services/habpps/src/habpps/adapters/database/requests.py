"""Acts that wait for a second person, in a table; their content is JSON."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from habpps.adapters.acts_as_json import ActsAsJson
from habpps.adapters.database import tables
from habpps.adapters.database.within import Within
from habpps.domain.review_rule import Decider
from habpps.use_cases.acts import ACTS
from habpps.use_cases.people_ports import Listing
from habpps.use_cases.request_ports import ActRequest, RequestState

_JSON = ActsAsJson(ACTS)
_request = tables.request.c


class SqlRequests(Within):
    """Implements ports.Requests."""

    def get(self, request_id: str) -> ActRequest | None:
        """Return one."""
        row = self._one(tables.request, request_id, "request")
        return None if row is None else _to_request(row)

    def of(
        self, organisation_id: str, caf: str, listing: Listing, *, for_caf: bool = False
    ) -> tuple[tuple[ActRequest, ...], int]:
        """Return a page of those of a side, newest first, and how many there are."""
        wanted = self._pair(tables.request, organisation_id)
        if for_caf:
            wanted |= self._seen(tables.request) & (_request.decider == Decider.CAF.value)
        wanted &= _request.caf == caf
        if listing.state:
            wanted &= _request.state == listing.state
        total = self._connection.execute(select(func.count()).select_from(tables.request).where(wanted)).scalar_one()
        page = select(tables.request).where(wanted).order_by(_request.id.desc()).limit(listing.size)
        rows = self._connection.execute(page.offset((listing.page - 1) * listing.size))
        return tuple(map(_to_request, rows)), total

    def expired(self, now: datetime) -> tuple[ActRequest, ...]:
        """Return those that wait although their time is over, oldest first."""
        over = (
            self._seen(tables.request) & (_request.state == RequestState.WAITING.value) & (_request.expires_at <= now)
        )
        rows = self._connection.execute(select(tables.request).where(over).order_by(_request.id))
        return tuple(map(_to_request, rows))

    def save(self, *requests: ActRequest) -> None:
        """Add or replace."""
        self._put(tables.request, *map(_of_request, requests))


def _of_request(request: ActRequest) -> dict[str, Any]:
    row = {one.name: getattr(request, one.name) for one in fields(request) if one.name != "act"}
    content = {} if request.act is None else _JSON.written(request.act)[1]
    return {**row, "state": request.state.value, "decider": request.decider.value, "content": content}


def _to_request(row: Row[Any]) -> ActRequest:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a mapping
    content, state = values.pop("content"), RequestState(values["state"])
    act = _JSON.read(values["name"], content) if state is RequestState.WAITING else None
    return ActRequest(**{**values, "state": state, "decider": Decider(values["decider"]), "act": act})

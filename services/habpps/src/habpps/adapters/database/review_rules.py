"""The rules that Cafs have made for who reviews, in a table."""

from typing import Any

from sqlalchemy import Connection, Row, select

from habpps.adapters.database import tables
from habpps.adapters.database.statements import put
from habpps.domain.reach import OutOfReachError, Reach
from habpps.domain.review_rule import Decider, ReviewRule, When

_rule = tables.review_rule.c


class SqlReviewRules:
    """Implements ports.ReviewRules."""

    def __init__(self, connection: Connection, reach: Reach) -> None:
        self._connection = connection
        self._reach = reach

    def made_for(self, act: str) -> ReviewRule | None:
        """Return the rule for an act."""
        wanted = (_rule.caf == self._reach.one_caf()) & (_rule.act == act)
        row = self._connection.execute(select(tables.review_rule).where(wanted)).one_or_none()
        return None if row is None else _to_rule(row)

    def made(self) -> tuple[ReviewRule, ...]:
        """Return all, by act."""
        statement = select(tables.review_rule).where(_rule.caf == self._reach.one_caf()).order_by(_rule.act)
        return tuple(map(_to_rule, self._connection.execute(statement)))

    def save(self, rule: ReviewRule) -> None:
        """Add or replace."""
        if self._reach.caf not in (None, rule.caf) or self._reach.organisation_id is not None:
            raise OutOfReachError(f"the rules of Caf {rule.caf} are not within {self._reach}")
        row = {"caf": rule.caf, "act": rule.act, "people": rule.people}
        put(self._connection, tables.review_rule, {**row, "waits": rule.when.value, "decider": rule.decider.value})


def _to_rule(row: Row[Any]) -> ReviewRule:
    return ReviewRule(
        caf=row.caf,
        act=row.act,
        when=When(row.waits),
        people=row.people,
        decider=Decider(row.decider),
        changes=row.changes,
    )

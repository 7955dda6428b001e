"""The rules for who reviews, in memory."""

from habpps.domain.reach import OutOfReachError
from habpps.domain.review_rule import ReviewRule
from tests.habpps.rows import Rows


class InMemoryReviewRules(Rows[ReviewRule]):
    kind = "review rule"

    def is_seen(self, row: ReviewRule) -> bool:
        return self.reach.caf in (None, row.caf)

    def made_for(self, act: str) -> ReviewRule | None:
        caf = self.reach.one_caf()
        return next((row for row in self.made() if (row.caf, row.act) == (caf, act)), None)

    def made(self) -> tuple[ReviewRule, ...]:
        self.reach.one_caf()
        return self.where(lambda _row: True)

    def save(self, *rows: ReviewRule) -> None:
        if self.reach.organisation_id is not None:
            raise OutOfReachError(rows)
        super().save(*rows)

"""What is kept of an act that waits for a second person, and of the rules for which do. `use_cases.requests` says what
happens to it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from habpps.domain.act import Act
from habpps.domain.authorship import Author
from habpps.domain.review_rule import Decider, ReviewRule
from habpps.use_cases.people_ports import Listing


class RequestState(StrEnum):
    """Life of a request; all but the first are final."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class ActRequest:
    """An act that waits, or waited.

    `organisation_id`, `caf`: the side of whoever asks. `about`: the organisation that the act is about. `name`: of the
    act. `act` None: it is decided, and what it named is forgotten. `decider`: who may approve, as the rule said when it
    was asked. `asked_by`, `decided_by`: administrators.
    """

    id: str
    organisation_id: str
    caf: str
    about: str
    name: str
    act: Act[Any] | None
    label: str
    asked_by: str
    asked_by_name: str
    asked_at: datetime
    expires_at: datetime
    state: RequestState = RequestState.WAITING
    decider: Decider = Decider.SAME_SIDE
    decided_by: str = ""
    decided_by_name: str = ""
    decided_at: datetime | None = None
    reason: str = ""

    def decided(self, state: RequestState, by: Author, at: datetime, reason: str) -> "ActRequest":
        """Return it in a final state."""
        return replace(
            self,
            state=state,
            act=None,
            decided_by=by.administrator_id,
            decided_by_name=by.display_name,
            decided_at=at,
            reason=reason,
        )


class Requests(Protocol):
    """The requests of every side."""

    def get(self, request_id: str) -> ActRequest | None:
        """Return one."""
        ...

    def of(
        self, organisation_id: str, caf: str, listing: Listing, *, for_caf: bool = False
    ) -> tuple[tuple[ActRequest, ...], int]:
        """Return a page of those of a side, newest first, and how many there are; `state` filters.

        `for_caf`: with those of the partners of the Caf that it decides.
        """
        ...

    def expired(self, now: datetime) -> tuple[ActRequest, ...]:
        """Return those that wait although their time is over, oldest first."""
        ...

    def save(self, *requests: ActRequest) -> None:
        """Add or replace."""
        ...


class ReviewRules(Protocol):
    """The rules that Cafs have made for acts that may open something; all of the one Caf within reach."""

    def made_for(self, act: str) -> ReviewRule | None:
        """Return the rule for an act; None: the Caf has made none."""
        ...

    def made(self) -> tuple[ReviewRule, ...]:
        """Return all, by act."""
        ...

    def save(self, rule: ReviewRule) -> None:
        """Add or replace.

        Raises:
            OutOfReachError: it is of another Caf, or a partner writes it.
        """
        ...

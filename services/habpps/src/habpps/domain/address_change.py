"""Another address of a person, which holds once it is proved by a link sent to it."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from habpps.domain.refusals import AddressChangeClosedError

LIFE = timedelta(days=3)
"""How long a new address can be proved."""


class AddressChangeState(StrEnum):
    """`asked`: the link was sent."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class AddressChange:
    """Asked in one organisation, for its work with one Caf; the address so far holds until it is confirmed."""

    id: str
    account_id: str
    organisation_id: str
    caf: str
    email: str
    asked_by: str
    created_at: datetime
    expires_at: datetime
    state: AddressChangeState = AddressChangeState.ASKED
    changes: int = field(default=0, compare=False)
    """How often it was changed since it was made; the store counts."""

    def is_open(self, now: datetime) -> bool:
        """Say whether it can still be proved."""
        return self.state is AddressChangeState.ASKED and now < self.expires_at

    def closed(self, state: AddressChangeState, now: datetime) -> "AddressChange":
        """Confirm it or take it back.

        Raises:
            AddressChangeClosedError: it is neither waiting nor in time.
        """
        if not self.is_open(now):
            raise AddressChangeClosedError(f"change of address {self.id} is {self.state.value}")
        return replace(self, state=state)

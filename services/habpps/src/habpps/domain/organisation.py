"""Partner organisations and the convention that binds each to its Caf."""

from dataclasses import dataclass, field, replace
from datetime import date

from habpps.domain.states import CONVENTION, CONVENTION_OVER, ConventionEvent, ConventionState

LONGEST_ORGANISATION_NAME = 120
LONGEST_REFERENCE = 40
LONGEST_CAPACITY = 120
LONGEST_CONTACT = 160


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """A partner, or a Caf itself (kind "caf"), once for all Cafs.

    `name`: within the reach of one Caf as that Caf's convention says it. `caf`: of a Caf itself; empty for a partner.
    """

    id: str
    siret: str
    name: str
    caf: str = ""
    kind: str = "partner"
    state: str = "active"


@dataclass(frozen=True)
class Signatory:
    """Who signed, in which capacity, and when (None: not yet)."""

    name: str
    capacity: str
    signed_on: date | None


@dataclass(frozen=True, kw_only=True)
class Convention:
    """The convention of access with one Caf; one at a time is not over.

    `organisation_name` and `contact`: the organisation, and whom to speak to there, as this Caf knows them. `ends_on`
    None means tacit renewal: nothing to do each year.
    """

    id: str
    organisation_id: str
    caf: str
    organisation_name: str
    contact: str = ""
    reference: str
    state: ConventionState
    starts_on: date
    ends_on: date | None
    partner_signatory: Signatory
    caf_signatory: Signatory
    changes: int = field(default=0, compare=False)
    """How often it was changed since it was made; the store counts."""

    @property
    def is_signed(self) -> bool:
        """Both sides have signed."""
        return self.partner_signatory.signed_on is not None and self.caf_signatory.signed_on is not None

    @property
    def is_over(self) -> bool:
        """Ended or terminated: nothing can happen to it any more."""
        return self.state.value in CONVENTION_OVER

    def after(self, event: ConventionEvent) -> "Convention":
        """Take one step of the state machine.

        Raises:
            TransitionRefusedError: not from this state.
        """
        return replace(self, state=CONVENTION.after(self.state, event))

    def opens_on(self, today: date) -> bool:
        """Say whether the convention opens anything today; a denounced one works until the end of its notice."""
        alive = self.state in {ConventionState.ACTIVE, ConventionState.DENOUNCED}
        return alive and self.starts_on <= today and (self.ends_on is None or today <= self.ends_on)


def why_dates_refused(starts_on: date | None, ends_on: date | None) -> dict[str, str]:
    """Return field -> reason code for a period."""
    if starts_on is None:
        return {"starts_on": "EMPTY"}
    if ends_on is not None and ends_on < starts_on:
        return {"ends_on": "ENDS_BEFORE_START"}
    return {}

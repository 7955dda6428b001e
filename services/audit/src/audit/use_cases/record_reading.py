"""What an auditor reads is an event of the journal itself, on disk before anything is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.domain.event import Act, canonical_json
from audit.use_cases.append_events import OrderedJournal
from audit.use_cases.times import microseconds
from servicekit.clock import Clock
from servicekit.identifiers import new_id
from servicekit.references import current_reference

_APPEND_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Auditor:
    """Who is looking: account, organisation, and whose events may be seen (a Caf, or "national")."""

    account_id: str
    organisation_id: str | None
    owner: str


@dataclass(frozen=True)
class RecordReading:
    """Records what an auditor does; it belongs to whom the auditor reads for."""

    journal: OrderedJournal
    clock: Clock

    def __call__(
        self, auditor: Auditor, event_type: str, payload: Mapping[str, Any], subject: str | None = None
    ) -> str:
        """The id of the event, once it is on disk.

        Raises:
            JournalUnavailableError: it could not be recorded, so nothing may be shown.
        """
        act = Act(
            event_id=new_id(),
            type=event_type,
            occurred_at_us=microseconds(self.clock.now()),
            decision="granted",
            owner=auditor.owner,
            actor_id=auditor.account_id,
            organisation_id=auditor.organisation_id,
            subject=subject,
            payload=canonical_json(payload),
            reference=current_reference(),
        )
        self.journal.append((act,), _APPEND_TIMEOUT_SECONDS)
        return act.event_id

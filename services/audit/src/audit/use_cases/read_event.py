"""An auditor opens one event of a search: everything in clear, with the proof that the journal holds it."""

from dataclasses import dataclass

from audit.domain.checkpoint import SignedCheckpoint
from audit.domain.entry import ParsedEntry, parse_entry
from audit.domain.merkle import leaf_hash
from audit.domain.proofs import inclusion_holds
from audit.domain.refusals import EventUnknownError
from audit.use_cases.find_names import JournalNames
from audit.use_cases.ports import EntryRow, JournalStore, Repositories
from audit.use_cases.prove_inclusion import InclusionProof, prove
from audit.use_cases.record_reading import Auditor, RecordReading
from audit.use_cases.search_events import FoundEvent, ReadResults

READ_TYPE = "audit.event.consulted"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """One event in full. Without `proof` the event is newer than the last checkpoint (they come every second)."""

    case_number: str
    found: FoundEvent
    entry: ParsedEntry
    proof: InclusionProof | None
    proof_holds: bool
    checkpoint: SignedCheckpoint | None
    names: JournalNames


@dataclass(frozen=True)
class ReadEvent:
    """Reads one event for a case; that reading is an event too, written before the page is shown."""

    store: JournalStore
    results: ReadResults
    record: RecordReading

    def __call__(self, auditor: Auditor, search_id: str, event_id: str) -> EventPage:
        """The event in full.

        Raises:
            EventUnknownError: no such search or event, or an event of another owner.
            SearchNotYoursError: the search belongs to another auditor.
            JournalUnavailableError: the reading could not be recorded.
        """
        case_number = self.results.question(auditor, search_id).case_number
        row, checkpoint, proof = self.store.read(lambda repositories: _load(repositories, event_id))
        if row is None or row.keys.owner != auditor.owner:
            raise EventUnknownError("no such event for this auditor")
        told = {"case_number": case_number, "search_id": search_id, "event_id": event_id}
        self.record(auditor, READ_TYPE, told, f"event:{event_id}")
        (found,) = self.results.judged(auditor, (row,))
        return EventPage(
            case_number=case_number,
            found=found,
            entry=parse_entry(row.data),
            proof=proof,
            proof_holds=_holds(row, proof, checkpoint),
            checkpoint=checkpoint,
            names=self.results.names(auditor, (found,)),
        )


def _load(
    repositories: Repositories, event_id: str
) -> tuple[EntryRow | None, SignedCheckpoint | None, InclusionProof | None]:
    known = repositories.entries.by_event_ids([event_id]).get(event_id)
    if known is None:
        return None, None, None
    row = repositories.entries.between(known.index, known.index + 1)[0]
    checkpoint = repositories.checkpoints.newest()
    if checkpoint is None or row.index >= checkpoint.head.size:
        return row, checkpoint, None
    return row, checkpoint, prove(repositories, row, checkpoint.head.size)


def _holds(row: EntryRow, proof: InclusionProof | None, checkpoint: SignedCheckpoint | None) -> bool:
    if proof is None or checkpoint is None:
        return False
    head = checkpoint.head
    return inclusion_holds(leaf_hash(row.data), row.index, head.size, proof.path, head.root)

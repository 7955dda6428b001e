"""An auditor takes the results of a search away: recorded in the journal before a line is given."""

from dataclasses import dataclass

from audit.use_cases.find_names import JournalNames
from audit.use_cases.ports import EntryRow
from audit.use_cases.record_reading import Auditor, RecordReading
from audit.use_cases.search_events import FoundEvent, ReadResults

EXPORTED_TYPE = "audit.results.exported"
MOST_EXPORTED = 5000


@dataclass(frozen=True, slots=True)
class Exported:
    """The events with the hashes of their leaves, newest first; `is_cut`: there are more than were taken."""

    case_number: str
    events: tuple[tuple[FoundEvent, bytes], ...]
    names: JournalNames
    is_cut: bool


@dataclass(frozen=True)
class ExportResults:
    """Reads the results of a recorded search, at most 5 000."""

    results: ReadResults
    record: RecordReading

    def __call__(self, auditor: Auditor, search_id: str) -> Exported:
        """The events, once the export is recorded.

        Raises:
            EventUnknownError: no such search.
            SearchNotYoursError: somebody else searched.
            JournalUnavailableError: the export could not be recorded.
        """
        question = self.results.question(auditor, search_id)
        rows: list[EntryRow] = self.results.rows(auditor, question, MOST_EXPORTED + 1)
        is_cut, rows = len(rows) > MOST_EXPORTED, rows[:MOST_EXPORTED]
        told = {"case_number": question.case_number, "search_id": search_id, "shown": len(rows)}
        self.record(auditor, EXPORTED_TYPE, told)
        found = self.results.judged(auditor, rows)
        events = tuple(zip(found, (row.leaf_hash for row in rows), strict=True))
        return Exported(question.case_number, events, self.results.names(auditor, found, question), is_cut)

"""An auditor searches the journal; each search and each page of results is itself an event, written before it is shown.

The criteria are kept in the event of the search and nowhere else: the address of a page of results names that event,
so that no identifier of a person is ever in an address, and only the auditor who asked can open it again.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from audit.domain.entry import OpenedPayload, parse_entry
from audit.domain.refusals import EventUnknownError, SearchNotYoursError
from audit.domain.search import Criteria, SearchQuestion, check_question, criteria_for
from audit.domain.vocabulary import Vocabulary
from audit.use_cases.find_names import FindNames, JournalNames
from audit.use_cases.opened_payloads import Erased, erased_among, keys_at_hand, open_payload
from audit.use_cases.ports import EntryRow, JournalStore, PayloadCipher, Repositories, ShardKeys
from audit.use_cases.record_reading import Auditor, RecordReading

SEARCH_TYPE = "audit.search.performed"
RESULTS_TYPE = "audit.results.consulted"
PAGE_SIZE = 50
CONSULTED_TYPE, WITHHELD_TYPE = "cdap.dossier.consulted", "cdap.dossier.withheld"
_MOST_WITHHELD = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEvent:
    """One event of the results; `opened` is None when its payload cannot be read (its key was destroyed)."""

    index: int
    event_id: str
    type: str
    decision: str
    reason: str | None
    occurred_at_us: int
    owner: str
    opened: OpenedPayload | None
    erased: Erased | None = None
    withheld: bool = False
    """Recorded as consulted, and a later event says that nothing was shown."""


@dataclass(frozen=True, slots=True)
class Results:
    """One page of results, newest first; `next_before` is where the next page begins, None on the last."""

    search_id: str
    question: SearchQuestion
    events: tuple[FoundEvent, ...]
    next_before: int | None
    names: JournalNames


@dataclass(frozen=True)
class SearchEvents:
    """Records a search; its results are then read with `ReadResults`."""

    record: RecordReading

    def __call__(self, auditor: Auditor, question: SearchQuestion) -> str:
        """The id of the search, once its event is on disk.

        Raises:
            InvalidSearchError: no case number, or something that cannot be searched for.
            JournalUnavailableError: the search could not be recorded, so there is none.
        """
        check_question(question)
        return self.record(auditor, SEARCH_TYPE, asdict(question))


@dataclass(frozen=True)
class ReadResults:
    """Reads a page of results of a recorded search."""

    store: JournalStore
    keys: ShardKeys
    cipher: PayloadCipher
    record: RecordReading
    vocabulary: Callable[[], Vocabulary]

    def __call__(self, auditor: Auditor, search_id: str, before: int | None) -> Results:
        """The page below index `before` (None: the newest), once its reading is recorded.

        Raises:
            EventUnknownError: no such search.
            SearchNotYoursError: somebody else searched.
            JournalUnavailableError: the reading could not be recorded.
        """
        question = self.question(auditor, search_id)
        rows = self._search(auditor, question, before)
        page, more = rows[:PAGE_SIZE], len(rows) > PAGE_SIZE
        told = {"case_number": question.case_number, "search_id": search_id, "before": before, "shown": len(page)}
        self.record(auditor, RESULTS_TYPE, told)
        found = self.judged(auditor, page)
        names = self.names(auditor, found, question)
        return Results(search_id, question, found, page[-1].index if more else None, names)

    def judged(self, auditor: Auditor, rows: Sequence[EntryRow]) -> tuple[FoundEvent, ...]:
        """The events of these entries; a consultation whose value was withheld afterwards says so.

        Raises:
            DependencyUnavailableError: the database does not answer.
        """
        opened = [open_payload(row, self.keys, self.cipher) for row in rows]
        gone = [row for row, payload in zip(rows, opened, strict=True) if payload is None]
        erased = self._erased(gone) if gone else {}
        pairs = zip(rows, opened, strict=True)
        found = tuple(found_event(row, payload, erased.get(row.index)) for row, payload in pairs)
        subjects = tuple({row.keys.subject for row in rows if row.keys.type == CONSULTED_TYPE and row.keys.subject})
        if not subjects:
            return found
        asked = Criteria(owner=auditor.owner, subjects=subjects, type=WITHHELD_TYPE)
        later = self.store.read(lambda repositories: repositories.entries.search(asked, None, _MOST_WITHHELD))
        told = [payload for row in later if (payload := open_payload(row, self.keys, self.cipher)) is not None]
        ids = {payload.payload.get("consultation") for payload in told}
        return tuple(replace(event, withheld=event.event_id in ids) for event in found)

    def _erased(self, rows: Sequence[EntryRow]) -> dict[int, Erased]:
        return self.store.read(lambda repositories: erased_among(repositories, rows, self.keys, self.cipher))

    def names(
        self, auditor: Auditor, events: Sequence[FoundEvent], question: SearchQuestion | None = None
    ) -> JournalNames:
        """The names of those whom these events and this question name.

        Raises:
            DependencyUnavailableError: the database does not answer.
        """
        told = [event.opened.event for event in events if event.opened is not None]
        told += [] if question is None else [asdict(question)]
        accounts: set[str | None] = {one["actor_id"] for one in told}
        accounts |= {_named(one["subject"], "account") for one in told}
        about = None if question is None else question.about
        accounts.add(_named(about, "account"))
        organisations: set[str | None] = {one["organisation_id"] for one in told}
        organisations |= {_named(one["subject"], "organisation") for one in told}
        organisations.add(_named(about, "organisation"))
        find = FindNames(self.store, self.keys, self.cipher, self.vocabulary().steps)
        return find(auditor.owner, list(filter(None, accounts)), list(filter(None, organisations)))

    def question(self, auditor: Auditor, search_id: str) -> SearchQuestion:
        """What was asked in a search of this auditor.

        Raises:
            EventUnknownError: no such search.
            SearchNotYoursError: somebody else searched.
        """
        row = read_row(self.store, search_id)
        opened = None if row is None else open_payload(row, self.keys, self.cipher)
        if row is None or opened is None or (row.keys.type, row.keys.owner) != (SEARCH_TYPE, auditor.owner):
            raise EventUnknownError("no such search")
        if opened.event["actor_id"] != auditor.account_id:
            raise SearchNotYoursError("this search belongs to another auditor")
        told: dict[str, Any] = {name: opened.payload.get(name) for name in SearchQuestion.__dataclass_fields__}
        return SearchQuestion(**told)

    def rows(self, auditor: Auditor, question: SearchQuestion, limit: int) -> list[EntryRow]:
        """The newest entries that answer, for an act that is recorded before they are shown.

        Raises:
            DependencyUnavailableError: the database does not answer.
        """
        return self._search(auditor, question, None, limit)

    def _search(
        self, auditor: Auditor, question: SearchQuestion, before: int | None, limit: int = PAGE_SIZE + 1
    ) -> list[EntryRow]:
        steps = self.vocabulary().steps

        def find(repositories: Repositories) -> list[EntryRow]:
            keys = keys_at_hand(repositories, self.keys)
            criteria = criteria_for(question, auditor.owner, keys, steps)
            return list(repositories.entries.search(criteria, before, limit))

        return self.store.read(find)


def _named(subject: str | None, kind: str) -> str | None:
    found, _, rest = (subject or "").partition(":")
    return rest if found == kind and rest else None


def read_row(store: JournalStore, event_id: str) -> EntryRow | None:
    """An entry with its payload."""

    def work(repositories: Repositories) -> EntryRow | None:
        known = repositories.entries.by_event_ids([event_id]).get(event_id)
        return None if known is None else repositories.entries.between(known.index, known.index + 1)[0]

    return store.read(work)


def found_event(row: EntryRow, opened: OpenedPayload | None, erased: Erased | None) -> FoundEvent:
    """An entry as results show it."""
    return FoundEvent(
        index=row.index,
        event_id=row.event_id,
        type=row.keys.type,
        decision=row.keys.decision,
        reason=parse_entry(row.data).reason,
        occurred_at_us=row.keys.occurred_at_us,
        owner=row.keys.owner,
        opened=opened,
        erased=erased,
    )

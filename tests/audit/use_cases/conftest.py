"""A journal of fakes."""

from dataclasses import dataclass, field

import pytest

from audit.adapters.files.payload_cipher import AesGcmPayloadCipher
from audit.domain.event import OWN_SERVICE, SubmittedEvent
from audit.use_cases.append_events import AppendEvents
from audit.use_cases.check_evidence import CheckEvidence
from audit.use_cases.confirm_clock import ConfirmClock
from audit.use_cases.describe_events import DescribeEvents, ReadVocabulary
from audit.use_cases.erase import RedactPayload
from audit.use_cases.expire_keys import ExpireKeys
from audit.use_cases.publish_checkpoint import PublishCheckpoint
from audit.use_cases.read_event import ReadEvent
from audit.use_cases.record_batch import JournalPlace, RecordBatch, Request
from audit.use_cases.record_reading import Auditor, RecordReading
from audit.use_cases.search_events import ReadResults, SearchEvents
from partnerkit.event_words import words_of
from servicekit.event_words import digest_of
from tests.audit.builders import MovingClock
from tests.audit.fakes import (
    FixedSigner,
    InMemoryGuard,
    InMemoryJournalStore,
    InMemoryPublished,
    InMemoryShardKeys,
    KeptAlarms,
)

AUDITOR = Auditor("0190b6a0-0000-7000-8000-0000000a0d17", "caf-921", "921")


class DirectJournal:
    """A sequencer without a thread: each request is a batch."""

    def __init__(self, record: RecordBatch) -> None:
        self._record = record

    def append(self, request: Request, timeout_seconds: float) -> tuple[JournalPlace, ...]:
        answer = self._record([request]).answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Stage:
    """Every use case over fakes."""

    clock: MovingClock = field(default_factory=MovingClock)
    store: InMemoryJournalStore = field(default_factory=InMemoryJournalStore)
    keys: InMemoryShardKeys = field(default_factory=InMemoryShardKeys)
    cipher: AesGcmPayloadCipher = field(default_factory=AesGcmPayloadCipher)
    guard: InMemoryGuard = field(default_factory=InMemoryGuard)
    published: InMemoryPublished = field(default_factory=InMemoryPublished)
    signer: FixedSigner = field(default_factory=FixedSigner)
    alarms: KeptAlarms = field(default_factory=KeptAlarms)

    def __post_init__(self) -> None:
        own = [(OWN_SERVICE, word) for word in words_of(OWN_SERVICE)]
        self.vocabulary = ReadVocabulary(self.store, own)
        self.describe = DescribeEvents(self.store, self.clock, self.vocabulary.changed)
        self.record = RecordBatch(
            store=self.store,
            keys=self.keys,
            cipher=self.cipher,
            vocabulary=self.vocabulary,
            clock=self.clock,
            epoch="own-epoch",
        )
        self.redact = RedactPayload(self.record, self.clock)
        self.expire = ExpireKeys(self.record, self.keys, self.clock, "one start")
        self.confirm = ConfirmClock(self.record, "one start")
        self.journal = DirectJournal(self.record)
        self.append_events = AppendEvents(self.journal)
        self.publish = PublishCheckpoint(self.store, self.guard, self.signer, self.published)
        self.check = CheckEvidence(self.store, self.guard, self.published, self.signer, self.keys, self.clock)
        reading = RecordReading(self.journal, self.clock)
        self.search = SearchEvents(reading)
        for service in ("auth", "cdap"):
            words = words_of(service)
            self.describe(service, digest_of(words), words)
        self.results = ReadResults(self.store, self.keys, self.cipher, reading, self.vocabulary)
        self.read_event = ReadEvent(self.store, self.results, reading)

    def append(self, *events: SubmittedEvent) -> tuple[JournalPlace, ...]:
        return self.append_events(events[0].place.service, events, 1.0)

    @property
    def size(self) -> int:
        return self.store.repositories.tree.state().frontier.size

    def types(self) -> list[str]:
        return [row.keys.type for row in self.store.repositories.entries.between(0, self.size)]


@pytest.fixture
def stage() -> Stage:
    return Stage()

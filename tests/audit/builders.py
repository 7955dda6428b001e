"""Events, chains and journals for the tests of audit."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import audit.adapters.database
from audit.bootstrap import Core, Erasing, build_core, build_erasing, build_verifier
from audit.domain.event import NO_PREVIOUS, Act, ProducerPlace, SubmittedEvent, canonical_json
from audit.guards import open_guard
from audit.settings import AuditSettings
from audit.use_cases.verify_journal import Report
from servicekit.database import Database, migrate, open_database
from servicekit.event_words import Word, digest_of
from servicekit.identifiers import new_id

MIGRATIONS = Path(audit.adapters.database.__file__).with_name("migrations")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOON_US = int(NOON.timestamp()) * 1_000_000
DIRECTRICE = "0190b6a0-0000-7000-8000-00000000d1ec"
COMMUNE = "0190b6a0-0000-7000-8000-0000000000c0"
DOSSIER = "dossier:921:0346145"


@dataclass
class MovingClock:
    """A clock that the test moves."""

    at: datetime = NOON
    set_by: timedelta = timedelta(0)
    """By how much somebody set the clock: time that did not pass."""

    def now(self) -> datetime:
        """The time the test chose."""
        return self.at

    def boottime(self) -> float:
        """Seconds since noon."""
        return (self.at - NOON).total_seconds() - self.set_by.total_seconds()

    def set(self, **step: float) -> None:
        """Sets the clock, forward or back, while no time passes."""
        self.at += timedelta(**step)
        self.set_by += timedelta(**step)

    def forward(self, **step: float) -> None:
        """Moves on."""
        self.at += timedelta(**step)


def act(**changes: Any) -> Act:
    """A consultation of a dossier of Caf 921 by the directrice."""
    payload: dict[str, Any] = changes.pop("payload", {"territory": "921", "fields": ["enfants"]})
    values: dict[str, Any] = {
        "event_id": new_id(),
        "type": "cdap.dossier.consulted",
        "occurred_at_us": NOON_US,
        "decision": "granted",
        "owner": payload.get("territory", "921"),
        "actor_id": DIRECTRICE,
        "organisation_id": COMMUNE,
        "subject": DOSSIER,
        "rights_revision": 7,
        **changes,
    }
    return Act(payload=canonical_json(payload), **values)


@dataclass
class FakeProducer:
    """A producer that numbers and chains its events as `servicekit.outbox` does."""

    service: str = "cdap"
    epoch: str = field(default_factory=new_id)
    number: int = 0
    previous: bytes = NO_PREVIOUS

    def event(self, **changes: Any) -> SubmittedEvent:
        """The next event of the chain."""
        told = act(**changes)
        place = ProducerPlace(self.service, self.epoch, self.number, self.previous)
        event_hash = hashlib.sha256(repr((told, place)).encode()).digest()
        self.number, self.previous = self.number + 1, event_hash
        return SubmittedEvent(told, place, event_hash)

    def events(self, count: int, **changes: Any) -> tuple[SubmittedEvent, ...]:
        """The next events of the chain."""
        return tuple(self.event(**changes) for _ in range(count))


def with_other_content(event: SubmittedEvent) -> SubmittedEvent:
    """The same id, told differently."""
    return replace(event, act=replace(event.act, decision="done"), hash=hashlib.sha256(event.hash).digest())


def settings_in(folder: Path, url: str) -> AuditSettings:
    """Settings of a journal with everything under one folder."""
    make = cast(Callable[..., AuditSettings], AuditSettings)  # every field has a default
    return make(environment="test", data_directory=folder, database_url=url, tls_directory=folder / "tls")


@dataclass
class Journal:
    """A running journal without its pages and its gRPC."""

    settings: AuditSettings
    database: Database
    core: Core
    clock: MovingClock

    def append(self, *events: SubmittedEvent) -> Any:
        """Appends as the producer of the first event."""
        return self.core.use_cases.append(events[0].place.service, events, 5.0)

    def describe(self, service: str, words: Sequence[Word]) -> None:
        """Tells the words of a service."""
        self.core.use_cases.describe(service, digest_of(words), words)

    @property
    def erasing(self) -> Erasing:
        """What erases, as the commands do."""
        return build_erasing(self.settings, self.database, self.clock)

    def verify(self) -> Report:
        """The report of the verifier."""
        return verify(self.settings, self.database)


def verify(settings: AuditSettings, database: Database) -> Report:
    """The report of the verifier on an open database."""
    with closing(open_guard(settings)) as kept:
        return build_verifier(settings, database, kept)(lambda _done, _total: None)


@contextmanager
def journal(folder: Path, url: str, clock: MovingClock | None = None) -> Iterator[Journal]:
    """A journal on a new or existing database; stopped and closed at the end."""
    settings, clock = settings_in(folder, url), clock or MovingClock()
    migrate(url, MIGRATIONS)
    database = open_database(url, threads=4)
    core = build_core(settings, database, clock)
    core.check_evidence()
    core.sequencer.start()
    try:
        yield Journal(settings, database, core, clock)
    finally:
        core.sequencer.stop()
        core.outside.close()
        database.close()

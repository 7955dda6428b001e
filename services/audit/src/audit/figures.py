"""What the metrics of the journal show."""

from audit.adapters.background import Leadership, Sequencer
from audit.settings import AuditSettings
from audit.use_cases.expire_keys import destruction_problem, due_keys, oldest_key_days
from audit.use_cases.ports import Guard, JournalStore
from servicekit.clock import Clock
from servicekit.metrics import Gauge
from servicekit.queues import Queue, QueueFigures


def requests_of(sequencer: Sequencer) -> Queue:
    """What waits to be recorded."""

    def look() -> QueueFigures:
        return QueueFigures(sequencer.queued, 0.0, sequencer.mistakes)

    return Queue("events to record", look, "refused: see the alarm `BATCH_NOT_RECORDED`; their producer keeps them")


def gauges_of(
    settings: AuditSettings, store: JournalStore, guard: Guard, leadership: Leadership, clock: Clock
) -> tuple[Gauge, ...]:
    """Beside what every process counts."""

    def size() -> int:
        return store.read(lambda repositories: repositories.tree.state().frontier.size)

    def unsigned() -> int:
        guarded = guard.read()
        return size() - (guarded.signed.size if guarded is not None else 0)

    def checkpoint_age() -> float:
        if not settings.checkpoint_file.exists() and not size():
            return 0.0  # nothing to sign yet
        return clock.now().timestamp() - settings.checkpoint_file.stat().st_mtime

    def leads() -> int:
        return int(leadership.leads())

    def oldest_key() -> float:
        return oldest_key_days(store, clock.now())

    def suspended() -> int:
        return int(destruction_problem(store) is not None)

    def keys_due() -> int:
        return len(due_keys(store, clock.now()))

    return (
        Gauge("partenaire_journal_leads", "1: this process writes the journal. 0: another does.", leads),
        Gauge("partenaire_journal_entries", "Entries of the journal.", size),
        Gauge("partenaire_journal_unsigned_entries", "Entries that no checkpoint covers yet.", unsigned),
        Gauge("partenaire_journal_oldest_key_days", "Since the month of the oldest key that has a term.", oldest_key),
        Gauge("partenaire_journal_keys_due", "Keys whose term is over and that are still there.", keys_due),
        Gauge("partenaire_journal_destruction_suspended", "1: the clock jumped, no key is destroyed.", suspended),
        Gauge("partenaire_checkpoint_age_seconds", "Since the published checkpoint was written.", checkpoint_age),
    )

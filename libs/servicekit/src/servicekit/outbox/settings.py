"""Every limit of the outbox, with its unit and its reason."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class OutboxSettings:
    """Defaults are the decided ones; tests shorten them."""

    acknowledgement_wait: timedelta = timedelta(milliseconds=150)  # a person waits for this
    buffered_age: timedelta = timedelta(seconds=60)  # oldest unacknowledged event a buffered act may leave behind
    backlog_rows: int = 100_000  # unacknowledged rows beyond which nothing more is accepted
    disk_free: float = 0.10  # part of the disk that stays free
    backlog_refresh: timedelta = timedelta(seconds=1)  # how old the counted backlog may be
    batch_events: int = 512  # what journal.proto accepts in one call
    batch_bytes: int = 768 * 1024  # a gRPC message holds 1 MiB
    idle_wait: timedelta = timedelta(seconds=1)  # another process may have left rows behind
    asking: timedelta = timedelta(
        milliseconds=500
    )  # while nothing is sent, audit is asked this often whether it is there
    stuck: timedelta = timedelta(seconds=5)  # a delivery that takes longer hangs
    gathering: timedelta = timedelta(milliseconds=50)  # nobody waits for a buffered event: more of them share one call
    mark_wait: timedelta = timedelta(milliseconds=100)  # acknowledgements are noted together: one fsync for all of them
    mark_events: int = 512  # noted in one transaction
    first_backoff: timedelta = timedelta(milliseconds=50)
    longest_backoff: timedelta = timedelta(seconds=1)
    most_set_aside: int = 100  # beyond that nothing is set aside any more: it is not the event that is wrong
    orphan_age: timedelta = timedelta(seconds=10)  # PostgreSQL: rows another process should have delivered by now
    gaps_interval: timedelta = timedelta(minutes=1)  # audit is asked what it lacks, besides every reconnection
    gaps_retry: timedelta = timedelta(seconds=5)  # after a failure of that
    gap_events: int = 128  # sent again in one call: new events, for which people wait, come between
    retention: timedelta = timedelta(hours=24)  # acknowledged rows are kept, to be sent again to a restored audit
    last_kept: timedelta = timedelta(days=31)  # the last row of an epoch: without it nobody knows how far it went
    cleaning_rows: int = 1_000  # deleted in one transaction


DEFAULT_SETTINGS = OutboxSettings()

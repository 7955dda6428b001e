"""What operators see of auth: its queues and its gauges."""

from __future__ import annotations

from auth.ground.adapters.database import tables
from auth.keys.adapters.crypto.keys import SigningKeys
from auth.people.adapters.crypto.passwords import Argon2Passwords
from auth.people.use_cases.keep_session import EXPIRED
from auth.people.use_cases.send_mails import MAILS
from auth.people.use_cases.tell_clients import NOTICES
from rights.replica import RightsReplica
from rights.replication import replica_age
from servicekit.clock import Clock
from servicekit.database import Database
from servicekit.database.row_queue import QueueRows, row_queue
from servicekit.metrics import Gauge, set_aside_since_start
from servicekit.outbox import OutboxRelay
from servicekit.queues import Queue, QueueFigures


def gauges_of(replica: RightsReplica, keys: SigningKeys, passwords: Argon2Passwords) -> tuple[Gauge, ...]:
    """What the metrics of auth show beside what every process counts."""
    return (
        replica_age([replica]),
        Gauge("partenaire_signing_key_days", "Age of the keys that sign.", keys.ages_in_days, "algorithm"),
        Gauge("partenaire_hashing_waiting", "Passwords that wait to be hashed.", lambda: passwords.waiting),
    )


def queues_of(database: Database, relay: OutboxRelay, clock: Clock) -> tuple[Queue, ...]:
    """Every queue of auth, by the names under which its threads work them off."""
    mail, notice = tables.mail.c, tables.logout_notice.c
    mails = QueueRows(
        waits=mail.sent_at.is_(None) & mail.failed_at.is_(None),
        set_aside=mail.sent_at.is_(None) & mail.failed_at.is_not(None),
        since=mail.queued_at,
    )
    notices = QueueRows(
        waits=notice.delivered_at.is_(None) & notice.failed_at.is_(None),
        set_aside=notice.delivered_at.is_(None) & notice.failed_at.is_not(None),
        since=notice.queued_at,
    )
    ended = "since the start; they are ended unread: see the line `an item is set aside`"
    return (
        relay.queue(),
        row_queue(MAILS, mails, database, clock, "python -m auth mails list"),
        row_queue(NOTICES, notices, database, clock, "python -m auth logout-notices list"),
        Queue(EXPIRED, lambda: QueueFigures(0, 0.0, set_aside_since_start(EXPIRED)), ended),
    )

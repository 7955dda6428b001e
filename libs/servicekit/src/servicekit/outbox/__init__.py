"""No act without a durable record: events are committed with the change they tell of, then delivered to audit.

Read in this order: `unit_of_work` (what use cases see), `chain` (numbers and hashes), `store` and `tables` (the rows),
`relay` (the thread that delivers), `gaps` (what a restored audit lacks),
`delivery` (waiting, and the policies strict and buffered), `sink` and `grpc_sink`.
"""

from servicekit.audit_events import AuditUnavailableError
from servicekit.outbox.later import LaterDelivery
from servicekit.outbox.relay import OutboxRelay
from servicekit.outbox.settings import OutboxSettings
from servicekit.outbox.sink import AuditSink, Receipt
from servicekit.outbox.tables import create_outbox_tables, outbox_tables
from servicekit.outbox.unit_of_work import Delivery, RecordingUnitOfWork

__all__ = [
    "AuditSink",
    "AuditUnavailableError",
    "Delivery",
    "LaterDelivery",
    "OutboxRelay",
    "OutboxSettings",
    "Receipt",
    "RecordingUnitOfWork",
    "create_outbox_tables",
    "outbox_tables",
]

"""Numbers and hashes of a producer: no history of commits, failures and doubts leaves a hole."""

from hashlib import sha256
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from partenaire.audit.v1 import journal_pb2
from servicekit.database.contract import TransactionEnd, begin_callbacks, end_callbacks
from servicekit.outbox.chain import ChainedEvent, Chains
from tests.servicekit.outbox.builders import assert_chains_hold, event

COMMITTED, ROLLED_BACK, UNKNOWN = TransactionEnd.COMMITTED, TransactionEnd.ROLLED_BACK, TransactionEnd.UNKNOWN

# A transaction: how it ends, whether it was kept when nobody knows, and its jobs (events, does it fail).
_jobs = st.lists(st.tuples(st.integers(1, 3), st.booleans()), min_size=1, max_size=5)
_transactions = st.lists(st.tuples(st.sampled_from([COMMITTED, UNKNOWN]), st.booleans(), _jobs), max_size=8)


class FakeConnection:
    """As much of a connection as a chain uses."""

    def __init__(self) -> None:
        self.info: dict[str, Any] = {}


def connection() -> Connection:
    return cast(Connection, FakeConnection())


def parsed(chained: list[ChainedEvent]) -> list[journal_pb2.Event]:
    return [journal_pb2.Event.FromString(one.event) for one in chained]


@given(_transactions)
def test_what_is_kept_has_no_hole_however_transactions_end(
    transactions: list[tuple[TransactionEnd, bool, list[tuple[int, bool]]]],
) -> None:
    chains, kept, writer = Chains("cdap"), [], connection()
    for end, kept_in_doubt, jobs in transactions:
        together, callbacks = [], []
        for count, fails in jobs:
            of_job = begin_callbacks(writer)
            appended = chains.append(writer, [event() for _ in range(count)])
            if fails:
                end_callbacks(of_job, ROLLED_BACK)
            else:
                together += appended
                callbacks += of_job
        end_callbacks(callbacks, end)
        if end is COMMITTED or kept_in_doubt:
            kept += together

    assert_chains_hold(parsed(kept))


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([COMMITTED, ROLLED_BACK, UNKNOWN])), max_size=30))
def test_transactions_side_by_side_use_chains_of_their_own(steps: list[tuple[int, TransactionEnd]]) -> None:
    chains, kept = Chains("cdap"), []
    running: dict[int, tuple[list[Any], list[ChainedEvent]]] = {}
    for slot, end in steps:
        if slot not in running:
            place = connection()
            callbacks = begin_callbacks(place)
            running[slot] = callbacks, chains.append(place, [event(), event()])
        else:
            callbacks, appended = running.pop(slot)
            end_callbacks(callbacks, end)
            kept += appended if end is COMMITTED else []

    assert_chains_hold(parsed(kept))


def test_one_writer_uses_one_epoch() -> None:
    chains, writer = Chains("cdap"), connection()

    for _ in range(5):
        callbacks = begin_callbacks(writer)
        chains.append(writer, [event()])
        end_callbacks(callbacks, COMMITTED)

    assert len(chains.epochs()) == 1


def test_each_event_carries_the_hash_of_the_bytes_before_it() -> None:
    chains, writer = Chains("cdap"), connection()
    begin_callbacks(writer)

    first, second = chains.append(writer, [event(), event()])

    assert journal_pb2.Event.FromString(first.event).producer.previous_hash == bytes(32)
    assert journal_pb2.Event.FromString(second.event).producer.previous_hash == sha256(first.event).digest()


def test_everything_the_event_says_is_in_the_bytes() -> None:
    chains, writer = Chains("cdap"), connection()
    begin_callbacks(writer)
    refused = event(decision="refused", reason="RIGHTS_STALE", rights_revision=42, payload={"purpose": "T2"})

    [chained] = chains.append(writer, [refused])

    message = journal_pb2.Event.FromString(chained.event)
    assert message.event_id == refused.event_id
    assert message.type == "cdap.dossier.consulted"
    assert message.occurred_at_us == 1_795_424_400_000_000
    assert (message.actor_id, message.organisation_id) == (refused.actor_id, refused.organisation_id)
    assert message.subject == "dossier:921:0346145"
    assert message.decision == journal_pb2.DECISION_REFUSED
    assert (message.reason, message.rights_revision) == ("RIGHTS_STALE", 42)
    assert message.payload == b'{"purpose":"T2"}'
    assert (message.producer.service, message.producer.number) == ("cdap", 0)

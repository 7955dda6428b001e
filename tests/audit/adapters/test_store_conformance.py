"""One suite for the fake store and for the real one on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audit.adapters.database.unit_of_work import SqlJournalStore
from audit.adapters.files.payload_cipher import AesGcmPayloadCipher
from audit.domain.checkpoint import SignedCheckpoint, TreeHead
from audit.domain.clock_check import ClockMark, Reading, WatchedClock
from audit.domain.merkle import root
from audit.domain.producer_chain import Hole, ProducerChain
from audit.domain.proofs import root_at
from audit.domain.search import Criteria
from audit.domain.tiles import TileNodes
from audit.use_cases.describe_events import ReadVocabulary
from audit.use_cases.ports import JournalStore, StoredShard
from audit.use_cases.record_batch import RecordBatch
from servicekit.database import open_database
from servicekit.event_words import Word
from tests.audit.builders import DIRECTRICE, NOON_US, FakeProducer, MovingClock
from tests.audit.fakes import InMemoryJournalStore, InMemoryShardKeys


class Rollback(Exception):  # noqa: N818 - it is no error
    """Undoes a transaction."""


def root_of(store: JournalStore, size: int) -> bytes:
    """The root of the first entries, from kept nodes."""
    return store.read(lambda r: root_at(size, TileNodes(r.tree.tile)))


def keep_checkpoint(store: JournalStore, checkpoint: SignedCheckpoint) -> None:
    """Writes a checkpoint in a transaction of its own."""
    store.write(lambda r: r.checkpoints.add(checkpoint))


def keep_month(store: JournalStore, month: StoredShard) -> None:
    """Writes a month in a transaction of its own."""
    store.write(lambda r: r.shards.add(month))


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[JournalStore]:
    """An empty store of each kind."""
    if request.param == "memory":
        yield InMemoryJournalStore()
        return
    url = request.getfixturevalue(f"{request.param}_url")
    database = open_database(url, threads=4)
    yield SqlJournalStore(database)
    database.close()


@pytest.fixture
def record(store: JournalStore) -> RecordBatch:
    """The writer over it."""
    return RecordBatch(
        store=store,
        keys=InMemoryShardKeys(),
        cipher=AesGcmPayloadCipher(),
        vocabulary=ReadVocabulary(store, ()),
        clock=MovingClock(),
        epoch="own",
    )


def test_entries_are_read_back_as_they_were_written(store: JournalStore, record: RecordBatch) -> None:
    events = FakeProducer().events(3)
    record([events])
    rows = store.read(lambda r: list(r.entries.between(0, 10)))
    assert [row.index for row in rows] == [0, 1, 2]
    assert [row.event_id for row in rows] == [event.act.event_id for event in events]
    assert store.read(lambda r: list(r.entries.data_between(1, 3))) == [row.data for row in rows[1:]]
    found = store.read(lambda r: r.entries.by_event_ids([events[1].act.event_id, "unknown"]))
    assert list(found) == [events[1].act.event_id]
    assert found[events[1].act.event_id].sealed is None
    assert store.read(lambda r: r.entries.by_event_ids([])) == {}


def test_the_tree_keeps_its_state_and_its_complete_subtrees(store: JournalStore, record: RecordBatch) -> None:
    cdap = FakeProducer()
    for _ in range(3):
        record([cdap.events(200)])
    leaves = store.read(lambda r: [row.leaf_hash for row in r.entries.between(0, 600)])
    state = store.read(lambda r: r.tree.state())
    assert state.frontier.size == 600
    assert state.frontier.root() == root(leaves)
    for size in (1, 255, 256, 257, 513, 600):
        assert root_of(store, size) == root(leaves[:size])


def test_search_narrows_by_every_criterion_newest_first(store: JournalStore, record: RecordBatch) -> None:
    cdap, auth = FakeProducer("cdap"), FakeProducer("auth")
    record([cdap.events(2), auth.events(1, type="auth.session.opened", subject=None, payload={}, actor_id=None)])
    record([cdap.events(1, decision="refused", reason="R", subject="dossier:751:1", payload={"territory": "751"})])
    row = store.read(lambda r: r.entries.between(0, 1)[0])
    assert row.keys.actor is not None
    assert row.keys.subject is not None
    assert row.keys.organisation is not None

    def found(before: int | None = None, limit: int = 10, **criteria: Any) -> list[int]:
        asked = Criteria(**{"owner": "921", **criteria})
        return [one.index for one in store.read(lambda r: list(r.entries.search(asked, before, limit)))]

    assert found() == [2, 1, 0]
    assert found(owner="751") == [3]
    assert found(before=2) == [1, 0]
    assert found(limit=2) == [2, 1]
    assert found(actors=(row.keys.actor, "0f" * 16)) == [1, 0]
    assert found(actors=()) == []
    assert found(organisations=(row.keys.organisation,)) == [2, 1, 0]
    assert found(subjects=(row.keys.subject,)) == [1, 0]
    assert found(type="auth.session.opened") == [2]
    assert found(decision="refused") == []
    assert found(decision="refused", owner="751") == [3]
    assert found(from_us=NOON_US, until_us=NOON_US + 1) == [2, 1, 0]
    assert found(from_us=NOON_US + 1) == []
    assert found(until_us=NOON_US) == []
    assert store.read(lambda r: list(r.entries.types("921"))) == ["auth.session.opened", "cdap.dossier.consulted"]
    assert store.read(lambda r: list(r.entries.types("751"))) == ["cdap.dossier.consulted"]
    assert store.read(lambda r: r.entries.count("921", 0, 4)) == 3
    assert store.read(lambda r: r.entries.count("921", 1, 2)) == 1
    assert store.read(lambda r: r.entries.count("921", 0, 4, "auth.session.opened")) == 1
    assert store.read(lambda r: r.entries.count("national", 0, 4)) == 0
    assert store.read(lambda r: r.entries.first_index_since(NOON_US)) == 0
    assert store.read(lambda r: r.entries.first_index_since(NOON_US + 1)) is None
    assert DIRECTRICE not in str(row.keys)


def first_since(store: JournalStore, at_us: int) -> int | None:
    return store.read(lambda r: r.entries.first_index_since(at_us))


def test_the_first_entry_since_a_time_is_found_among_many(store: JournalStore, record: RecordBatch) -> None:
    clock, cdap = record.clock, FakeProducer()
    assert isinstance(clock, MovingClock)
    assert first_since(store, 0) is None
    for count in (3, 1, 7, 2):
        record([cdap.events(count)])
        clock.forward(seconds=10)
    for seconds, index in ((-5, 0), (0, 0), (1, 3), (10, 3), (15, 4), (20, 4), (29, 11), (30, 11), (31, None)):
        assert first_since(store, NOON_US + seconds * 1_000_000) == index


def test_chains_and_their_holes_are_kept(store: JournalStore) -> None:
    places = [("cdap", "a"), ("auth", "b")]
    empty = [ProducerChain(*place) for place in places]
    assert store.read(lambda r: list(r.producers.load(places).values())) == empty
    cdap = ProducerChain("cdap", "a", 9, b"h" * 32, 50, (Hole(0, 2, 10), Hole(5, 6, 40)))
    auth = ProducerChain("auth", "b", 3, b"i" * 32, 60)
    store.write(lambda r: r.producers.save(empty, [cdap, auth]))
    assert store.read(lambda r: r.producers.load(places)) == dict(zip(places, [cdap, auth], strict=True))
    assert [chain.service for chain in store.read(lambda r: r.producers.chains(5))] == ["auth", "cdap"]
    assert store.read(lambda r: list(r.producers.holes(40))) == [("cdap", "a", Hole(0, 2, 10))]
    grown = ProducerChain("cdap", "a", 9, b"h" * 32, 70, (Hole(1, 2, 10),))
    store.write(lambda r: r.producers.save([cdap], [grown]))
    assert store.read(lambda r: r.producers.load(places[:1])) == {places[0]: grown}


def test_checkpoints_and_months_are_kept_once(store: JournalStore) -> None:
    assert store.read(lambda r: r.checkpoints.newest()) is None
    first, second = (SignedCheckpoint(TreeHead(size, b"r" * 32), f"note {size}") for size in (7, 9))
    for one in (second, first, SignedCheckpoint(second.head, "another note")):
        keep_checkpoint(store, one)
    assert store.read(lambda r: r.checkpoints.newest()) == second
    months = [StoredShard("2026-11", b"a"), StoredShard("2026-12", b"b")]
    for month in (months[1], months[0], StoredShard("2026-11", b"other")):
        keep_month(store, month)
    assert store.read(lambda r: list(r.shards.all())) == months
    store.write(lambda r: r.shards.destroy("2026-11", 8))
    assert store.read(lambda r: r.shards.find("2026-11")) == StoredShard("2026-11", b"a", 8)
    assert store.read(lambda r: r.shards.find("2027-01")) is None


def test_a_redacted_entry_keeps_its_bytes_and_loses_its_payload_and_what_it_is_found_by(
    store: JournalStore, record: RecordBatch
) -> None:
    record([FakeProducer().events(3)])
    before = store.read(lambda r: list(r.entries.between(0, 3)))
    store.write(lambda r: r.erasures.redact(1, 2))
    after = store.read(lambda r: list(r.entries.between(0, 3)))
    assert [row.data for row in after] == [row.data for row in before]
    assert [row.sealed is None for row in after] == [False, True, False]
    assert (after[1].keys.actor, after[1].keys.organisation, after[1].keys.subject) == (None, None, None)
    assert store.read(lambda r: r.erasures.redacted([0, 1, 2])) == {1: 2}
    assert store.read(lambda r: r.erasures.redacted([])) == {}
    forgotten = [store.write(lambda r: r.erasures.forget("2026-11.access", 1)) for _ in range(3)]
    assert forgotten == [1, 1, 0]
    assert store.write(lambda r: r.erasures.forget("2026-12.access", 1)) == 0


def test_how_the_clock_went_is_kept(store: JournalStore) -> None:
    assert store.read(lambda repositories: repositories.clock.read()) is None
    for watched in (
        WatchedClock(ClockMark(Reading(5, 3), "start")),
        WatchedClock(ClockMark(Reading(2**60, -1), "other"), "CLOCK_JUMPED", 7),
    ):
        store.write(lambda repositories, watched=watched: repositories.clock.save(watched))  # type: ignore[misc]
        assert store.read(lambda repositories: repositories.clock.read()) == watched


def test_words_replace_those_of_the_same_code_and_no_others(store: JournalStore) -> None:
    first = [
        Word(kind="type", code="cdap.a.b", french="A", english="A"),
        Word(kind="field", code="name", french="Nom", english="Name", form="text"),
    ]
    later = [
        Word(kind="type", code="cdap.a.b", french="Mieux", english="Better"),
        Word(kind="value", code="red", french="Rouge", english="Red"),
    ]
    assert store.read(lambda r: (r.words.has("cdap", b"1"), r.words.lists(), list(r.words.all()))) == (False, 0, [])
    assert store.write(lambda r: r.words.add("cdap", b"1", first, NOON_US)) == 2
    assert store.write(lambda r: r.words.add("auth", b"1", first[1:], NOON_US)) == 1
    assert store.write(lambda r: r.words.add("cdap", b"2", later, NOON_US)) == 3
    kept = store.read(lambda r: sorted(r.words.all()))
    assert kept == sorted([("auth", first[1]), ("cdap", first[1]), *(("cdap", word) for word in later)])
    assert store.read(lambda r: r.words.lists()) == 3
    assert store.read(lambda r: (r.words.has("cdap", b"2"), r.words.has("auth", b"2"))) == (True, False)


def test_a_failed_transaction_leaves_nothing(store: JournalStore, record: RecordBatch) -> None:
    record([FakeProducer().events(1)])

    def work(repositories: Any) -> None:
        repositories.shards.add(StoredShard("2027-01", b"x"))
        raise Rollback

    with pytest.raises(Rollback):
        store.write(work)
    assert [month.name for month in store.read(lambda r: list(r.shards.all()))] == ["2026-11.access"]


def test_two_processes_give_every_index_once(database_url: str) -> None:
    """On PostgreSQL the row of the tree's state is what gives the order; SQLite has one writer."""
    keys, databases = InMemoryShardKeys(), [open_database(database_url, threads=2) for _ in range(2)]
    writers = [
        RecordBatch(
            store=SqlJournalStore(one),
            keys=keys,
            cipher=AesGcmPayloadCipher(),
            vocabulary=ReadVocabulary(SqlJournalStore(one), ()),
            clock=MovingClock(),
            epoch=f"own-{at}",
        )
        for at, one in enumerate(databases)
    ]
    producers = [FakeProducer("cdap"), FakeProducer("cdap")]
    indexes = []
    for _ in range(5):
        for writer, producer in zip(writers, producers, strict=True):
            answer = writer([producer.events(3)]).answers[0]
            assert not isinstance(answer, Exception)
            indexes += [receipt.index for receipt in answer]
    assert indexes == list(range(30))
    for database in databases:
        database.close()

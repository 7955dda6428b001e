"""The tables of the journal. Every column of those in `metadata` is checked by `audit verify`.

What producers call their events is for showing and proves nothing: `words_metadata` holds it apart, as `work_metadata`
does what is due, who does it, and how the clock went meanwhile.
Times are microseconds since 1970-01-01 UTC, as they stand in the entries. Web sessions have their own table, owned by
`servicekit.web`.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

from servicekit.database import sequence_type
from servicekit.database.jobs import job_table

metadata = MetaData()

entry = Table(
    "entry",
    metadata,
    Column("leaf_index", sequence_type(), primary_key=True, autoincrement=False),
    Column("event_id", LargeBinary(16), nullable=False),
    Column("entry", LargeBinary, nullable=False),
    Column("shard", String(24), nullable=False),
    Column("type", String(100), nullable=False),
    Column("decision", String(10), nullable=False),
    Column("actor", LargeBinary(16)),
    Column("organisation", LargeBinary(16)),
    Column("subject", LargeBinary(16)),
    Column("owner", String(8), nullable=False),
    Column("reference", String(9)),
    Column("occurred_at_us", BigInteger, nullable=False),
    Column("received_at_us", BigInteger, nullable=False),
    Index("entry_event_id", "event_id", unique=True),
    Index("entry_actor", "actor", "leaf_index"),
    Index("entry_organisation", "organisation", "leaf_index"),
    Index("entry_subject", "subject", "leaf_index"),
    Index("entry_type", "owner", "type", "leaf_index"),
    Index("entry_reference", "reference", "leaf_index"),
    Index("entry_owner", "owner", "leaf_index"),
)

payload = Table(
    "payload",
    metadata,
    Column("leaf_index", sequence_type(), primary_key=True, autoincrement=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

redaction = Table(
    "redaction",
    metadata,
    Column("leaf_index", sequence_type(), primary_key=True, autoincrement=False),
    Column("act_index", BigInteger, nullable=False),
)

tree_state = Table(
    "tree_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("last_received_at_us", BigInteger, nullable=False),
)

tile = Table(
    "tile",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)

producer_state = Table(
    "producer_state",
    metadata,
    Column("service", String(32), primary_key=True),
    Column("epoch", String(64), primary_key=True),
    Column("next", BigInteger, nullable=False),
    Column("last_hash", LargeBinary, nullable=False),
    Column("last_received_at_us", BigInteger, nullable=False),
)

producer_hole = Table(
    "producer_hole",
    metadata,
    Column("service", String(32), primary_key=True),
    Column("epoch", String(64), primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("end", BigInteger, nullable=False),
    Column("hole_since_us", BigInteger, nullable=False),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", sequence_type(), primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("signed_note", Text, nullable=False),
)

shard = Table(
    "shard",
    metadata,
    Column("name", String(24), primary_key=True),
    Column("key_check", LargeBinary, nullable=False),
    Column("destroyed_by", BigInteger),
)

work_metadata = MetaData()
job = job_table(work_metadata)

clock_watch = Table(
    "clock_watch",
    work_metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("now_us", BigInteger, nullable=False),
    Column("ticks_us", BigInteger, nullable=False),  # since the start of the machine, below
    Column("start", String(64), nullable=False),
    Column("problem", String(32), nullable=False),
    Column("suspended_at_us", BigInteger, nullable=False),
)

words_metadata = MetaData()

word_list = Table(
    "word_list",
    words_metadata,
    Column("service", String(32), primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("received_at_us", BigInteger, nullable=False),
)

word = Table(
    "word",
    words_metadata,
    Column("service", String(32), primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("code", String(100), primary_key=True),
    Column("french", Text, nullable=False),
    Column("english", Text, nullable=False),
    Column("form", String(16), nullable=False),
)

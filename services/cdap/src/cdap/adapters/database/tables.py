"""Tables of cdap: what each Caf has in force, its dossiers, and the files that are half imported.

A month is filled beside the one in force: rows of `dossier` have the number of the month that wrote them, and readers
take the newest up to `caf_month.number`. A row without a document says that the Caf no longer has the dossier. Reading
one is one read of the primary key, which begins with the matricule so that the same one of other Cafs is beside it. On
PostgreSQL each Caf has a partition, made by its first import.
"""

import sqlalchemy as sa

from servicekit.database import Json, UtcDateTime
from servicekit.database.jobs import job_table

metadata = sa.MetaData()

job = job_table(metadata)

dossier = sa.Table(
    "dossier",
    metadata,
    sa.Column("matricule", sa.String(7), primary_key=True),
    sa.Column("caf", sa.String(3), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content", sa.LargeBinary, nullable=False),  # digest of the document before it is compressed
    sa.Column("name_keys", sa.Text, nullable=False),  # see cdap.domain.names; separated by spaces
    sa.Column("document", sa.LargeBinary),  # timeless form (cdap.domain.timeless), a frame of Zstandard
    postgresql_partition_by="LIST (caf)",
)

caf_month = sa.Table(
    "caf_month",
    metadata,
    sa.Column("caf", sa.String(3), primary_key=True),
    sa.Column("month", sa.String(7), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("dossier_count", sa.Integer, nullable=False),
    sa.Column("set_aside_count", sa.Integer, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("in_force_at", UtcDateTime),
    sa.Column("filling", sa.String(64), nullable=False),
    sa.Column("filling_name", sa.Text, nullable=False),
    sa.Column("filling_month", sa.String(7), nullable=False),
    sa.Column("is_tidy", sa.Boolean, nullable=False),
)

unfinished_file = sa.Table(
    "unfinished_file",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("began_at", UtcDateTime, nullable=False),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("beat", sa.BigInteger, nullable=False),
    sa.Column("line", sa.BigInteger, nullable=False),
    sa.Column("offset", sa.BigInteger, nullable=False),
    sa.Column("is_given_up", sa.Boolean, nullable=False),
    sa.Column("tally", Json, nullable=False),
)

odd_record = sa.Table(
    "odd_record",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("line", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("matricule", sa.Text, nullable=False),  # masked
    sa.Column("problems", Json, nullable=False),
)

seen_matricules = sa.Table(
    "seen_matricules",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("caf", sa.String(3), primary_key=True),
    sa.Column("bits", sa.LargeBinary, nullable=False),  # compressed
)

document_dictionary = sa.Table(
    "document_dictionary",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),  # the frames of documents name it
    sa.Column("content", sa.LargeBinary, nullable=False),
)

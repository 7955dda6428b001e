"""`python -m audit export-decisions FILE`: recorded decisions in clear, for `habpps replay-decisions`."""

import argparse
import os
import sys
from contextlib import closing
from pathlib import Path

import orjson

from audit.adapters.database.unit_of_work import SqlJournalStore
from audit.adapters.files.payload_cipher import AesGcmPayloadCipher
from audit.adapters.files.shard_keys import FileShardKeys
from audit.bootstrap import NEWEST_SCHEMA, OLDEST_SCHEMA
from audit.settings import AuditSettings
from audit.use_cases.export_decisions import ExportDecisions
from servicekit.database import check_schema, open_database


def arguments_of(parser: argparse.ArgumentParser) -> None:
    """Where it is written."""
    parser.add_argument("file", type=Path, help="file that is written, readable by its owner alone; it names people")


def run(settings: AuditSettings, arguments: argparse.Namespace) -> int:
    """Writes one JSON line for each event; returns the exit code.

    Raises:
        StartError: the database is not as it must be.
        ServiceError: the database does not answer.
    """
    written = erased = 0
    descriptor = os.open(arguments.file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with (
        os.fdopen(descriptor, "wb") as file,
        closing(open_database(settings.database_url, threads=1)) as database,
    ):
        check_schema(database, OLDEST_SCHEMA, NEWEST_SCHEMA)
        export = ExportDecisions(SqlJournalStore(database), FileShardKeys(settings.keys), AesGcmPayloadCipher())
        for opened in export():
            if opened is None:
                erased += 1
                continue
            file.write(orjson.dumps({"event": opened.event, "payload": opened.payload}) + b"\n")
            written += 1
    sys.stdout.write(f"{written} events written; the content of {erased} others is erased.\n")
    return 0

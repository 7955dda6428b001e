"""`python -m audit export` and `check-export`: the folder for outsiders, written by the journal, checked by anybody."""

import argparse
import sys
from contextlib import closing
from pathlib import Path

from audit.adapters.database.unit_of_work import SqlJournalStore
from audit.adapters.files.note_key import VERIFIER_KEY_FILE, Ed25519NoteVerifier
from audit.adapters.files.public_folder import DiskPublicFolder
from audit.bootstrap import NEWEST_SCHEMA, OLDEST_SCHEMA
from audit.settings import AuditSettings
from audit.use_cases.public_log import WritePublicLog, check_public_log
from servicekit.database import check_schema, open_database


def export_arguments(parser: argparse.ArgumentParser) -> None:
    """Where it is written."""
    parser.add_argument("folder", type=Path, help="folder that a plain HTTP server serves; made when it is not there")


def export(settings: AuditSettings, arguments: argparse.Namespace) -> int:
    """Writes what is signed and not there yet; returns the exit code.

    Raises:
        StartError: the database or the verifier key is not there.
        ServiceError: the database does not answer, nothing is signed, or the folder is of another journal.
    """
    verifier = Ed25519NoteVerifier.from_file(settings.keys / VERIFIER_KEY_FILE)
    with closing(open_database(settings.database_url, threads=1)) as database:
        check_schema(database, OLDEST_SCHEMA, NEWEST_SCHEMA)
        written = WritePublicLog(SqlJournalStore(database), verifier)(DiskPublicFolder(arguments.folder))
    sys.stdout.write(f"{written.resources} tiles and bundles written; the folder holds {written.head.size} entries.\n")
    sys.stdout.write(f"Give outsiders the public key by another way: {verifier.verifier_key.to_text()}\n")
    return 0


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """What is checked, and under which key."""
    parser.add_argument("folder", type=Path, help="the folder, or a copy of what a server serves")
    parser.add_argument("--key", type=Path, required=True, help="file of the public key (checkpoint.vkey)")


def check(_settings: AuditSettings, arguments: argparse.Namespace) -> int:
    """Computes everything again from the entries of the folder; 0: intact, 1: it is not.

    Raises:
        StartError: the key cannot be read.
    """
    report = check_public_log(DiskPublicFolder(arguments.folder), Ed25519NoteVerifier.from_file(arguments.key))
    if report.problems or report.head is None:
        sys.stdout.write("\n".join([*report.problems, f"NOT intact: {len(report.problems)} problems."]) + "\n")
        return 1
    sys.stdout.write(f"Intact: {report.head.size} entries, root {report.head.root.hex()}.\n")
    return 0

"""`python -m audit accept-restored-journal`: go on with a journal that lost evidence, once a person has decided so."""

import argparse
import sys
from contextlib import closing

from audit.adapters.files.note_key import VERIFIER_KEY_FILE
from audit.bootstrap import NEWEST_SCHEMA, OLDEST_SCHEMA, build_core
from audit.settings import AuditSettings
from audit.use_cases.accept_restored import Decision
from servicekit.clock import SystemClock
from servicekit.database import check_schema, open_database


def arguments_of(parser: argparse.ArgumentParser) -> None:
    """Who decides, why, and whether the signing key is lost."""
    parser.add_argument("--by", required=True, metavar="WHO", help="the person who decides")
    parser.add_argument("--reason", required=True, metavar="WHY", help="what happened and why the journal goes on")
    parser.add_argument("--new-key", action="store_true", help="the signing key is lost: make another one")


def run(settings: AuditSettings, arguments: argparse.Namespace) -> int:
    """Records the decision and signs the journal as it is; returns the exit code.

    Raises:
        StartError: the database or a key is not as it must be.
        ServiceError: the database does not answer.
    """
    if arguments.new_key:
        public_half = settings.keys / VERIFIER_KEY_FILE
        if public_half.exists():
            public_half.rename(public_half.with_name(f"{VERIFIER_KEY_FILE}.lost"))
    with closing(open_database(settings.database_url, threads=2, patient=True)) as database:
        check_schema(database, OLDEST_SCHEMA, NEWEST_SCHEMA)
        core = build_core(settings, database, SystemClock())
        with closing(core.outside):
            accepted = core.accept(Decision(arguments.by, arguments.reason))
    if accepted is None:
        sys.stdout.write("Nothing is missing and nothing contradicts the journal: there is nothing to accept.\n")
        return 0
    lines = [f"accepted: {problem}" for problem in accepted.problems]
    lines.append(f"Event {accepted.event_id} says so. The journal of {accepted.head.size} entries is signed anew.")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0

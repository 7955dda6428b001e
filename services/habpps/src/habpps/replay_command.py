"""`python -m habpps replay-decisions EXPORT`: recorded decisions, decided again on the change log of the register."""

import argparse
import json
import random
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from habpps.adapters.database.feed import SqlFeedReader
from habpps.bootstrap import NEWEST_SCHEMA, OLDEST_SCHEMA
from habpps.settings import HabppsSettings
from habpps.use_cases.ports import FeedReader
from rights.field_table import FieldTable
from rights.record import MalformedRecordError, read_record
from rights.replay import LoggedChange, LoggedDecision, Replay, ReplayReport
from servicekit.database import check_schema, open_database
from servicekit.errors import StartError

REVISIONS_AT_ONCE = 500
PROBLEMS_SHOWN = 50


@dataclass
class Export:
    """What an export of the journal holds. `problems`: lines that should hold a decision and do not."""

    decisions: list[LoggedDecision] = field(default_factory=list)
    anchors: dict[tuple[int, int], str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def arguments_of(parser: argparse.ArgumentParser) -> None:
    """What is decided again, and by which tables."""
    parser.add_argument("export", type=Path, help="file of `python -m audit export-decisions`")
    parser.add_argument(
        "--table",
        type=Path,
        action="append",
        required=True,
        metavar="FILE",
        help="a field table that was in force (profile_fields.toml of cdap); may be repeated",
    )
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="N of the decisions, drawn at random")


def run(settings: HabppsSettings, arguments: argparse.Namespace) -> int:
    """Decide again and say what comes out otherwise; 0: all are equal, 1: some are not, or could not be decided.

    Raises:
        StartError: a file cannot be read, or the database is not as it must be.
    """
    tables = [FieldTable.load(path) for path in arguments.table]
    with closing(open_database(settings.database_url, threads=1)) as database:
        check_schema(database, OLDEST_SCHEMA, NEWEST_SCHEMA)
        report = replayed(read_export(arguments.export), tables, SqlFeedReader(database), arguments.sample)
    sys.stdout.write(f"{report.decided} decisions decided again, {len(report.problems)} problems.\n")
    for problem in report.problems[:PROBLEMS_SHOWN]:
        sys.stdout.write(f"- {problem}\n")
    return 1 if report.problems or not report.decided else 0


def replayed(export: Export, tables: Iterable[FieldTable], feed: FeedReader, sample: int = 0) -> ReplayReport:
    """Decide again what an export holds, or `sample` of it."""
    decisions = export.decisions
    if 0 < sample < len(decisions):
        decisions = random.SystemRandom().sample(decisions, sample)
    report = Replay({table.hash: table for table in tables}, export.anchors)(change_log(feed), decisions)
    return ReplayReport(report.decided, (*export.problems, *report.problems))


def change_log(feed: FeedReader) -> Iterator[LoggedChange]:
    """Every revision of the register, in order."""
    revision = 0
    while changes := feed.changes_after(revision, REVISIONS_AT_ONCE):
        for change in changes:
            facts = tuple((fact.key, fact.value) for fact in change.facts)
            yield LoggedChange(change.revision, change.epoch, facts, change.digest)
        revision += REVISIONS_AT_ONCE


def read_export(path: Path) -> Export:
    """Read the lines of an export.

    Raises:
        StartError: the file cannot be read, or a line is no JSON object.
    """
    found = Export()
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                _read(number, json.loads(line), found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StartError(f"{path} is no export of decisions: {error}") from error
    return found


def _read(number: int, line: dict[str, dict[str, object]], found: Export) -> None:
    event, payload = line["event"], line["payload"]
    name = str(event.get("event_id") or f"of line {number}")
    digest, epoch, revision = payload.get("rights_digest"), payload.get("rights_epoch"), event.get("rights_revision")
    if event.get("service") == "habpps" and isinstance(digest, str) and isinstance(epoch, int):
        key = epoch, revision if isinstance(revision, int) else 0
        if found.anchors.setdefault(key, digest) != digest:
            found.problems.append(f"event {name}: two digests of revision {key[1]} of epoch {epoch}")
    if "rights_decision" in payload:
        try:
            record = read_record(payload["rights_decision"])
        except MalformedRecordError as error:
            found.problems.append(f"event {name}: {error}")
            return
        if record.revision != (revision or 0) or record.question.account_id != event.get("actor_id"):
            found.problems.append(f"event {name}: the decision is not that of its event")
        found.decisions.append(LoggedDecision(name, record))

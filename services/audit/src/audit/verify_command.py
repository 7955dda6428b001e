"""`python -m audit verify`: the report in sentences or as JSON, and an exit code.

0: intact. 1: something is not what was written or signed. 2: it could not be run.
"""

import argparse
import json
import sys
import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from audit.bootstrap import NEWEST_SCHEMA, OLDEST_SCHEMA, build_verifier
from audit.domain.verification import Problem
from audit.guards import open_guard
from audit.settings import AuditSettings
from audit.use_cases.verify_journal import Report
from servicekit.database import check_schema, open_database
from servicekit.errors import StartError

INTACT, TAMPERED = 0, 1
_SECONDS_BETWEEN_LINES = 2.0


def run(settings: AuditSettings, arguments: argparse.Namespace) -> int:
    """Verifies and reports; returns the exit code.

    Raises:
        StartError: the database or the verifier key is not there.
        ServiceError: the database does not answer, or the guard cannot be understood.
    """
    url = arguments.database or settings.database_url
    _check_exists(url)
    report = report_on(settings, url)
    sys.stdout.write(f"{json.dumps(as_value(report))}\n" if arguments.json else as_text(report))
    return INTACT if report.is_intact else TAMPERED


def report_on(settings: AuditSettings, url: str) -> Report:
    """The report on the database at `url`, with the keys and the guard of the settings.

    Raises:
        StartError: no schema this program knows, no verifier key, or a catalogue so damaged that it cannot be opened.
        ServiceError: the database does not answer, or the guard cannot be understood.
    """
    try:
        with closing(open_database(url, threads=1)) as database, closing(open_guard(settings)) as kept:
            check_schema(database, OLDEST_SCHEMA, NEWEST_SCHEMA)
            return build_verifier(settings, database, kept)(LineProgress())
    except UnicodeDecodeError as error:
        raise StartError("The catalogue of the database is damaged: it cannot be read as text.") from error


def as_value(report: Report) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "intact": report.is_intact,
        "size": report.size,
        "root": report.root.hex(),
        "checkpoints": report.checkpoints,
        "redacted": report.redacted,
        "expired": report.expired,
        "problem_count": report.problem_count,
        "problems": [asdict(problem) for problem in report.problems],
        "irregularities": [asdict(irregular) for irregular in report.irregularities],
    }


def as_text(report: Report) -> str:
    """The report for a person."""
    lines = [_sentence(problem) for problem in report.problems]
    if report.problem_count > len(report.problems):
        lines.append(f"… and {report.problem_count - len(report.problems)} more")
    lines += [
        f"note: entry {one.index}: {one.service} sent number {one.number} irregularly: {one.kind}"
        for one in report.irregularities
    ]
    counted = f"{report.size} entries, {report.checkpoints} checkpoints, root {report.root.hex()}"
    if report.redacted or report.expired:
        counted += f"; not readable any more: {report.redacted} redacted, {report.expired} whose term is over"
    if report.is_intact:
        lines.append(f"The journal is intact: {counted}.")
    else:
        lines.append(f"The journal is NOT intact: {report.problem_count} problems in {counted}.")
    return "\n".join(lines) + "\n"


def _sentence(problem: Problem) -> str:
    place = problem.table if problem.column is None else f"{problem.table}.{problem.column}"
    row = [
        "" if problem.index is None else f"entry {problem.index}",
        "" if problem.event_id is None else f"event {problem.event_id}",
        "" if problem.key is None else f"row {problem.key}",
    ]
    where = ", ".join(part for part in row if part)
    return f"{place} ({where}): {problem.problem}" if where else f"{place}: {problem.problem}"


def _check_exists(url: str) -> None:
    if url.startswith("sqlite:") and not Path(urlsplit(url).path[1:]).is_file():
        raise StartError("There is no database at that address.")


class LineProgress:
    """Progress as lines on standard error, at most one every two seconds, so that short runs say nothing."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Says it when it is time."""
        now = time.monotonic()
        if now - self._last >= _SECONDS_BETWEEN_LINES:
            self._last = now
            sys.stderr.write(f"audit: {done} of {total} entries verified\n")

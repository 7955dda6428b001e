"""What a month of dossiers costs: `python -m tests.bench.dossiers --count 100000 [--database-url URL] [--folder F]`.

A month is imported into an empty store, then the next one in which 5 % of the families changed, each by the command
in a process of its own. Printed: time, memory, bytes per dossier; for each tenth of a file the memory and the processor
per line, which must not grow; and what a reader waits for one dossier, beside two floors of the same run: parsing every
line of the file, and reading the same documents from a table of plain JSON.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from cdap.adapters.database.tables import unfinished_file
from cdap.adapters.database.unit_of_work import sql_repositories
from cdap.domain.dossier import DossierKey
from onebox.dossiers.generator import generate
from servicekit.commands import migrations_folder
from servicekit.database import Database, migrate, open_database
from servicekit.database.prepared import PreparedStatement
from tests.architecture.tree import ROOT

DRAWN = 50_000  # families that are drawn; more dossiers are these again under other numbers
NUMBERS_APART = 300_000
SHOWCASE = 7  # the first ones have numbers apart from the others
CHANGED = 0.05
READS = 5_000
MONTHS = (date(2026, 10, 1), date(2026, 11, 1))
_plain = sa.Table(
    "plain_json",
    sa.MetaData(),
    sa.Column("matricule", sa.String(7), primary_key=True),
    sa.Column("caf", sa.String(3), primary_key=True),
    sa.Column("document", sa.LargeBinary, nullable=False),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.dossiers")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--database-url", default="")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = asked.database_url or f"sqlite:///{folder / 'cdap.sqlite3'}"
        migrate(url, migrations_folder("cdap.adapters.database:migrations"))
        first, second = folder / "first.jsonl", folder / "second.jsonl"
        _write(first, second, asked.count)
        print(
            f"{asked.count} dossiers, {first.stat().st_size / asked.count:.0f} bytes each as JSON, {url.split(':')[0]}"
        )
        floor = _parse_all(first)
        print(f"parsing every line (floor)      {floor:7.1f} s  {asked.count / floor:8.0f} lines/s")
        for path, what in (
            (first, "first month"),
            (second, "next month, 5 % changed"),
            (second, "the same file again"),
        ):
            seconds, processor, memory, marks = _import(path, url, folder)
            rate = f"{asked.count / seconds:6.0f} lines/s"
            print(
                f"{what:<24}{seconds:15.1f} s  {rate}, processor {processor:.1f} s = {processor / floor:.1f} x floor, "
                f"{memory:.0f} MB at most"
            )
            print(f"  the store holds {_size(url) / asked.count:.0f} bytes per dossier")
            _print_tenths(marks, asked.count)
        _read(url, first)
    return 0


def _write(first: Path, second: Path, count: int) -> None:
    draw = random.Random(2)
    families = islice(generate(1, min(count, DRAWN) + SHOWCASE, MONTHS[0]), SHOWCASE, None)
    drawn = [orjson.dumps(document) for document in families]
    with first.open("wb") as one, second.open("wb") as other:
        for place in range(count):
            turn, which = divmod(place, len(drawn))
            document = orjson.loads(drawn[which])
            reference = document["reference"]
            reference["matricule"] = f"{int(reference['matricule']) + turn * NUMBERS_APART:07d}"
            one.write(orjson.dumps(document) + b"\n")
            other.write(orjson.dumps(_next_month(document, changed=draw.random() < CHANGED)) + b"\n")


def _next_month(document: dict[str, Any], *, changed: bool) -> dict[str, Any]:
    """The same family a month later."""
    month, before = f"{MONTHS[1]:%Y-%m}", f"{MONTHS[0]:%Y-%m}"
    document["reference"]["month"] = month
    quotient = document["quotient_familial"]
    value = quotient["value"] if not changed else (quotient["value"] or 0) + 17
    history = [value, *quotient["history"]][:24]
    quotient |= {"month": month, "computed_on": f"{month}-05", "value": value, "history": history}
    paid = document["prestations_paid"]
    if paid["until"] == before:
        amounts = {code: [months[0], *months][:24] for code, months in paid["amounts_cents"].items()}
        document["prestations_paid"] = {"until": month, "amounts_cents": amounts}
    return document


def _parse_all(path: Path) -> float:
    began = time.process_time()
    with path.open("rb") as file:
        for line in file:
            orjson.loads(line)
    return time.process_time() - began


@dataclass(frozen=True)
class _Mark:
    """How far an import was: lines that it noted, its seconds of processor and its megabytes by then."""

    line: int
    processor: float
    memory: float


def _import(path: Path, url: str, folder: Path) -> tuple[float, float, float, list[_Mark]]:
    """Seconds, seconds of processor, megabytes at most, and what was seen on the way."""
    environment = os.environ | {"CDAP_DATABASE_URL": url, "CDAP_DATA_DIRECTORY": str(folder)}
    command = [sys.executable, "-m", "cdap", "import", str(path)]
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    marks = [_Mark(0, 0.0, 0.0)]
    memory = 0.0
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        while process.returncode is None:
            memory = max(memory, _highest(process.pid))  # of getrusage it would be that of this process, which forked
            if (line := _asked(url, _noted_line)) > marks[-1].line:
                marks.append(_Mark(line, _processor(process.pid), _now_in_memory(process.pid)))
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.2)
    if process.returncode != 0:
        raise RuntimeError(f"the import ended with {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - began, processor, memory, marks


def _noted_line(database: Database) -> int:
    return int(database.read(lambda connection: connection.scalar(sa.select(sa.func.max(unfinished_file.c.line)))) or 0)


def _print_tenths(marks: list[_Mark], count: int) -> None:
    """The last mark of each tenth; an import notes every 20 000 lines, so a short one has none."""
    last = {mark.line * 10 // count: mark for mark in marks if mark.processor or not mark.line}
    chosen = [last[tenth] for tenth in sorted(last)]
    for one, other in pairwise(chosen):
        each = (other.processor - one.processor) / (other.line - one.line) * 1e6
        print(f"    lines {one.line:>8} to {other.line:>8}: {each:4.0f} us of processor a line, {other.memory:.0f} MB")


def _processor(pid: int) -> float:
    """Seconds of processor of a running process; 0 when it has just ended."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _now_in_memory(pid: int) -> float:
    return _of_status(pid, "VmRSS")


def _highest(pid: int) -> float:
    return _of_status(pid, "VmHWM")


def _of_status(pid: int, what: str) -> float:
    """Megabytes that a process holds (VmRSS), or held at most until now (VmHWM); 0 when it has just ended."""
    with suppress(OSError):
        found = re.search(rf"^{what}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
        return int(found[1]) / 1000 if found else 0.0
    return 0.0


def _size(url: str) -> int:
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return sum(part.stat().st_size for part in path.parent.glob(f"{path.name}*"))
    query = "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('dossier')"
    return int(_asked(url, lambda database: database.read(lambda connection: connection.scalar(sa.text(query)) or 0)))


def _asked(url: str, work: Callable[[Database], Any]) -> Any:
    database = open_database(url, threads=1)
    try:
        return work(database)
    finally:
        database.close()


def _read(url: str, first: Path) -> None:
    """One dossier after the other, at random, in turns with plain JSON in the same database."""
    chosen = []
    with first.open("rb") as file:
        for place, line in enumerate(file):
            if place % max(1, first.stat().st_size // (READS * 2_000)) == 0:
                chosen.append(line)
    draw = random.Random(3)
    draw.shuffle(chosen)
    chosen = chosen[:READS]
    _asked(url, lambda database: _compare(database, chosen))


def _compare(database: Database, lines: list[bytes]) -> None:
    references = [orjson.loads(line)["reference"] for line in lines]
    keys = [DossierKey(reference["caf"], reference["matricule"]) for reference in references]
    rows = [
        {"matricule": key.matricule, "caf": key.caf, "document": line} for key, line in zip(keys, lines, strict=True)
    ]

    def make(connection: sa.Connection) -> None:
        _plain.create(connection)
        connection.execute(sa.insert(_plain), rows)

    database.write(make)
    readers = {"plain JSON (floor)": _plain_reader(database), "month in force, compressed": _reader(database)}
    times: dict[str, list[float]] = {name: [] for name in readers}
    for key in keys:
        for name, read in readers.items():
            began = time.perf_counter()
            read(key)
            times[name].append((time.perf_counter() - began) * 1e6)
    for name, taken in times.items():
        cuts = statistics.quantiles(taken, n=20)
        print(f"one dossier, {name:<30} p50 {cuts[9]:6.0f} us   p95 {cuts[18]:6.0f} us")
    database.write(_plain.drop)


def _plain_reader(database: Database) -> Callable[[DossierKey], None]:
    statement = PreparedStatement(
        sa.select(_plain.c.document).where(
            _plain.c.caf == sa.bindparam("caf"), _plain.c.matricule == sa.bindparam("matricule")
        )
    )

    def read(key: DossierKey) -> None:
        values = {"caf": key.caf, "matricule": key.matricule}
        row = database.read(lambda connection: statement.first(connection, values), snapshot=False)
        orjson.loads(bytes(row[0]) if row else b"")

    return read


def _reader(database: Database) -> Callable[[DossierKey], None]:
    repositories = sql_repositories()

    def read(key: DossierKey) -> None:
        def find(connection: sa.Connection) -> None:
            found = repositories(connection).dossiers.find(key)
            if found is None:
                raise RuntimeError(f"{key} is not there")
            found.read()

        database.read(find, snapshot=False)

    return read


if __name__ == "__main__":
    raise SystemExit(main())

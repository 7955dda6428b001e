"""Bytes per event and events per second of the journal: `python -m tests.bench.journal [--events N] [--url URL]`.

Events are as cdap sends them: one consultation each, of 50 people of 5 organisations. Sixteen callers wait for their
receipts, so that a batch holds what sixteen gather. Bytes are those of the whole database afterwards (SQLite: the file;
PostgreSQL: every table with its indexes, after VACUUM), without keys and guard.
"""

import argparse
import random
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from servicekit.database import Database
from servicekit.identifiers import new_id
from tests.audit.builders import FakeProducer, Journal, journal

CALLERS = 16
PEOPLE, ORGANISATIONS = 50, 5


def consultation(draw: random.Random, people: list[str], organisations: list[str]) -> dict[str, Any]:
    """What changes from one consultation to the next, with a payload of the size that cdap sends."""
    payload = {
        "client_id": "cdap-web",
        "contract": new_id(),
        "fields": ["adresse", "composition_familiale", "enfants", "quotient_familial"],
        "group": new_id(),
        "ip": f"10.1.{draw.randrange(256)}.{draw.randrange(256)}",
        "profile": "T2",
        "purpose": "tarification_petite_enfance",
        "session_id": new_id(),
        "territory": "921",
        "token_id": new_id(),
    }
    return {
        "actor_id": draw.choice(people),
        "organisation_id": draw.choice(organisations),
        "subject": f"dossier:921:{draw.randrange(10**7):07}",
        "reference": "7K4Q-2M9D",
        "payload": payload,
    }


def run(opened: Journal, count: int) -> tuple[float, float]:
    """Seconds of the clock and of the processor for `count` events."""
    draw = random.Random(1)
    people, organisations = ([new_id() for _ in range(number)] for number in (PEOPLE, ORGANISATIONS))
    told = [consultation(draw, people, organisations) for _ in range(count)]
    each = count // CALLERS
    events = [
        [producer.event(**one) for one in told[number * each : (number + 1) * each]]
        for number, producer in enumerate(FakeProducer() for _ in range(CALLERS))
    ]

    def call(mine: list[Any]) -> None:
        for event in mine:
            opened.append(event)

    threads = [threading.Thread(target=call, args=(mine,)) for mine in events]
    began, processor = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began, time.process_time() - processor


def pragma(database: Database, name: str) -> int:
    """What SQLite says of itself."""
    return int(database.read(lambda connection: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()))


def size_of(database: Database, url: str) -> int:
    """Bytes of the database."""
    if database.dialect == "sqlite":
        return pragma(database, "page_count") * pragma(database, "page_size")
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM")
    every = (
        "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND n.nspname = 'public'"
    )
    return int(database.read(lambda connection: connection.exec_driver_sql(every).scalar_one()))


def main() -> None:
    """Prints one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=8000)
    parser.add_argument("--url", default="", help="an empty PostgreSQL database; SQLite in a temporary folder without")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = arguments.url or f"sqlite:///{Path(folder) / 'audit.sqlite3'}"
        with journal(Path(folder), url) as opened:
            empty = size_of(opened.database, url)
            seconds, processor = run(opened, arguments.events)
            per_event = (size_of(opened.database, url) - empty) / arguments.events
            name = opened.database.dialect
    print(
        f"{name}: {per_event:.0f} bytes per event, {arguments.events / seconds:.0f} events/s, "
        f"{processor / arguments.events * 1e6:.0f} µs of processor per event"
    )


if __name__ == "__main__":
    main()

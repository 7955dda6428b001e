"""A process that records as fast as it can and says which acts were released, until it is killed."""

import sys
import threading
from dataclasses import replace
from datetime import timedelta

from servicekit.clock import SystemClock
from servicekit.database import open_database
from servicekit.outbox import OutboxRelay, OutboxSettings, RecordingUnitOfWork
from tests.servicekit.outbox.builders import SqlThings, adding
from tests.servicekit.outbox.fakes import InMemoryAudit

THREADS = 4


def main() -> None:
    database = open_database(sys.argv[1], threads=THREADS)
    settings = replace(OutboxSettings(), acknowledgement_wait=timedelta(seconds=10), backlog_refresh=timedelta(0))
    relay = OutboxRelay(database, "cdap", InMemoryAudit(), SystemClock(), settings)
    work = RecordingUnitOfWork(database, SqlThings, relay)
    relay.start()
    lock = threading.Lock()

    def record(thread: int) -> None:
        number = 0
        while True:
            name = work.record(adding(f"{thread}-{number}"))
            with lock:
                print(name, flush=True)
            number += 1

    for thread in range(THREADS):
        threading.Thread(target=record, args=(thread,)).start()


main()

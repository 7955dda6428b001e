"""`python -m <service> outbox`: what audit refuses and was set aside, and another try."""

import argparse
import sys
from contextlib import closing
from typing import Any

from servicekit.commands import Command
from servicekit.database import open_database
from servicekit.outbox import store
from servicekit.settings import ServiceSettings

_SOMETHING_IS_SET_ASIDE = 1


def outbox_command() -> Command[Any]:
    """The command of every service that has an outbox. Exit code 1: events are set aside."""
    return Command("outbox", "events that audit refuses, and another try", _run, _arguments)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--retry", action="store_true", help="send again what was set aside")


def _run(settings: ServiceSettings, arguments: argparse.Namespace) -> int:
    with closing(open_database(settings.database_url, threads=1, patient=True)) as database:
        waiting = database.read(lambda connection: store.backlog(connection, 1_000_000))
        if arguments.retry:
            count = database.write(store.send_again)
            sys.stdout.write(f"{count} events will be sent again.\n")
            return 0
        apart = database.read(store.all_set_aside)
    lines = [f"{one.event_id}  recorded {one.recorded_at:%Y-%m-%d %H:%M:%S} UTC  {one.reason}" for one in apart]
    lines.append(f"{len(apart)} events are set aside, {waiting.rows} wait for audit.")
    sys.stdout.write("\n".join(lines) + "\n")
    return _SOMETHING_IS_SET_ASIDE if apart else 0

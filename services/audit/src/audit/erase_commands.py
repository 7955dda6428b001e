"""`python -m audit expire`, `confirm-clock` and `redact`: what the journal says of people is erased, by its term or
by a decision."""

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

from audit.bootstrap import NEWEST_SCHEMA, OLDEST_SCHEMA, Erasing, build_erasing
from audit.settings import AuditSettings
from audit.use_cases.erase import RedactionDecision
from servicekit.clock import SystemClock
from servicekit.database import check_schema, open_database

T = TypeVar("T")


def expire(settings: AuditSettings, _arguments: argparse.Namespace) -> int:
    """Destroys the keys whose term is over; returns the exit code.

    Raises:
        StartError: the database is not as it must be.
        ServiceError: the database does not answer, a key cannot be removed, or the clock jumped.
    """
    destroyed = _with_erasing(settings, lambda erasing: erasing.expire())
    lines = [f"destroyed: the key of {name}" for name in destroyed] or ["No key is at the end of its term."]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def confirm_arguments(parser: argparse.ArgumentParser) -> None:
    """Who has looked at the time, and why it is right."""
    parser.add_argument("--by", required=True, metavar="WHO", help="the person who has compared the time")
    parser.add_argument("--reason", required=True, metavar="WHY", help="what the clock did, and why it is right now")


def confirm_clock(settings: AuditSettings, arguments: argparse.Namespace) -> int:
    """Lets keys be destroyed again after the clock jumped; returns the exit code.

    Raises:
        StartError: the database is not as it must be.
        ServiceError: the clock is behind the journal, or the database does not answer.
    """
    said = _with_erasing(settings, lambda erasing: erasing.confirm(arguments.by, arguments.reason))
    told = f"Confirmed. Event {said} says so." if said else "Nothing is suspended: there is nothing to confirm."
    sys.stdout.write(told + "\n")
    return 0


def redact_arguments(parser: argparse.ArgumentParser) -> None:
    """Which event, who decides, who agrees, and why."""
    parser.add_argument("event", help="identifier of the event, as its page shows it")
    parser.add_argument("--by", required=True, metavar="WHO", help="the person who decides")
    parser.add_argument("--agreed-by", required=True, metavar="WHO", help="the second person, who agrees")
    parser.add_argument("--reason", required=True, metavar="WHY", help="why the content must go")


def redact(settings: AuditSettings, arguments: argparse.Namespace) -> int:
    """Erases the content of one event; returns the exit code.

    Raises:
        StartError: the database is not as it must be.
        ServiceError: no such event, one person alone decides, or the database does not answer.
    """
    decision = RedactionDecision(arguments.by, arguments.agreed_by, arguments.reason)
    said = _with_erasing(settings, lambda erasing: erasing.redact(arguments.event, decision))
    sys.stdout.write(f"The content of event {arguments.event} is erased. Event {said} says so.\n")
    return 0


def _with_erasing(settings: AuditSettings, work: Callable[[Erasing], T]) -> T:
    with closing(open_database(settings.database_url, threads=2)) as database:
        check_schema(database, OLDEST_SCHEMA, NEWEST_SCHEMA)
        return work(build_erasing(settings, database, SystemClock()))

"""`python -m <service> backup` and `restore`: a copy of the database while the service runs, and the way back."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from servicekit.errors import StartError
from servicekit.logging import configure_logging
from servicekit.settings import ServiceSettings


def backup_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to, and how many copies to keep."""
    parser.add_argument("file", type=Path, metavar="FILE", help="new file, or a folder: the name then says the time")
    parser.add_argument(
        "--keep", type=_count, metavar="N", help="in a folder: remove all but the newest N copies of this service"
    )


def restore_arguments(parser: argparse.ArgumentParser) -> None:
    """Which copy."""
    parser.add_argument("file", type=Path, metavar="FILE", help="what `backup` wrote; it stays as it is")


def back_up(settings: ServiceSettings, arguments: argparse.Namespace) -> int:
    """Writes the copy; returns the exit code.

    Raises:
        StartError: the copy cannot be made, or PostgreSQL makes it by a program of its own.
    """
    from servicekit.database import copies

    database = copies.sqlite_file(settings.database_url)
    if database is None:
        raise StartError(
            "PostgreSQL makes its copies itself, of at least the server's version: "
            f"pg_dump --format=custom --file={arguments.file} {copies.without_password(settings.database_url)}"
        )
    in_folder = arguments.file.is_dir()
    if arguments.keep is not None and not in_folder:
        raise StartError(f"--keep needs a folder of copies, and {arguments.file} is none.")
    begins = f"{settings.service}-"
    name = f"{begins}{datetime.now(UTC):%Y%m%dT%H%M%SZ}.sqlite3"
    copy = arguments.file / name if in_folder else arguments.file
    size = copies.back_up(database, copy)
    sys.stdout.write(f"{settings.service}: {copy} holds the whole database ({size} bytes), checked.\n")
    if arguments.keep is not None:
        for old in sorted(arguments.file.glob(f"{begins}[0-9]*T[0-9]*Z.sqlite3"))[: -arguments.keep]:
            old.unlink()
            sys.stdout.write(f"{settings.service}: {old} is removed.\n")
    return 0


def restoring(folder: Callable[[], Path], then: Sequence[str]) -> Callable[[Any, argparse.Namespace], int]:
    """The command `restore` of a service whose migrations are in `folder()`; `then` says what must follow."""

    def run(settings: ServiceSettings, arguments: argparse.Namespace) -> int:
        from servicekit.database import copies

        configure_logging(settings.service, settings.log_level)
        database = copies.sqlite_file(settings.database_url)
        if database is None:
            target = copies.without_password(settings.database_url)
            raise StartError(
                "PostgreSQL puts its copies back itself, into an empty database and with the service stopped: "
                f"pg_restore --no-owner --exit-on-error --dbname={target} {arguments.file}; then `migrate`."
            )
        kept = copies.put_back(arguments.file, database, folder(), datetime.now(UTC))
        lines = [f"{arguments.file} is restored and migrated to {database}."]
        lines.append(f"The old database is kept as {kept}." if kept else "There was no database before.")
        lines += [f"Before the start: {sentence}" for sentence in then]
        sys.stdout.write("".join(f"{settings.service}: {line}\n" for line in lines))
        return 0

    return run


def _count(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of copies, 1 or more")
    return number

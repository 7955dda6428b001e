"""`python -m cdap COMMAND`: serve consultations, migrate, generate synthetic dossiers, import dossiers."""

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from cdap.settings import CdapSettings
from partnerkit.days import EARLIEST, LATEST, is_plausible
from servicekit.commands import Command, service_main
from servicekit.errors import StartError
from servicekit.outbox.command import outbox_command

NOTHING_IMPORTED = 1  # the file was refused whole; 2 is a mistake of the command line or the settings
_LONGEST_COUNT = 8  # digits: a Caf has seven digits of matricules to give
SOME_SET_ASIDE = 3  # the others are in force


_AFTER_RESTORE = ("import the newest dossiers: `python -m cdap import FILE`.",)
"""What docs/operate.md, "Backup and restore", says of this service."""


def _generate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same dossiers (default 1)")
    parser.add_argument("--count", type=_count, default=10_000, help="how many dossiers (default 10000)")
    parser.add_argument("--month", type=_month, help="month of the figures, for example 2026-11 (default: this month)")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="JSON Lines file to write")


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="JSON Lines, one dossier per line (see the README)")
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="where to name the records set aside (default: beside the file)"
    )


def _month(text: str) -> date:
    try:
        month_on = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a month such as 2026-11") from None
    if not is_plausible(month_on):
        raise argparse.ArgumentTypeError(f"{text} is not a month between {EARLIEST.year} and {LATEST.year}")
    return month_on


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_COUNT):
        raise argparse.ArgumentTypeError(f"{text[:20]} is not a number of dossiers such as 10000")
    return int(text)


def _generate(_settings: CdapSettings, arguments: argparse.Namespace) -> int:
    from cdap.adapters.files.json_lines import JsonCodec
    from cdap.adapters.synthetic.generator import generate

    month_on = arguments.month or datetime.now(UTC).date().replace(day=1)
    codec = JsonCodec()
    try:
        with arguments.output.open("wb") as file:
            for document in generate(arguments.seed, arguments.count, month_on):
                file.write(codec.write(document) + b"\n")
    except OSError as error:
        raise StartError(f"The file {arguments.output} cannot be written: {error.strerror}.") from error
    sys.stdout.write(f"{arguments.count} synthetic dossiers of {month_on:%Y-%m} in {arguments.output}\n")
    return 0


def _import(settings: CdapSettings, arguments: argparse.Namespace) -> int:
    from cdap.adapters.files.json_lines import DossierFile, ProgressBar
    from cdap.adapters.files.set_aside_report import SUFFIX, SetAsideReport, summary
    from cdap.bootstrap import dossier_import

    beside = arguments.report or arguments.file.with_name(arguments.file.name + SUFFIX)
    with (
        DossierFile(arguments.file) as file,
        dossier_import(settings) as import_dossiers,
        SetAsideReport(beside) as odd,
    ):
        progress = ProgressBar(file)
        report = import_dossiers(file.lines(), arguments.file.name, progress, odd.add)
        progress.end()
    sys.stdout.write(summary(report, beside))
    if not report.is_in_force:
        return NOTHING_IMPORTED
    return SOME_SET_ASIDE if report.set_aside_count else 0


def main() -> int:
    """Run the command named on the command line."""
    return service_main(
        service="cdap",
        settings_class=CdapSettings,
        build="cdap.bootstrap:build",
        migrations="cdap.adapters.database:migrations",
        after_restore=_AFTER_RESTORE,
        extra=[
            outbox_command(),
            Command("generate", "write synthetic dossiers, the same for the same seed", _generate, _generate_arguments),
            Command("import", "replace the dossiers, odd records are set aside", _import, _import_arguments),
        ],
    )


if __name__ == "__main__":
    raise SystemExit(main())

"""`python -m cdap COMMAND`: serve consultations, migrate, import dossiers."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cdap.domain.checks import MONTH
from cdap.settings import CdapSettings
from servicekit.commands import Command, service_main
from servicekit.outbox.command import outbox_command

NOTHING_IMPORTED = 1  # the file was refused whole; 2 is a mistake of the command line or the settings
SOME_SET_ASIDE = 3  # the others are in force


_AFTER_RESTORE = (
    "import the newest file of each Caf: `python -m cdap import FILE`; `python -m cdap months` says what each one has.",
)
"""What docs/operate.md, "Backup and restore", says of this service."""


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="JSON Lines, one dossier per line (see the README)")
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="where to name the records set aside (default: beside the file)"
    )
    parser.add_argument(
        "--month",
        type=_month,
        metavar="2026-11",
        help="month of the file (default: that of its first record); needed to go back before the one in force",
    )
    parser.add_argument(
        "--replace", action="store_true", help="give up another file whose import for one of the Cafs was interrupted"
    )


def _month(text: str) -> str:
    if not MONTH.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text[:20]} is not a month such as 2026-11")
    return text


def _import(settings: CdapSettings, arguments: argparse.Namespace) -> int:
    from cdap.adapters.files.json_lines import DossierFile, ProgressBar
    from cdap.adapters.files.set_aside_report import SUFFIX, SetAsideReport, summary
    from cdap.bootstrap import dossier_import
    from cdap.use_cases.import_dossiers import ImportChoices

    beside = arguments.report or arguments.file.with_name(arguments.file.name + SUFFIX)
    choices = ImportChoices(
        percent=settings.import_set_aside_percent, month=arguments.month or "", replace=arguments.replace
    )
    with (
        DossierFile(arguments.file) as file,
        dossier_import(settings, choices) as import_dossiers,
        SetAsideReport(beside) as odd,
    ):
        progress = ProgressBar(file)
        report = import_dossiers(file, progress, odd.add)
        progress.end()
    sys.stdout.write(summary(report, beside))
    if not report.is_in_force:
        return NOTHING_IMPORTED
    return SOME_SET_ASIDE if report.set_aside_count or report.refused else 0


def _months(settings: CdapSettings, _arguments: argparse.Namespace) -> int:
    from cdap.adapters.files.month_list import month_list
    from cdap.bootstrap import months_of

    sys.stdout.write(month_list(*months_of(settings)))
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the arguments (those of the process by default) name; gives the exit code."""
    return service_main(
        service="cdap",
        argv=argv,
        settings_class=CdapSettings,
        build="cdap.bootstrap:build",
        migrations="cdap.adapters.database:migrations",
        after_restore=_AFTER_RESTORE,
        extra=[
            outbox_command(),
            Command("import", "put a month of one or several Cafs in force", _import, _import_arguments),
            Command("months", "say which month each Caf has in force", _months),
        ],
    )


if __name__ == "__main__":
    raise SystemExit(main())

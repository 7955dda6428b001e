"""`python -m cdap COMMAND`: serve consultations, migrate, import dossiers."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cdap.settings import CdapSettings
from servicekit.commands import Command, service_main
from servicekit.outbox.command import outbox_command

NOTHING_IMPORTED = 1  # the file was refused whole; 2 is a mistake of the command line or the settings
SOME_SET_ASIDE = 3  # the others are in force


_AFTER_RESTORE = ("import the newest dossiers: `python -m cdap import FILE`.",)
"""What docs/operate.md, "Backup and restore", says of this service."""


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="JSON Lines, one dossier per line (see the README)")
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="where to name the records set aside (default: beside the file)"
    )


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
            Command("import", "replace the dossiers, odd records are set aside", _import, _import_arguments),
        ],
    )


if __name__ == "__main__":
    raise SystemExit(main())

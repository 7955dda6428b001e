"""`python -m audit COMMAND`: serve the journal, migrate, back up and restore, verify, accept a restored journal."""

import argparse
import sys
from collections.abc import Sequence

from audit.settings import AuditSettings
from servicekit.commands import Command, service_main

_AFTER_RESTORE = (
    "run `python -m audit verify`; put back keys, guard and checkpoint of the same day if it says that they differ.",
    "when evidence is lost, the person responsible for the journal decides: `python -m audit accept-restored-journal`.",
)
"""What docs/operate.md, "Backup and restore", says of this service."""


def _verify(settings: AuditSettings, arguments: argparse.Namespace) -> int:
    from audit import verify_command

    return verify_command.run(settings, arguments)


def _verify_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", metavar="URL", help="another database than that of the settings: a backup")
    parser.add_argument("--json", action="store_true", help="one JSON report on standard output")


def _accept(settings: AuditSettings, arguments: argparse.Namespace) -> int:
    from audit import accept_command

    return accept_command.run(settings, arguments)


def _accept_arguments(parser: argparse.ArgumentParser) -> None:
    from audit import accept_command

    accept_command.arguments_of(parser)


def _export(settings: AuditSettings, arguments: argparse.Namespace) -> int:
    from audit import export_command

    return export_command.export(settings, arguments)


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    from audit import export_command

    export_command.export_arguments(parser)


def _check_export(settings: AuditSettings, arguments: argparse.Namespace) -> int:
    from audit import export_command

    return export_command.check(settings, arguments)


def _check_export_arguments(parser: argparse.ArgumentParser) -> None:
    from audit import export_command

    export_command.check_arguments(parser)


def _export_decisions(settings: AuditSettings, arguments: argparse.Namespace) -> int:
    from audit import decisions_command

    return decisions_command.run(settings, arguments)


def _export_decisions_arguments(parser: argparse.ArgumentParser) -> None:
    from audit import decisions_command

    decisions_command.arguments_of(parser)


def _expire(settings: AuditSettings, arguments: argparse.Namespace) -> int:
    from audit import erase_commands

    return erase_commands.expire(settings, arguments)


def _confirm(settings: AuditSettings, arguments: argparse.Namespace) -> int:
    from audit import erase_commands

    return erase_commands.confirm_clock(settings, arguments)


def _confirm_arguments(parser: argparse.ArgumentParser) -> None:
    from audit import erase_commands

    erase_commands.confirm_arguments(parser)


def _redact(settings: AuditSettings, arguments: argparse.Namespace) -> int:
    from audit import erase_commands

    return erase_commands.redact(settings, arguments)


def _redact_arguments(parser: argparse.ArgumentParser) -> None:
    from audit import erase_commands

    erase_commands.redact_arguments(parser)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the arguments (those of the process by default) name; gives the exit code."""
    return service_main(
        service="audit",
        argv=argv,
        settings_class=AuditSettings,
        build="audit.bootstrap:build",
        migrations="audit.adapters.database:migrations",
        after_restore=_AFTER_RESTORE,
        extra=[
            Command("verify", "compute the whole journal again and compare", _verify, _verify_arguments),
            Command("export", "write the journal for outsiders: it names nobody", _export, _export_arguments),
            Command(
                "export-decisions",
                "write recorded decisions in clear, to have them decided again",
                _export_decisions,
                _export_decisions_arguments,
            ),
            Command("check-export", "compute an export again", _check_export, _check_export_arguments),
            Command("expire", "destroy now the keys of months whose term is over, as the clock does", _expire),
            Command(
                "confirm-clock", "let keys be destroyed again after a jump of the clock", _confirm, _confirm_arguments
            ),
            Command("redact", "erase the content of one event", _redact, _redact_arguments),
            Command("accept-restored-journal", "go on with a journal that lost evidence", _accept, _accept_arguments),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())

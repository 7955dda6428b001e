"""`python -m habpps COMMAND`: serve the register, migrate, import files, name the agents of a Caf."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from habpps.domain.people import Role, person_typed
from habpps.settings import HabppsSettings
from servicekit.clock import SystemClock
from servicekit.commands import Command, service_main
from servicekit.errors import StartError
from servicekit.outbox.command import outbox_command

_AFTER_RESTORE = (
    "run `python -m habpps bump-epoch`; without it auth and cdap refuse everything.",
    "rights withdrawn since the copy are open again: repeat what events `habpps.*` of the journal closed since.",
)
"""What docs/operate.md, "Backup and restore", says of this service."""


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")


def _file_and_urls(parser: argparse.ArgumentParser) -> None:
    _file(parser)
    parser.add_argument(
        "--url", action="append", default=[], metavar="CODE=ADDRESS", help="address of an extranet; may be repeated"
    )


def _agent(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--caf", required=True, metavar="CODE", help="code organisme (921), or national")
    parser.add_argument("--role", required=True, choices=["administrator", "auditor"])
    parser.add_argument("--account-id", required=True, help="account at auth, which exists already")
    parser.add_argument("--given-name", required=True)
    parser.add_argument("--family-name", required=True)
    parser.add_argument("--email", required=True)


def _import_extranets(settings: HabppsSettings, arguments: argparse.Namespace) -> int:
    from habpps.adapters.files.imports import read_extranets
    from habpps.bootstrap import operator_commands
    from habpps.use_cases.import_extranets import ImportExtranets

    urls = dict(_pair(text) for text in arguments.url)
    with operator_commands(settings) as commands:
        done = commands.perform(ImportExtranets(read_extranets(arguments.file), urls))
    sys.stdout.write(f"{done.value} extranets, rights revision {done.revision}\n")
    return 0


def _import_organisations(settings: HabppsSettings, arguments: argparse.Namespace) -> int:
    from habpps.adapters.files.imports import read_json
    from habpps.bootstrap import operator_commands
    from habpps.use_cases.import_document import read_document
    from habpps.use_cases.import_organisations import ImportOrganisations

    with operator_commands(settings) as commands:
        done = commands.perform(ImportOrganisations(read_document(read_json(arguments.file))))
    sys.stdout.write(f"{done.value} organisations, rights revision {done.revision}\n")
    return 0


def _create_caf_agent(settings: HabppsSettings, arguments: argparse.Namespace) -> int:
    from habpps.bootstrap import operator_commands
    from habpps.use_cases.import_organisations import CreateCafAgent

    role = Role.CAF_ADMINISTRATOR if arguments.role == "administrator" else Role.CAF_AUDITOR
    person = person_typed(arguments.given_name, arguments.family_name, arguments.email)
    with operator_commands(settings) as commands:
        done = commands.perform(CreateCafAgent(arguments.caf, role, arguments.account_id, person))
    sys.stdout.write(f"{role.value} {done.value}, rights revision {done.revision}\n")
    return 0


def _bump_epoch(settings: HabppsSettings, _arguments: argparse.Namespace) -> int:
    from habpps.bootstrap import operator_commands

    with operator_commands(settings) as commands:
        now = int(SystemClock().now().timestamp())
        state = commands.work.write(lambda store: store.publications.bump_epoch(now))
    sys.stdout.write(f"epoch {state.epoch}: every replica takes a new snapshot at revision {state.revision}\n")
    return 0


def _replay(settings: HabppsSettings, arguments: argparse.Namespace) -> int:
    from habpps import replay_command

    return replay_command.run(settings, arguments)


def _replay_arguments(parser: argparse.ArgumentParser) -> None:
    from habpps import replay_command

    replay_command.arguments_of(parser)


def _pair(text: str) -> tuple[str, str]:
    code, separator, address = text.partition("=")
    if not separator:
        raise StartError(f"--url {text}: CODE=ADDRESS was expected.")
    return code, address


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the arguments (those of the process by default) name; gives the exit code."""
    return service_main(
        service="habpps",
        argv=argv,
        settings_class=HabppsSettings,
        build="habpps.bootstrap:build",
        migrations="habpps.adapters.database:migrations",
        after_restore=_AFTER_RESTORE,
        extra=[
            outbox_command(),
            Command("import-extranets", "import the registry of extranets", _import_extranets, _file_and_urls),
            Command("import-organisations", "import organisations, all or nothing", _import_organisations, _file),
            Command("create-caf-agent", "give an account a role at a Caf", _create_caf_agent, _agent),
            Command("replay-decisions", "decide recorded decisions again", _replay, _replay_arguments),
            Command("bump-epoch", "after a restored backup: have every replica start again", _bump_epoch),
        ],
    )


if __name__ == "__main__":
    raise SystemExit(main())

"""`python -m auth COMMAND`: serve, migrate, manage keys, clients and queues, import clients and accounts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from auth.clients_command import client_arguments, run_clients, run_tokens, token_arguments
from auth.keys.domain.signing_keys import ALGORITHMS, ES256
from auth.queues_command import queue_arguments, run_mails, run_notices
from auth.settings import AuthSettings
from servicekit.commands import Command, service_main
from servicekit.errors import StartError
from servicekit.identifiers import new_id, random_id
from servicekit.outbox.command import outbox_command

_WITH_KNOWN_PASSWORDS = frozenset({"demo", "test"})


_AFTER_RESTORE = (
    "restart cdap too; until then it refuses everything, for the list of ended sessions went back.",
    "sessions that ended and locks set since the copy are open again; passwords changed since are the old ones.",
    "accounts made since the copy are missing, and habpps does not send their commands again.",
)
"""What docs/operate.md, "Backup and restore", says of this service."""


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="JSON or TOML; the format is in the README of auth")


def _keys(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, text: str) -> argparse.ArgumentParser:
        found = actions.add_parser(name, help=text)
        found.add_argument(
            "--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="as for every command"
        )
        return found

    action("list", "every key, what it does and until when")
    prepare = action("prepare", "publish the next key now; it signs 24 hours later")
    prepare.add_argument("--algorithm", choices=ALGORITHMS, default=ES256)
    create = action("create", "a new key that signs at once; the one before is retired")
    create.add_argument("--algorithm", choices=ALGORITHMS, default=ES256)
    rotate = action("rotate", "emergency: withdraw every key now; what they signed is refused")
    rotate.add_argument("--algorithm", choices=ALGORITHMS, help="only the keys of this algorithm")
    rotate.add_argument("--yes", action="store_true", help="do it")
    action("withdraw", "one key is believed no more, from now on").add_argument("kid", metavar="KID")
    action("encrypt", "encrypt the key files that are in clear")


def _account(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--account-id", default="", help="UUIDv7; drawn when it is left out")
    parser.add_argument("--given-name", required=True)
    parser.add_argument("--family-name", required=True)
    parser.add_argument("--email", required=True)
    parser.add_argument("--organisation", default="", help="name of the organisation, said in the mail")


def _import_clients(settings: AuthSettings, arguments: argparse.Namespace) -> int:
    from auth.bootstrap.operator import operator_commands
    from auth.ground.adapters.files.data_files import read_entries

    with operator_commands(settings) as commands:
        count = commands.import_clients(read_entries(arguments.file, "clients"))
    sys.stdout.write(f"{count} clients registered or changed\n")
    return 0


def _import_accounts(settings: AuthSettings, arguments: argparse.Namespace) -> int:
    if settings.environment not in _WITH_KNOWN_PASSWORDS:
        raise StartError("import-accounts sets known passwords: it works in the environments demo and test only.")
    from auth.bootstrap.operator import operator_commands
    from auth.ground.adapters.files.data_files import read_entries

    with operator_commands(settings) as commands:
        count = commands.import_accounts(read_entries(arguments.file, "accounts"))
    sys.stdout.write(f"{count} new accounts\n")
    return 0


def _create_account(settings: AuthSettings, arguments: argparse.Namespace) -> int:
    from auth.bootstrap.operator import operator_commands
    from auth.people.use_cases.manage_accounts import NewPerson
    from auth.people.use_cases.orders import Order

    account_id = arguments.account_id or random_id()
    person = NewPerson(
        account_id=account_id,
        given_name=arguments.given_name,
        family_name=arguments.family_name,
        email=arguments.email,
        organisation_name=arguments.organisation,
    )
    with operator_commands(settings) as commands:
        view = commands.manage_accounts.create(
            Order(command_id=new_id(), account_id=account_id, requested_by="operator"), person
        )
    sys.stdout.write(f"account_id={account_id} username={view.account.username}\n")
    return 0


def _change_keys(settings: AuthSettings, arguments: argparse.Namespace) -> int:
    from auth.keys_command import run

    return run(settings, arguments)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the arguments (those of the process by default) name; gives the exit code."""
    return service_main(
        service="auth",
        settings_class=AuthSettings,
        build="auth.bootstrap:build",
        migrations="auth.ground.adapters.database:migrations",
        argv=argv,
        after_restore=_AFTER_RESTORE,
        extra=[
            outbox_command(),
            Command("import-clients", "register relying parties from a file", _import_clients, _file),
            Command("import-accounts", "accounts with known passwords (demo, test)", _import_accounts, _file),
            Command("create-account", "an account; its two mails leave when auth serves", _create_account, _account),
            Command("clients", "list, show, disable, enable, delete, renew the secret", run_clients, client_arguments),
            Command("registration-tokens", "open dynamic registration to somebody", run_tokens, token_arguments),
            Command("mails", "mails that have not left, and another try", run_mails, queue_arguments),
            Command("logout-notices", "notices set aside, and another try", run_notices, queue_arguments),
            Command("keys", "list, prepare, rotate, withdraw or encrypt signing keys", _change_keys, _keys),
        ],
    )


if __name__ == "__main__":
    raise SystemExit(main())

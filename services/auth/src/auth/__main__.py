"""`python -m auth COMMAND`: serve, migrate, manage keys, import clients and accounts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from auth.settings import AuthSettings
from servicekit.commands import Command, service_main
from servicekit.errors import StartError
from servicekit.identifiers import new_id

_WITH_KNOWN_PASSWORDS = frozenset({"demo", "test"})


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="JSON or TOML; the format is in the README of auth")


def _keys(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["create"], help="create: a new key, which signs from the next start on")


def _account(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--account-id", default="", help="UUIDv7; drawn when it is left out")
    parser.add_argument("--given-name", required=True)
    parser.add_argument("--family-name", required=True)
    parser.add_argument("--email", required=True)
    parser.add_argument("--organisation", default="", help="name of the organisation, said in the mail")


def _import_clients(settings: AuthSettings, arguments: argparse.Namespace) -> int:
    from auth.adapters.clients.data_files import read_entries
    from auth.bootstrap import operator_commands

    with operator_commands(settings) as commands:
        count = commands.import_clients(read_entries(arguments.file, "clients"))
    sys.stdout.write(f"{count} clients registered or changed\n")
    return 0


def _import_accounts(settings: AuthSettings, arguments: argparse.Namespace) -> int:
    if settings.environment not in _WITH_KNOWN_PASSWORDS:
        raise StartError("import-accounts sets known passwords: it works in the environments demo and test only.")
    from auth.adapters.clients.data_files import read_entries
    from auth.bootstrap import operator_commands

    with operator_commands(settings) as commands:
        count = commands.import_accounts(read_entries(arguments.file, "accounts"))
    sys.stdout.write(f"{count} new accounts\n")
    return 0


def _create_account(settings: AuthSettings, arguments: argparse.Namespace) -> int:
    from auth.bootstrap import operator_commands
    from auth.use_cases.manage_accounts import NewPerson, Order

    account_id = arguments.account_id or new_id()
    person = NewPerson(account_id, arguments.given_name, arguments.family_name, arguments.email, arguments.organisation)
    with operator_commands(settings) as commands:
        view = commands.manage_accounts.create(Order(new_id(), account_id, "operator"), person)
    sys.stdout.write(f"account_id={account_id} username={view.account.username}\n")
    return 0


def _create_key(settings: AuthSettings, _arguments: argparse.Namespace) -> int:
    from auth.adapters.crypto.keys import create_key

    sys.stdout.write(f"kid={create_key(settings.keys_directory)}\n")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the arguments (those of the process by default) name; gives the exit code."""
    return service_main(
        service="auth",
        settings_class=AuthSettings,
        build="auth.bootstrap:build",
        migrations="auth.adapters.database:migrations",
        argv=argv,
        extra=[
            Command("import-clients", "register relying parties from a file", _import_clients, _file),
            Command("import-accounts", "accounts with known passwords (demo, test)", _import_accounts, _file),
            Command("create-account", "an account; its two mails leave when auth serves", _create_account, _account),
            Command("keys", "manage signing keys", _create_key, _keys),
        ],
    )


if __name__ == "__main__":
    raise SystemExit(main())

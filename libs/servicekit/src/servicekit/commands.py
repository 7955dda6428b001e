"""The command line every service has: `python -m auth serve|migrate|backup|restore|check-config|…`.

What the operator can mend is said in one sentence on stderr, with exit code 2 and no traceback.

    raise SystemExit(
        service_main(
            service="auth", settings_class=AuthSettings, build="auth.bootstrap:build",
            migrations="auth.ground.adapters.database:migrations", extra=[Command("import-clients", …)],
        )
    )
"""

import argparse
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from servicekit import copy_commands
from servicekit.errors import ServiceError, StartError
from servicekit.logging import configure_logging
from servicekit.process import Parts, Process
from servicekit.settings import MASK, ServiceSettings, describe, load_settings, template
from servicekit.worker import run_service

CANNOT_START = 2
INTERRUPTED = 130

S = TypeVar("S", bound=ServiceSettings)


def _no_arguments(_parser: argparse.ArgumentParser) -> None:
    """For commands without arguments of their own."""


@dataclass(frozen=True)
class Command(Generic[S]):
    """A command of one service. `run` returns the exit code; it may raise StartError or ServiceError."""

    name: str
    help: str
    run: Callable[[S, argparse.Namespace], int]
    add_arguments: Callable[[argparse.ArgumentParser], None] = _no_arguments


def service_main(  # noqa: PLR0913 - the whole of a service's __main__
    *,
    service: str,
    settings_class: type[S],
    build: Callable[[S, Parts], Process] | str,
    migrations: str | None = None,
    after_restore: Sequence[str] = (),
    extra: Sequence[Command[S]] = (),
    argv: Sequence[str] | None = None,
) -> int:
    """Run the command that the arguments name; returns the exit code.

    `build` as "module:function" is imported in the worker only; `migrations` is "package:folder" or "package";
    `after_restore` is what an operator must do after a restored backup and before the start, in sentences.
    """
    os.umask(0o077)  # databases, keys and secrets are for this service's own user
    commands = {command.name: command for command in (*_standard(build, migrations, after_restore), *extra)}
    arguments = _parser(service, list(commands.values())).parse_args(argv)
    try:
        settings = load_settings(settings_class, arguments.config)
        code = commands[arguments.command].run(settings, arguments)
        sys.stdout.flush()
    except (StartError, ServiceError) as error:
        sys.stderr.write(f"{service}: {error}\n")
        return CANNOT_START
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough (`… | head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the outermost edge: an operator reads a sentence, never a traceback
        sys.stderr.write(f"{service}: {_sentence(error)}\n")
        return CANNOT_START
    else:
        return code


def _sentence(error: Exception) -> str:
    """What an operator can do about `error`; for a mistake of the program its place, and none of the data."""
    if isinstance(error, OSError):
        names = " ".join(_shortened(str(name)) for name in (error.filename, error.filename2) if name is not None)
        return f"{error.strerror or type(error).__name__}: {names}." if names else f"{error.strerror or error}."
    if isinstance(error, UnicodeError):
        return "A text on the command line or in a file is not UTF-8."
    from sqlalchemy.exc import DatabaseError

    if isinstance(error, DatabaseError):
        return "The database is damaged, or its tables are not those of this version: run `migrate` first."
    from servicekit.background import place_of

    return f"A mistake in the program ({type(error).__name__}); report this place: {place_of(error)}."


def _shortened(name: str, most: int = 200) -> str:
    return name if len(name) <= most else f"{name[:most]}…"


def _standard(build: Any, migrations: str | None, after_restore: Sequence[str]) -> list[Command[Any]]:
    commands = [
        Command("serve", "serve the pages and gRPC", lambda s, _: run_service(build, s, Parts.BOTH)),
        Command("serve-web", "serve the pages only", lambda s, _: run_service(build, s, Parts.WEB)),
        Command("serve-rpc", "serve gRPC only", lambda s, _: run_service(build, s, Parts.RPC)),
        Command("check-config", "print every setting, secrets masked, or say what is wrong", _check_config, _template),
    ]
    if migrations is not None:
        commands.append(Command("migrate", "bring the database to the newest schema", _migrate(migrations)))
        restore = copy_commands.restoring(lambda: migrations_folder(migrations), after_restore)
        commands += [
            Command(
                "backup", "copy the database while it is used", copy_commands.back_up, copy_commands.backup_arguments
            ),
            Command("restore", "put a copy in the place of the database", restore, copy_commands.restore_arguments),
        ]
    return commands


def _parser(service: str, commands: Sequence[Command[Any]]) -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE", help="settings, one NAME=value per line")
    parser = argparse.ArgumentParser(prog=f"python -m {service}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in commands:
        subparser = subparsers.add_parser(command.name, help=command.help, parents=[common])
        command.add_arguments(subparser)
    return parser


def _check_config(settings: ServiceSettings, arguments: argparse.Namespace) -> int:
    if arguments.template:
        sys.stdout.write("\n".join(template(type(settings))) + "\n")
        return 0
    for variable, value, description in describe(settings):
        unsaid = not value or MASK in value  # a line that must not be read back as a value
        sys.stdout.write(f"{'# ' if unsaid else ''}{variable}={value}  # {description}\n")
    if missing := settings.what_is_missing(web=True):
        raise StartError(missing)
    return 0


def _template(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--template", action="store_true", help="print a commented file of settings to start from")


def _migrate(migrations: str) -> Callable[[Any, argparse.Namespace], int]:
    def run(settings: ServiceSettings, _arguments: argparse.Namespace) -> int:
        from servicekit.database import migrate

        configure_logging(settings.service, settings.log_level)
        prepare_data_directory(settings)
        newest = migrate(settings.database_url, migrations_folder(migrations))
        sys.stdout.write(f"{settings.service}: the database is at migration {newest}\n")
        return 0

    return run


def prepare_data_directory(settings: ServiceSettings) -> None:
    """The data folder, made when it is missing.

    Raises:
        StartError: it cannot be made.
    """
    try:
        settings.data_directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StartError(f"The data folder {settings.data_directory} cannot be made: {error.strerror}.") from error


def migrations_folder(place: str) -> Path:
    """The folder that "package:folder" or "package" names.

    Raises:
        StartError: there is no such package.
    """
    package, _, folder = place.partition(":")
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise StartError(f"There is no package {package} to take migrations from.")
    return Path(next(iter(spec.submodule_search_locations))) / folder

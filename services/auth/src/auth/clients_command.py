"""`python -m auth clients …` and `python -m auth registration-tokens …`: the clients of auth, by hand.

A running auth sees every change within a second, without a restart. Clients are declared with `import-clients`, on the
administration page, or by themselves with a token that `registration-tokens create` makes.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path

from auth.clients.domain.client_profiles import PROFILES
from auth.clients.domain.client_registration import describe_client
from auth.clients.domain.clients import Client
from auth.clients.domain.dynamic_registration import InitialAccessToken
from auth.clients.use_cases.open_registration import OpenRegistration
from auth.clients.use_cases.register_clients import OPERATOR, RegisterClients
from auth.settings import AuthSettings

_CLIENT_COLUMNS = "{:<38}{:<10}{:<16}{:<15}{:<30}{:<10}{}\n"
_TOKEN_COLUMNS = "{:<32}{:<10}{:<19}{:<19}{}\n"  # noqa: S105 - widths of columns
_TOLD_ONCE = "Keep it now: only its hash is stored.\n"


def client_arguments(parser: argparse.ArgumentParser) -> None:
    """`clients list | show | disable | enable | delete | renew-secret`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _action(actions, "list", "every client: identifier, owner, extranet, profile, authentication, state, name")
    for name, text in (
        ("show", "its description as JSON, without secret"),
        ("disable", "nobody enters it any more, it gets no token; nothing is lost"),
        ("enable", "open it again"),
        ("delete", "remove it, with what people agreed to"),
        ("renew-secret", "draw another secret, shown once; the one before is refused"),
    ):
        _action(actions, name, text).add_argument("client_id", metavar="CLIENT_ID")


def token_arguments(parser: argparse.ArgumentParser) -> None:
    """`registration-tokens create | list | revoke`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = _action(actions, "create", "an initial access token (RFC 7591 §3), shown once")
    create.add_argument("--name", required=True, help="for whom; it is recorded with every registration")
    create.add_argument("--owner", required=True, help="whose its clients are: the three digits of a Caf, or national")
    create.add_argument("--profile", choices=PROFILES, default=PROFILES[0], help="of clients that name none (baseline)")
    create.add_argument("--days", type=int, default=7, help="how long it opens the registration, 1 to 366 (7)")
    create.add_argument("--uses", type=int, default=1, help="how many clients it may register (1)")
    _action(actions, "list", "every token by its name, never the token itself")
    _action(actions, "revoke", "it registers nothing any more; its clients stay").add_argument("name", metavar="NAME")


def run_clients(settings: AuthSettings, arguments: argparse.Namespace) -> int:
    """Carries out the action; gives the exit code.

    Raises:
        StartError: the database cannot be used; one sentence says what.
        ServiceError: no such client, or it has no secret to renew.
    """
    from auth.bootstrap.operator import operator_commands

    with operator_commands(settings) as commands:
        _act(commands.register_clients, arguments)
    return 0


def run_tokens(settings: AuthSettings, arguments: argparse.Namespace) -> int:
    """Carries out the action; gives the exit code.

    Raises:
        StartError: the database cannot be used; one sentence says what.
        ServiceError: the name is taken or unknown, or a limit is out of bounds.
    """
    from auth.bootstrap.operator import operator_commands

    with operator_commands(settings) as commands:
        _open(commands.open_registration, arguments)
    return 0


def _act(register: RegisterClients, arguments: argparse.Namespace) -> None:
    action = arguments.action
    if action == "list":
        sys.stdout.write(_client_table(register))
    elif action == "show":
        description = describe_client(register.find(arguments.client_id, OPERATOR))
        sys.stdout.write(json.dumps(description, indent=2, ensure_ascii=False) + "\n")
    elif action == "renew-secret":
        secret = register.renew_secret(arguments.client_id, OPERATOR).secret
        sys.stdout.write(f"secret={secret}\n{_TOLD_ONCE}")
    elif action == "delete":
        register.delete(arguments.client_id, OPERATOR)
        sys.stdout.write(f"{arguments.client_id} is deleted\n")
    else:
        register.set_enabled(arguments.client_id, OPERATOR, enabled=action == "enable")
        sys.stdout.write(f"{arguments.client_id} is {action}d\n")


def _open(opening: OpenRegistration, arguments: argparse.Namespace) -> None:
    if arguments.action == "create":
        token = opening.create(arguments.name, arguments.days, arguments.uses, arguments.profile, owner=arguments.owner)
        sys.stdout.write(f"token={token}\n{_TOLD_ONCE}")
    elif arguments.action == "list":
        lines = [_TOKEN_COLUMNS.format("name", "owner", "made", "ends", "uses left")]
        lines += [_token_line(token) for token in opening.all()]
        sys.stdout.write("".join(lines))
    else:
        opening.revoke(arguments.name)
        sys.stdout.write(f"{arguments.name} is revoked\n")


def _client_table(register: RegisterClients) -> str:
    heading = _CLIENT_COLUMNS.format("client_id", "owner", "extranet", "profile", "authentication", "state", "name")
    return heading + "".join(_client_line(client) for client in register.all(OPERATOR))


def _client_line(client: Client) -> str:
    state = "enabled" if client.enabled else "disabled"
    extranet = client.extranet or "-"
    told = (client.profile, client.auth_method, state, client.name)
    return _CLIENT_COLUMNS.format(client.client_id, client.owner, extranet, *told)


def _token_line(token: InitialAccessToken) -> str:
    return _TOKEN_COLUMNS.format(
        token.name, token.owner, _moment(token.created_at), _moment(token.expires_at), token.uses_left
    )


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str
) -> argparse.ArgumentParser:
    found = actions.add_parser(name, help=text)
    found.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="as for every command")
    return found


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")

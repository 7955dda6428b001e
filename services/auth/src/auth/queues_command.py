"""`python -m auth mails …` and `python -m auth logout-notices …`: what has not left, and another try."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from auth.people.use_cases.watch_queues import WatchQueues
from auth.settings import AuthSettings

_MAIL_COLUMNS = "{:<38}{:<38}{:<24}{:<18}{:<10}{}\n"
_NOTICE_COLUMNS = "{:<38}{:<38}{}\n"


def queue_arguments(parser: argparse.ArgumentParser) -> None:
    """`mails list | retry`, `logout-notices list | retry`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _action(actions, "list", "those set aside first, with the reason; never an address")
    retry = _action(actions, "retry", "try one that is set aside again, or all of them")
    which = retry.add_mutually_exclusive_group(required=True)
    which.add_argument("item_id", metavar="ID", nargs="?")
    which.add_argument("--all", action="store_true", help="everything that is set aside")


def run_mails(settings: AuthSettings, arguments: argparse.Namespace) -> int:
    """Carries out the action; gives the exit code: 1 when `list` shows a mail that is set aside.

    Raises:
        StartError: the database cannot be used; one sentence says what.
        ServiceError: no such mail is set aside.
    """
    from auth.bootstrap.operator import operator_commands

    with operator_commands(settings) as commands:
        queues = commands.queues
        apart = [mail.mail_id for mail in queues.mails() if mail.failure]
        if arguments.action == "list":
            sys.stdout.write(_mail_table(queues))
            return 1 if apart else 0
        for mail_id in apart if arguments.all else [arguments.item_id]:
            queues.retry_mail(mail_id)
            sys.stdout.write(f"{mail_id} is tried again\n")
    return 0


def run_notices(settings: AuthSettings, arguments: argparse.Namespace) -> int:
    """As `run_mails`, for logout notices.

    Raises:
        StartError: the database cannot be used; one sentence says what.
        ServiceError: no such notice is set aside.
    """
    from auth.bootstrap.operator import operator_commands

    with operator_commands(settings) as commands:
        apart = commands.queues.notices()
        if arguments.action == "list":
            lines = [_NOTICE_COLUMNS.format("notice", "client", "reason")]
            sys.stdout.write("".join([*lines, *(_NOTICE_COLUMNS.format(*row) for row in apart)]))
            return 1 if apart else 0
        for notice_id in [row[0] for row in apart] if arguments.all else [arguments.item_id]:
            commands.queues.retry_notice(notice_id)
            sys.stdout.write(f"{notice_id} is tried again\n")
    return 0


def _mail_table(queues: WatchQueues) -> str:
    lines = [_MAIL_COLUMNS.format("mail", "account", "kind", "queued", "attempts", "reason")]
    for mail in queues.mails():
        queued = mail.queued_at.strftime("%Y-%m-%d %H:%M") if mail.queued_at is not None else "-"
        why = mail.failure or "waiting"
        lines.append(_MAIL_COLUMNS.format(mail.mail_id, mail.account_id, mail.kind, queued, mail.attempts, why))
    return "".join(lines)


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str
) -> argparse.ArgumentParser:
    found = actions.add_parser(name, help=text)
    found.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="as for every command")
    return found

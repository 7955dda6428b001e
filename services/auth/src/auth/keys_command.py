"""`python -m auth keys list | prepare | create | rotate | withdraw KID | encrypt`: the keys of auth, by hand.

The schedule of `serve` does the ordinary work. A running auth sees every change within a second, without a restart.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime

from auth.keys.adapters.crypto.key_changes import KeyChanges, Replacement
from auth.keys.adapters.crypto.key_files import KeyFolder, read_passphrase
from auth.keys.domain.signing_keys import ALGORITHMS, KeyRecord, KeyState, state_of
from auth.settings import AuthSettings
from servicekit.clock import Clock, SystemClock
from servicekit.errors import StartError
from servicekit.logging import configure_logging

_COLUMNS = "{:<44}{:<11}{:<44}{:<19}{}\n"
_IN_WORDS = {
    KeyState.PREPARED: "published, signs later",
    KeyState.SIGNING: "signs",
    KeyState.REPLACED: "another one signs, about to be retired",
    KeyState.RETIRED: "retired, what it signed is still accepted",
    KeyState.OVER: "over, about to be forgotten",
    KeyState.WITHDRAWN: "withdrawn, what it signed is refused",
}


def run(settings: AuthSettings, arguments: argparse.Namespace) -> int:
    """Carries out the action; gives the exit code.

    Raises:
        StartError: the folder, a file or a setting is wrong; one sentence says what.
        ServiceError: no such key, or the next one is prepared already.
    """
    configure_logging(settings.service, settings.log_level)
    clock = SystemClock()
    changes = key_changes(settings, clock)
    if arguments.action == "list":
        sys.stdout.write(key_table(changes.records(), clock.now()))
    elif arguments.action == "prepare":
        made = changes.prepare(arguments.algorithm)
        sys.stdout.write(f"kid={made.kid} is published and signs from {_moment(made.signs_from)}\n")
    elif arguments.action == "create":
        sys.stdout.write(f"kid={changes.create(arguments.algorithm).kid}\n")
    elif arguments.action == "rotate":
        _rotate(changes, arguments)
    elif arguments.action == "withdraw":
        _tell(changes.withdraw(arguments.kid))
    else:
        _encrypt(settings, changes)
    return 0


def key_changes(settings: AuthSettings, clock: Clock) -> KeyChanges:
    """On the folder, with the passphrase and the durations of the settings.

    Raises:
        StartError: the passphrase cannot be used.
    """
    return KeyChanges(KeyFolder(settings.keys_directory, passphrase_of(settings)), clock, settings.key_policy)


def passphrase_of(settings: AuthSettings) -> bytes | None:
    """What opens the key files, None when they are in clear.

    Raises:
        StartError: it is too short, given twice, or its file cannot be read.
    """
    return read_passphrase(settings.keys_passphrase.get_secret_value(), settings.keys_passphrase_file)


def key_table(records: tuple[KeyRecord, ...], now: datetime) -> str:
    """One line per key; times in UTC."""
    lines = [_COLUMNS.format("kid", "algorithm", "state", "signs from", "published until")]
    for record in records:
        words = _IN_WORDS[state_of(record, records, now)]
        until = record.withdrawn_at or record.published_until
        shown = _moment(until) if until is not None else "-"
        lines.append(_COLUMNS.format(record.kid, record.algorithm, words, _moment(record.signs_from), shown))
    return "".join(lines)


def _rotate(changes: KeyChanges, arguments: argparse.Namespace) -> None:
    algorithms = (arguments.algorithm,) if arguments.algorithm else ALGORITHMS
    if not arguments.yes:
        which = " and ".join(algorithms)
        raise StartError(
            f"keys rotate withdraws every {which} key at once and what they signed is refused: "
            "say that you want it with --yes."
        )
    _tell(changes.rotate(algorithms))


def _tell(replacement: Replacement) -> None:
    for record in replacement.withdrawn:
        sys.stdout.write(f"withdrawn: {record.algorithm} {record.kid}; what it signed is refused from now on\n")
    for record in replacement.signing:
        sys.stdout.write(f"signs now: {record.algorithm} {record.kid}\n")
    sys.stdout.write(
        "Services that verify tokens by themselves hold the old keys for minutes: restart them (docs/keys.md).\n"
    )


def _encrypt(settings: AuthSettings, changes: KeyChanges) -> None:
    if passphrase_of(settings) is None:
        raise StartError("Give AUTH_KEYS_PASSPHRASE or AUTH_KEYS_PASSPHRASE_FILE: without it nothing can be encrypted.")
    sys.stdout.write(f"{changes.encrypt()} keys encrypted\n")


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")

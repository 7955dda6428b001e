"""The guard: the last signed size and root, in a file that a restored database does not bring back.

Processes that sign take turns by a lock on a neighbouring file, which the system takes back from one that dies.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from audit.adapters.files.durable_files import keep_aside, private_folder, replace_file
from audit.domain.checkpoint import TreeHead
from audit.domain.merkle import HASH_SIZE
from audit.domain.refusals import JournalDamagedError
from audit.use_cases.ports import Guarded


class FileGuard:
    """`Guard` in one file of a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when it does not exist."""
        self._path = private_folder(folder) / "last-signed.json"

    def read(self) -> Guarded | None:
        """See `Guard.read`."""
        try:
            value = json.loads(self._path.read_bytes())
            following = value["next"]
            return Guarded(_head(value), int(value["checkpoints"]), None if following is None else _head(following))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise JournalDamagedError(f"the guard {self._path} cannot be understood") from error

    @contextmanager
    def turn(self, *, wait: bool) -> Iterator[bool]:
        """See `Guard.turn`."""
        with self._path.with_suffix(".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def write(self, guarded: Guarded) -> None:
        """See `Guard.write`."""
        following = None if guarded.next is None else _value(guarded.next)
        value = {**_value(guarded.signed), "checkpoints": guarded.checkpoints, "next": following}
        replace_file(self._path, json.dumps(value).encode())

    def keep_aside(self, at: datetime) -> None:
        """See `Guard.keep_aside`."""
        keep_aside(self._path, at)


def _value(head: TreeHead) -> dict[str, int | str]:
    return {"root": head.root.hex(), "size": head.size}


def _head(value: Any) -> TreeHead:
    head = TreeHead(int(value["size"]), bytes.fromhex(value["root"]))
    if len(head.root) != HASH_SIZE or head.size < 0:
        raise ValueError(value)
    return head


class FileCheckpoint:
    """`PublishedCheckpoint` as a file that a plain HTTP server can serve."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def publish(self, note: str) -> None:
        """See `PublishedCheckpoint.publish`."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self._path, note.encode(), mode=0o644)

    def keep_aside(self, at: datetime) -> None:
        """See `PublishedCheckpoint.keep_aside`."""
        keep_aside(self._path, at)

    def read(self) -> str | None:
        """See `PublishedCheckpoint.read`; bytes that are no text are shown as they cannot match anything."""
        try:
            return self._path.read_bytes().decode(errors="replace")
        except FileNotFoundError:
            return None

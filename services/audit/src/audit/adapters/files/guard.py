"""The guard: the last signed size and root, in a file that a restored database does not bring back.

Processes that sign take turns by a lock on a neighbouring file; whoever holds it compares and swaps.
"""

import fcntl
import json
from pathlib import Path

from audit.adapters.files.durable_files import private_folder, replace_file
from audit.domain.checkpoint import TreeHead
from audit.domain.refusals import JournalDamagedError


class FileGuard:
    """`Guard` in one file of a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when it does not exist."""
        self._path = private_folder(folder) / "last-signed.json"

    def read(self) -> TreeHead | None:
        """See `Guard.read`."""
        try:
            value = json.loads(self._path.read_bytes())
            return TreeHead(int(value["size"]), bytes.fromhex(value["root"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise JournalDamagedError(f"the guard {self._path} cannot be understood") from error

    def advance(self, expected: TreeHead | None, head: TreeHead) -> bool:
        """See `Guard.advance`."""
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.read() != expected:
                return False
            if head != expected:
                replace_file(self._path, json.dumps({"root": head.root.hex(), "size": head.size}).encode())
            return True


class FileCheckpoint:
    """`PublishedCheckpoint` as a file that a plain HTTP server can serve."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def publish(self, note: str) -> None:
        """See `PublishedCheckpoint.publish`."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self._path, note.encode(), mode=0o644)

    def read(self) -> str | None:
        """See `PublishedCheckpoint.read`; bytes that are no text are shown as they cannot match anything."""
        try:
            return self._path.read_bytes().decode(errors="replace")
        except FileNotFoundError:
            return None

"""The keys of the shards (a month and a retention class): one file each, readable by the owner alone.

They are never in the database or its backups.

A file holds 32 random bytes in hexadecimal. Destroying it (and its backups) erases the shard.
"""

import re
import secrets
import threading
from pathlib import Path

from audit.adapters.files.durable_files import create_file, destroy_file, private_folder
from audit.domain.refusals import ShardKeyMissingError
from audit.domain.shard import KEY_SIZE, ShardKey

_SHARD = re.compile(r"[0-9]{4}-[0-9]{2}\.[a-z]{1,16}")


class FileShardKeys:
    """`ShardKeys` in a folder; keys once read are kept in memory."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when it does not exist."""
        self._folder = private_folder(folder)
        self._known: dict[str, ShardKey] = {}
        self._lock = threading.Lock()

    def get(self, shard: str) -> ShardKey | None:
        """See `ShardKeys.get`. A key destroyed while the process runs is forgotten at the next look.

        Raises:
            ShardKeyMissingError: the file is there but is no key.
        """
        path = self._path(shard)
        if path is None or not path.exists():
            with self._lock:
                self._known.pop(shard, None)
            return None
        with self._lock:
            if shard not in self._known:
                self._known[shard] = _read(shard, path)
            return self._known[shard]

    def get_or_create(self, shard: str) -> ShardKey:
        """See `ShardKeys.get_or_create`.

        Raises:
            ShardKeyMissingError: the key cannot be read or written.
        """
        path = self._path(shard)
        if path is None:
            raise ShardKeyMissingError(f"{shard!r} is no month and class")
        try:
            if not path.exists():
                create_file(path, secrets.token_bytes(KEY_SIZE).hex().encode() + b"\n")
        except OSError as error:
            raise ShardKeyMissingError(f"the key {path} cannot be written") from error
        key = self.get(shard)
        if key is None:
            raise ShardKeyMissingError(f"the key {path} has just gone")
        return key

    def destroy(self, shard: str) -> None:
        """See `ShardKeys.destroy`. The bytes are overwritten first; what the disk or a backup keeps is the operator's.

        Raises:
            ShardKeyMissingError: the file cannot be removed.
        """
        path = self._path(shard)
        if path is None:
            return
        try:
            destroy_file(path)
        except OSError as error:
            raise ShardKeyMissingError(f"the key {path} cannot be removed") from error
        with self._lock:
            self._known.pop(shard, None)

    def _path(self, shard: str) -> Path | None:
        return self._folder / f"shard-{shard}.key" if _SHARD.fullmatch(shard) else None


def _read(shard: str, path: Path) -> ShardKey:
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise ShardKeyMissingError(f"the key {path} cannot be read") from error
    if len(secret) != KEY_SIZE:
        raise ShardKeyMissingError(f"the key {path} is not {KEY_SIZE} bytes long")
    return ShardKey(shard, secret)

"""A snapshot saved on disk: written whole or not at all, and only believed when its checksum agrees.

One header line (JSON) and one line per fact, `<key> TAB <value>`; keys and canonical JSON hold no line break.
The file names people, so only its owner may read it.
"""

import hashlib
import json
import os
from pathlib import Path

from rights.snapshot import Snapshot

FORMAT = "rights-snapshot-1"


class SnapshotFileError(Exception):
    """The file is not a whole snapshot."""


def save_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Write the snapshot, replacing the file in one step.

    Raises:
        OSError: the folder cannot be written.
    """
    lines = [key.encode() + b"\t" + value for key, value in sorted(snapshot.entries()) if b"\n" not in value]
    body = b"\n".join(lines)
    header = {
        "format": FORMAT,
        "revision": snapshot.revision,
        "epoch": snapshot.epoch,
        "digest": snapshot.digest.hex(),
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(json.dumps(header).encode() + b"\n" + body)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def load_snapshot(path: Path) -> Snapshot:
    """Read a saved snapshot.

    Raises:
        SnapshotFileError: the file cannot be read, is cut, was changed or has another format.
    """
    try:
        first, _, body = path.read_bytes().partition(b"\n")
        header = json.loads(first)
        if header["format"] != FORMAT or header["sha256"] != hashlib.sha256(body).hexdigest():
            raise SnapshotFileError(f"{path}: not a whole {FORMAT}")
        pairs = (line.partition(b"\t") for line in body.split(b"\n") if line)
        entries = ((key.decode(), value) for key, _, value in pairs)
        snapshot = Snapshot.load(entries, revision=int(header["revision"]), epoch=int(header["epoch"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SnapshotFileError(f"{path}: {error}") from error
    if snapshot.digest.hex() != header["digest"]:
        raise SnapshotFileError(f"{path}: the facts do not add up to the digest")
    return snapshot


def saved_snapshot(path: Path) -> Snapshot | None:
    """What a service last knew of the rights, None when it knows nothing: enough to tell whose a person is."""
    try:
        return load_snapshot(path)
    except SnapshotFileError:
        return None

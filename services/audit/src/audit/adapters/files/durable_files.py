"""Small files that must be whole, durable and readable by their owner alone."""

import os
import secrets
from datetime import datetime
from pathlib import Path

_OWNER_ONLY = 0o600
_FOLDER_OWNER_ONLY = 0o700


def private_folder(path: Path) -> Path:
    """The folder, made readable by its owner alone when it is new."""
    path.mkdir(mode=_FOLDER_OWNER_ONLY, parents=True, exist_ok=True)
    return path


def replace_file(path: Path, data: bytes, *, mode: int = _OWNER_ONLY) -> None:
    """Writes a file so that a reader sees the old bytes or the new ones, and a power cut loses neither."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    _write_new(temporary, data, mode)
    temporary.replace(path)
    _sync_folder(path.parent)


def create_file(path: Path, data: bytes) -> bool:
    """Writes a file that must not exist yet; False when it does: several processes agree on the first one."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    _write_new(temporary, data, _OWNER_ONLY)
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    _sync_folder(path.parent)
    return True


def destroy_file(path: Path) -> None:
    """Overwrites and removes a file, durably; one that is not there is no error."""
    try:
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
    _sync_folder(path.parent)


def keep_aside(path: Path, at: datetime) -> None:
    """Copies a file, when it is there, to a name with the time: evidence that a person may want to look at."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    replace_file(path.with_name(f"{path.name}.{at:%Y%m%dT%H%M%SZ}"), data)


def _write_new(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

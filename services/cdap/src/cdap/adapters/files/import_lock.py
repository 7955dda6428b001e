"""One import at a time: each removes the unfinished generations that it finds."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servicekit.errors import StartError


@contextmanager
def import_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of the folder; the system frees it if the process dies.

    Raises:
        StartError: another import is running, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "import.lock").open("w")
    except OSError as error:
        raise StartError(f"The data folder {folder} cannot be written: {error.strerror}.") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StartError("Another import is running: wait until it has ended.") from None
        yield

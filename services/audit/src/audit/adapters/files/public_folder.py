"""The folder that outsiders read, for a plain HTTP server to serve."""

import shutil
from pathlib import Path

from audit.adapters.files.durable_files import replace_file
from audit.domain.tiles import TilePlace

_FOR_EVERYBODY = 0o644
_FOLDER_FOR_EVERYBODY = 0o755


class DiskPublicFolder:
    """`PublicFolder` on a disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        """See `PublicFolder.read`."""
        try:
            return (self._folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def write(self, path: str, data: bytes) -> None:
        """See `PublicFolder.write`."""
        file = self._folder / path
        for folder in reversed([parent for parent in file.parents if not parent.exists()]):
            folder.mkdir(exist_ok=True)
            folder.chmod(_FOLDER_FOR_EVERYBODY)
        replace_file(file, data, mode=_FOR_EVERYBODY)

    def forget_partial(self, place: TilePlace) -> None:
        """See `PublicFolder.forget_partial`."""
        shutil.rmtree(self._folder / f"{place.path()}.p", ignore_errors=True)

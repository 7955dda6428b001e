"""JSON Lines: reading dossiers, and the progress bar."""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TextIO

from cdap.use_cases.incoming_lines import MAXIMUM_LINE_BYTES
from servicekit.errors import StartError

_BAR_WIDTH = 30
_REDRAW_SECONDS = 0.2


class DossierFile:
    """A file of dossiers that knows how far it has been read."""

    def __init__(self, path: Path) -> None:
        """Opens the file.

        Raises:
            StartError: it cannot be read.
        """
        try:
            self.size = path.stat().st_size
            self._file = path.open("rb")
        except OSError as error:
            raise StartError(f"The file {path} cannot be read: {error.strerror}.") from error
        self.name = path.name
        self.read_bytes = 0

    def __enter__(self) -> "DossierFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def digest(self) -> str:
        """See `IncomingFile.digest`: the file is read once from its beginning to its end."""
        self._file.seek(0)
        return hashlib.file_digest(self._file, "sha256").hexdigest()

    def lines(self, offset: int) -> Iterator[tuple[bytes, int]]:
        """See `IncomingFile.lines`; of one that is too long, only its beginning, so that memory stays bounded."""
        self._file.seek(offset)
        self.read_bytes = offset
        while line := self._file.readline(MAXIMUM_LINE_BYTES + 1):
            self.read_bytes += len(line)
            if len(line) > MAXIMUM_LINE_BYTES:
                self._skip_rest_of_line(line)
            yield line, self.read_bytes

    def _skip_rest_of_line(self, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = self._file.readline(MAXIMUM_LINE_BYTES)
            self.read_bytes += len(line)


class ProgressBar:
    """Drawn on a terminal; anywhere else, one line at the end."""

    def __init__(self, file: DossierFile, stream: TextIO | None = None) -> None:
        """On stderr, unless told otherwise."""
        self._file = file
        self._stream = stream or sys.stderr
        self._started = monotonic()
        self._drawn = 0.0
        self._lines = 0

    def __call__(self, lines: int) -> None:
        """So many lines are read."""
        self._lines = lines
        if self._stream.isatty() and monotonic() - self._drawn >= _REDRAW_SECONDS:
            self._drawn = monotonic()
            self._stream.write(f"\r{self._text()}")
            self._stream.flush()

    def end(self) -> None:
        """Draw it a last time."""
        start = "\r" if self._stream.isatty() else ""
        self._stream.write(f"{start}{self._text()}\n")

    def _text(self) -> str:
        part = min(1.0, self._file.read_bytes / self._file.size) if self._file.size else 1.0
        done = round(part * _BAR_WIDTH)
        rate = self._lines / max(monotonic() - self._started, 0.001)
        bar = "#" * done + "." * (_BAR_WIDTH - done)
        return f"[{bar}] {part:4.0%}  {self._lines} lignes lues, {rate:.0f} lignes/s"

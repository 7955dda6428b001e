"""The transactions of an import: what is written is written by the process that holds the file, or not at all."""

from collections.abc import Callable
from typing import TypeVar

from cdap.use_cases.import_ports import Holders
from cdap.use_cases.ports import Repositories
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.errors import StartError

BEAT_SECONDS = 3.0

T = TypeVar("T")


class ImportTakenError(StartError):
    """Another process has taken the file: this one was thought to be dead."""


class HeldWork:
    """`RecordedWork` of the process that holds a file."""

    def __init__(self, work: RecordedWork[Repositories], holders: Holders, digest: str) -> None:
        """`digest` names the file."""
        self._work = work
        self._holders = holders
        self._digest = digest
        self._beat_at = holders.seconds()

    def read(self, work: Callable[[Repositories], T]) -> T:
        """See `RecordedWork.read`."""
        self.beat()
        return self._work.read(work)

    def beat(self) -> None:
        """Others see from time to time that this process is at work.

        Raises:
            ImportTakenError: it is no longer its work.
        """
        if self._holders.seconds() - self._beat_at >= BEAT_SECONDS:
            self.write(lambda _: None)

    def write(self, work: Callable[[Repositories], T]) -> T:
        """See `RecordedWork.write`.

        Raises:
            ImportTakenError: nothing was written.
        """
        value = self._work.write(lambda repos: self._held(repos, work))
        self._beat_at = self._holders.seconds()
        return value

    def record(self, work: Callable[[Repositories], Outcome[T]]) -> T:
        """See `RecordedWork.record`.

        Raises:
            ImportTakenError: nothing was written.
        """
        return self._work.record(lambda repos: self._held(repos, work))

    def _held(self, repos: Repositories, work: Callable[[Repositories], T]) -> T:
        if not repos.files.beat(self._digest, self._holders.me):
            raise ImportTakenError("Another process goes on with this import: this one has stopped.")
        return work(repos)

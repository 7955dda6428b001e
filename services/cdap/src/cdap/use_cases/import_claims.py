"""Who may import what: one process per file, one file per Caf, and no month before the one in force by mistake.

The claims are rows of the database. A process that holds a file moves its `beat` with everything it writes, and writes
nothing once another has taken the file. One that has died is known by its process being gone, or, from another
machine, by a beat that stands still for `LEASE_SECONDS`.
"""

from dataclasses import replace

from cdap.use_cases.import_ports import CafMonth, Holders, UnfinishedFile
from cdap.use_cases.ports import Repositories
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock
from servicekit.errors import StartError

LEASE_SECONDS = 30.0


class ImportRunningError(StartError):
    """Another process imports this file, or a file of this Caf."""


class ImportUnfinishedError(StartError):
    """Another file of this Caf is half imported."""


class OlderMonthError(StartError):
    """The file is of a month before the one in force."""


class Claims:
    """Takes a file and the Cafs that it holds for this process."""

    def __init__(self, work: RecordedWork[Repositories], clock: Clock, holders: Holders) -> None:
        """`holders` knows which processes are alive."""
        self._work = work
        self._clock = clock
        self._holders = holders

    def take(self, digest: str, name: str) -> UnfinishedFile:
        """The file with this digest, new or where its import stopped.

        Raises:
            ImportRunningError: another process is at work on it.
            DependencyUnavailableError: the database does not answer.
        """
        began = UnfinishedFile(digest=digest, name=name, holder=self._holders.me, began_at=self._clock.now())

        def take(repos: Repositories) -> UnfinishedFile | None:
            found = repos.files.find(digest)
            if found is None:
                repos.files.begin(began)
                return began
            return None

        taken = self._work.write(take)
        return taken or self._take_over(digest, name)

    def take_abandoned(self, digest: str) -> UnfinishedFile | None:
        """Another file that is half imported, to give it up; None when it has come to its end meanwhile.

        Raises:
            ImportRunningError: a process is at work on it.
        """
        found = self._work.read(lambda repos: repos.files.find(digest))
        return None if found is None else self._take_over(digest, found.name)

    def _take_over(self, digest: str, name: str) -> UnfinishedFile:
        seen = self._work.read(lambda repos: repos.files.find(digest))
        started = self._holders.seconds()
        while seen is not None and not self._holders.is_gone(seen.holder):
            if self._holders.seconds() - started >= LEASE_SECONDS:
                break
            self._holders.pause()
            now = self._work.read(lambda repos: repos.files.find(digest))
            if now is None or (now.beat, now.holder) != (seen.beat, seen.holder):
                raise ImportRunningError(f"Another process is importing {name}: wait until it has ended.")
        if seen is None or not self._work.write(lambda repos: repos.files.take(seen, self._holders.me)):
            raise ImportRunningError(f"Another process has taken {name}: wait until it has ended.")
        return replace(seen, holder=self._holders.me, beat=seen.beat + 1)


def claimed(repos: Repositories, file: UnfinishedFile, caf: CafMonth, stated_month: str) -> CafMonth:
    """Has `file` fill the month `caf.filling_month` of a Caf, whose code `caf` has; gives what the Caf has now.

    Raises:
        ImportUnfinishedError, OlderMonthError: it may not; nothing is changed.
    """
    held = repos.months.of(caf.caf) or CafMonth(caf=caf.caf)
    if held.filling == file.digest:
        return held
    if held.filling:
        raise ImportUnfinishedError(
            f"{held.filling_name} is being imported for the Caf {caf.caf}, or its import was interrupted: wait until "
            "it has ended, or give that file again to go on where it stopped. To give it up for this file, use "
            "--replace. The dossiers in force are as they were."
        )
    month = caf.filling_month
    if month < held.month and month != stated_month:
        raise OlderMonthError(
            f"The file is of {month} and the Caf {caf.caf} has {held.month} in force: nothing was changed. To go back, "
            f"say so with --month {month}."
        )
    filled = replace(held, filling=file.digest, filling_name=file.name, filling_month=month)
    repos.months.fill(filled)
    return filled

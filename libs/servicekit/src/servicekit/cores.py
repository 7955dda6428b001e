"""Keeps a worker on one processor core: one interpreter gains nothing from a second and loses by wandering.

Which core is agreed with every other worker of the machine in a folder of files (`CoreTable`): a worker holds a lock on
one file per core it is kept on, and the kernel gives the lock back when the worker ends, however it ends. A worker is
kept only where it may use two cores or more, by affinity (cpuset, taskset, CPUAffinity=) and by CPU quota. Threads made
later inherit the core; what works without the interpreter (hashing) leaves it by `leave_core`, forked children do so
by themselves. Decision: docs/decisions/0019-a-worker-stays-on-one-core.md.
"""

from __future__ import annotations

import fcntl
import os
import stat
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from servicekit.errors import StartError

ALLOWED_CORES = frozenset(os.sched_getaffinity(0))
"""As they were before this process kept itself on one of them; by cpuset or taskset."""

MACHINE_TABLE = Path("/dev/shm/partenaire-cores")  # noqa: S108 - nothing is read from it, and links are not followed
"""Seen by every user of the machine, also under systemd's PrivateTmp= and ProtectSystem=; gone at the next boot."""

_MACHINE_PROCESSES = "pid:[4026531836]"  # PROC_PID_INIT_INO of the kernel: the namespace that is no container's
_LONGEST_WAIT_S = 2.0
_making = threading.Lock()
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class CoreTable:
    """Who is kept on which core of this machine: files `core<N>.<slot>` in one folder, locked by who is there."""

    def __init__(self, folder: Path) -> None:
        """The folder is made when it is not there, for every user of the machine."""
        self._path = folder

    def take(self, cores: Collection[int]) -> tuple[int, int]:
        """The least taken of `cores`, and the descriptor to close when it is left; before those of equal use the one
        whose siblings (hyper-threads) are least taken.

        Raises:
            OSError: the folder cannot be used, or somebody holds the table for more than two seconds.
        """
        folder = self._open_folder()
        try:
            table = _open(folder, "table")
            try:
                _lock_patiently(table)
                known = set().union(*(_siblings(core) for core in cores))
                taken = {core: _taken(folder, core) for core in known | set(cores)}
                core = min(cores, key=lambda one: (taken[one], sum(taken[near] for near in _siblings(one)), one))
                return core, _take_slot(folder, core)
            finally:
                os.close(table)
        finally:
            os.close(folder)

    def _open_folder(self) -> int:
        with suppress(FileExistsError), _for_everybody():
            self._path.mkdir(0o1777)
        return os.open(self._path, _FOLDER)


def usable_cores(root: Path = Path("/")) -> int:
    """How many cores this process can keep busy: those allowed, or fewer under a CPU quota; one at least."""
    quota = min(_quotas(root), default=float(len(ALLOWED_CORES)))
    return max(1, min(len(ALLOWED_CORES), int(quota)))


@dataclass(frozen=True)
class KeptPlace:
    """What became of a wish to be kept on a core."""

    core: int | None = None
    """None: the process wanders over the cores that it may use."""
    why_not: str = ""
    """One sentence for the operator when it should have been kept and is not."""


@contextmanager
def kept_on_core(asked: str, folder: Path | None) -> Iterator[KeptPlace]:
    """Keep this process and all its threads on one core until the end.

    `asked`: `auto`, `off` or the number of a core. `folder`: of the `CoreTable`; None: that of the machine.

    Raises:
        StartError: the core that is named is not one that this process may use.
    """
    kept, _Place.lock = _agreed(asked, folder)
    if kept.core is None:
        yield kept
        return
    try:
        _move_threads({kept.core})
        stays = os.sched_getaffinity(0) == {kept.core}
        yield kept if stays else KeptPlace(None, "the system does not let this process choose its core")
    finally:
        _move_threads(ALLOWED_CORES)
        _give_back()


def leave_core() -> None:
    """This thread, and the processes it starts, may use every core that was allowed at the start."""
    with suppress(OSError):  # a container may forbid it; nothing depends on it
        os.sched_setaffinity(threading.get_native_id(), ALLOWED_CORES)


class _Place:
    """The lock of this process in the table."""

    lock: int | None = None


def _agreed(asked: str, folder: Path | None) -> tuple[KeptPlace, int | None]:
    """Also the descriptor of the lock in the table."""
    named = int(asked) if asked.isascii() and asked.isdigit() else None
    if named is not None and named not in ALLOWED_CORES:
        known = ", ".join(str(core) for core in sorted(ALLOWED_CORES))
        raise StartError(f"Core {named} is not one that this process may use ({known}).")
    if asked == "off" or (named is None and usable_cores() < 2):
        return KeptPlace(), None
    if folder is None and not _sees_machine():
        why = "a container does not see who else is on its cores: share a folder between them and name it"
        return KeptPlace(named, why), None
    try:
        core, lock = CoreTable(folder or MACHINE_TABLE).take(ALLOWED_CORES if named is None else {named})
    except OSError as error:
        return KeptPlace(named, f"{folder or MACHINE_TABLE} cannot be used: {error.strerror or error}"), None
    return KeptPlace(core), lock


def _sees_machine() -> bool:
    """Whether this process runs on the machine itself, where every other worker finds the same table."""
    try:
        return str(Path("/proc/self/ns/pid").readlink()) == _MACHINE_PROCESSES
    except OSError:
        return False


def _move_threads(cores: Collection[int]) -> None:
    for thread in Path("/proc/self/task").iterdir():  # those made later inherit from who makes them
        with suppress(OSError):  # it has ended
            os.sched_setaffinity(int(thread.name), cores)


def _give_back() -> None:
    lock, _Place.lock = _Place.lock, None
    if lock is not None:
        os.close(lock)


def _in_child() -> None:
    """A forked process is not the worker: it neither holds its lock nor stays on its core."""
    if _Place.lock is not None:
        _give_back()
        leave_core()


os.register_at_fork(after_in_child=_in_child)


@contextmanager
def _for_everybody() -> Iterator[None]:
    """What is made has its mode from the first moment, whatever the umask: services run as different users, and the
    next one may look at once. The umask is that of the process: nothing else is made at this time of its life."""
    with _making:
        before = os.umask(0)
        try:
            yield
        finally:
            os.umask(before)


def _open(folder: int, name: str) -> int:
    """A file of the table, made when it is not there. Nobody writes into it; everybody may lock it.

    Raises:
        OSError: it cannot be opened, or is something else.
    """
    try:
        file = os.open(name, _FILE, dir_fd=folder)
    except FileNotFoundError:
        with suppress(FileExistsError), _for_everybody():  # another made it at this moment
            return os.open(name, _FILE | os.O_CREAT | os.O_EXCL, 0o444, dir_fd=folder)
        file = os.open(name, _FILE, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(f"{name} is not a file")
    return file


def _lock_patiently(file: int) -> None:
    end, pause = time.monotonic() + _LONGEST_WAIT_S, threading.Event()
    while not _locked(file):
        if time.monotonic() > end:
            raise TimeoutError("somebody holds the table of cores")
        pause.wait(0.005)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _slots(folder: int, core: int) -> list[str]:
    return [name for name in os.listdir(folder) if name.startswith(f"core{core}.")]


def _taken(folder: int, core: int) -> int:
    taken = 0
    for name in _slots(folder, core):
        file = _open(folder, name)
        taken += not _locked(file)
        os.close(file)
    return taken


def _take_slot(folder: int, core: int) -> int:
    names = _slots(folder, core)
    for name in (*names, f"core{core}.{len(names)}"):
        file = _open(folder, name)
        if _locked(file):
            return file
        os.close(file)
    raise OSError("another takes a place without holding the table")


def _siblings(core: int) -> frozenset[int]:
    """The cores that share their circuits with this one, itself among them."""
    try:
        text = Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list").read_text(encoding="ascii")
    except OSError:
        return frozenset({core})
    found = {core}
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return frozenset(found)


def _quotas(root: Path) -> Iterator[float]:
    """CPU quotas of the control groups of this process, in cores (cgroup v2 `cpu.max`, v1 `cpu.cfs_quota_us`)."""
    mounts = root / "sys/fs/cgroup"
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _number, controllers, group = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        places = [mounts / controllers, mounts / "cpu"] if controllers else [mounts, mounts / "unified"]
        for place in places:
            for folder in (place / group.strip("/"), *(place / parent for parent in Path(group.strip("/")).parents)):
                yield from _quota(folder)


def _quota(folder: Path) -> Iterator[float]:
    with suppress(OSError, ValueError):  # this group has none
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
        else:
            quota, period = ((folder / f"cpu.cfs_{one}_us").read_text(encoding="ascii") for one in ("quota", "period"))
        if quota != "max" and int(quota) > 0:
            yield int(quota) / int(period)

"""Processes that import, as Linux tells them: `Holders`."""

import os
import socket
import time
from contextlib import suppress
from pathlib import Path

_PAUSE_SECONDS = 1.0
_STATE, _START_TIME = 0, 19  # places after the name of the command: fields 3 and 22 of /proc/PID/stat (proc(5))


class LinuxHolders:
    """A process is named by its machine since it was booted, its name space of processes, its number and its start."""

    def __init__(self) -> None:
        """Of this process."""
        self._here = f"{socket.gethostname()} {_boot()} {_name_space()}"
        self.me = f"{self._here} {os.getpid()} {_started(os.getpid())}"

    def is_gone(self, holder: str) -> bool:
        """A process of this machine that is not there any more; of another machine nothing is known."""
        here, _, process = holder.rpartition(" ")[0].rpartition(" ")
        if here != self._here or not process.isdecimal():
            return False
        return _started(int(process)) != holder.rpartition(" ")[2]

    def pause(self) -> None:
        """See `Holders.pause`."""
        time.sleep(_PAUSE_SECONDS)

    def seconds(self) -> float:
        """See `Holders.seconds`."""
        return time.monotonic()


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _name_space() -> str:
    return Path("/proc/self/ns/pid").readlink().name


def _started(process: int) -> str:
    """When a process was started, in ticks since the boot; "" when it is not there, or dead and not yet buried."""
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return "" if fields[_STATE] in "ZX" else fields[_START_TIME]
    return ""

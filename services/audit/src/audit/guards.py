"""Where the last signed tree is kept: in files, or in a second database."""

from collections.abc import Callable
from dataclasses import dataclass

from audit.adapters.database.guard import LOCK_NAME, SqlGuard, SqlPublished
from audit.adapters.files.guard import FileCheckpoint, FileGuard
from audit.settings import AuditSettings
from audit.use_cases.ports import Guard, PublishedCheckpoint
from servicekit.database import open_database
from servicekit.database.session_lock import open_lock
from servicekit.process import closing


@dataclass(frozen=True)
class OutsideGuard:
    """The guard and the published checkpoint, in files or in a second database."""

    guard: Guard
    published: PublishedCheckpoint
    close: Callable[[], None]


def open_guard(settings: AuditSettings) -> OutsideGuard:
    """What the settings choose.

    Raises:
        StartError: the second database is not one that can be used.
        DatabaseUnavailableError: it does not answer.
    """
    file = FileCheckpoint(settings.checkpoint_file)
    if not settings.guard_url:
        return OutsideGuard(FileGuard(settings.guard), file, lambda: None)
    second, lock = open_database(settings.guard_url, threads=2), open_lock(settings.guard_url, LOCK_NAME)
    return OutsideGuard(SqlGuard(second, lock), SqlPublished(second, file), closing(lock, second))

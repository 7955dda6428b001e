"""A verified copy of a SQLite database while it is used, and a copy put back in its place.

A copy is one file of mode 0600, checked as a whole before it gets its name: what has the name can be restored. A
restore works on a copy of the copy and changes nothing until that is checked and migrated; the old database is kept
beside the new one, with what it had not yet written back (`-wal`), so that it can be opened again.
"""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2
from sqlalchemy import URL, make_url

from servicekit.database.errors import DatabaseStartError
from servicekit.database.migrations import migrate, migration_lock
from servicekit.database.opening import parsed
from servicekit.database.sqlite import BUSY_TIMEOUT_MS, use_of

_BESIDE = ("", "-wal", "-shm")
_BUSY_SECONDS = BUSY_TIMEOUT_MS / 1000


class CopyError(DatabaseStartError):
    """The copy cannot be made or put back; nothing was changed. One sentence, fit to be printed as it is."""


def sqlite_file(url: str) -> Path | None:
    """The file of the SQLite database at `url`; None for PostgreSQL.

    Raises:
        UnsafeDatabaseError: neither SQLite nor PostgreSQL.
    """
    parts = parsed(url)
    return Path(parts.database or "").absolute() if parts.get_backend_name() == "sqlite" else None


def without_password(url: str) -> str:
    """`url` as it may be printed and given to the programs of PostgreSQL."""
    parts = make_url(url)
    shown = URL.create("postgresql", parts.username, None, parts.host, parts.port, parts.database)
    return shown.render_as_string(hide_password=False)


def back_up(database: Path, copy: Path) -> int:
    """Writes a checked copy of the SQLite file `database`, which may be in use, to the new file `copy`.

    Returns its size in bytes.

    Raises:
        CopyError: there is no database, `copy` exists, cannot be written, or what was written is damaged.
    """
    if not database.is_file():
        raise CopyError(f"There is no database {database} to copy.")
    if copy.exists():
        raise CopyError(f"{copy} exists and is not overwritten: name another file, or a folder.")
    with _unfinished(copy) as partial:
        _copied(database, partial, at_rest=False)
        _require_whole(partial)
        try:
            os.link(partial, copy)  # unlike a rename, it never replaces what another has put there meanwhile
        except FileExistsError:
            raise CopyError(f"{copy} exists and is not overwritten: name another file, or a folder.") from None
        _sync_folder(copy.parent)
        return copy.stat().st_size


def put_back(copy: Path, database: Path, migrations: Path, now: datetime) -> Path | None:
    """Puts `copy`, brought to the newest migration, in the place of the SQLite file `database`.

    `copy` itself stays as it is. Returns where the old database is kept; None when there was none.

    Raises:
        CopyError: `copy` is damaged, of another service or of a newer program.
        DatabaseUnavailableError: the service, or a command of it, uses the database.
    """
    if not copy.is_file():
        raise CopyError(f"There is no file {copy} to restore.")
    database.parent.mkdir(parents=True, exist_ok=True)
    if database.exists() and copy.samefile(database):
        raise CopyError(f"{copy} is the database itself: name a copy.")
    use = use_of(database, alone=True)
    try:
        with _unfinished(database) as partial:
            _copied(copy, partial, at_rest=True)
            _require_whole(partial)
            _require_own(partial, migrations)
            migrate(f"sqlite:///{partial}", migrations)
            Path(f"{partial}.migrate.lock").unlink(missing_ok=True)
            _as_one_file(partial)
            _require_whole(partial)
            with migration_lock(database):
                kept = _set_aside(database, now)
                partial.rename(database)
                _sync_folder(database.parent)
            return kept
    except OSError as error:
        raise CopyError(f"{error.filename or database} cannot be written: {error.strerror}.") from error
    finally:
        os.close(use)


@contextmanager
def _unfinished(wanted: Path) -> Iterator[Path]:
    """A new empty file of mode 0600 beside `wanted`, gone afterwards unless it was renamed."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{wanted.name}.", suffix=".partial", dir=wanted.parent)
    except OSError as error:
        raise CopyError(f"The folder {wanted.parent} cannot be written: {error.strerror}.") from error
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
    finally:
        for suffix in (*_BESIDE, "-journal", ".migrate.lock"):
            Path(f"{partial}{suffix}").unlink(missing_ok=True)


def _copied(source: Path, target: Path, *, at_rest: bool) -> None:
    immutable = "&immutable=1" if at_rest and not Path(f"{source}-wal").exists() else ""  # leaves nothing beside it
    try:
        with (
            closing(_opened(f"{_uri(source)}?mode=ro{immutable}")) as one,
            closing(_opened(f"{_uri(target)}?mode=rw")) as other,
        ):
            one.backup(other)
        _as_one_file(target)
    except dbapi2.Error as error:
        raise CopyError(f"{source} cannot be copied to {target.parent}: {error}.") from error


def _as_one_file(path: Path) -> None:
    """Leaves no `-wal` beside `path`, and `path` on the disk."""
    with closing(_opened(f"{_uri(path)}?mode=rw")) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _require_whole(path: Path) -> None:
    try:
        with closing(_opened(f"{_uri(path)}?mode=ro")) as connection:
            damage = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    except dbapi2.Error as error:
        raise CopyError(f"The file is not a whole SQLite database: {error}.") from error
    if damage != ["ok"]:
        raise CopyError(f"The database is damaged ({damage[0]}): take another copy.")
    if orphans:
        raise CopyError(f"The database is damaged ({len(orphans)} rows refer to rows that are not there).")


def _require_own(path: Path, migrations: Path) -> None:
    """The tables of a copy are those that this service's migrations make, up to the one the copy is at."""
    with closing(_opened(f"{_uri(path)}?mode=ro")) as connection:
        tables = _tables(connection)
        versions = connection.execute("SELECT version_num FROM alembic_version").fetchall() if tables else []
    if len(versions) != 1:
        raise CopyError("The file is not a copy of a service's database: no migration made it.")
    version = str(versions[0][0])
    if not any((migrations / "versions").glob(f"{version}_*.py")):
        raise CopyError(f"The copy is at migration {version}, which this program does not know: start a newer program.")
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model.sqlite3"
        migrate(f"sqlite:///{model}", migrations, target=version)
        with closing(_opened(_uri(model))) as connection:
            expected = _tables(connection)
    if tables != expected:
        odd = ", ".join(sorted(tables ^ expected)[:5])
        raise CopyError(f"The copy is not of this service: its tables at migration {version} differ ({odd}).")


def _tables(connection: Any) -> frozenset[str]:
    """Names of the tables; empty when no migration has been here."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    names = frozenset(str(row[0]) for row in connection.execute(query))
    return names if "alembic_version" in names else frozenset()


def _set_aside(database: Path, now: datetime) -> Path | None:
    if not database.exists():
        for suffix in _BESIDE[1:]:  # of a database that is gone: they would be read into the new one
            Path(f"{database}{suffix}").unlink(missing_ok=True)
        return None
    kept = database.with_name(f"{database.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    if kept.exists():
        raise CopyError(f"{kept} exists: wait a second and restore again.")
    for suffix in _BESIDE:
        with suppress(FileNotFoundError):
            Path(f"{database}{suffix}").rename(f"{kept}{suffix}")
    kept.chmod(stat.S_IRUSR | stat.S_IWUSR)
    return kept


def _opened(uri: str) -> Any:
    return dbapi2.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)


def _uri(path: Path) -> str:
    return path.absolute().as_uri()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

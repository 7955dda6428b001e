"""The folder of signing keys: one PEM per key, `keys.json` with their records, `keys.lock` for whoever changes them.

Every file is written as a draft, brought to the disk and then given its name, so a reader never sees half of one.
Readers take no lock. Folders from before the records hold `es256-NNNN.pem` alone; the first change records them.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from auth.keys.adapters.crypto.private_keys import RSA_BITS, PrivateKey, is_encrypted, to_pem
from auth.keys.domain.signing_keys import ALGORITHMS, ES256, KeyRecord
from servicekit.errors import StartError

_FORMAT = 1
_LEAST_PASSPHRASE = 20
_MOMENTS = ("created_at", "signs_from", "retired_at", "published_until", "withdrawn_at")
_OF_OTHERS = 0o077

Stamp: TypeAlias = tuple[int, int, int]
"""Inode, time of change in nanoseconds, size: another one means another content."""


def read_passphrase(value: str, file: Path | None) -> bytes | None:
    """The passphrase of the key files, from a setting or from a file (its last line break is no part of it).

    Raises:
        StartError: both are given, the file cannot be read, or it is shorter than 20 characters.
    """
    if file is not None:
        if value:
            raise StartError("Give AUTH_KEYS_PASSPHRASE or AUTH_KEYS_PASSPHRASE_FILE, not both.")
        try:
            value = file.read_text().rstrip("\r\n")
        except (OSError, ValueError) as error:
            raise StartError(
                f"The file of the key passphrase {file} cannot be read ({type(error).__name__})."
            ) from error
    if not value and file is None:
        return None
    if len(value) < _LEAST_PASSPHRASE:
        raise StartError(f"The passphrase of the signing keys needs {_LEAST_PASSPHRASE} characters at least.")
    return value.encode()


class KeyFolder:
    """Reads and writes the files; decides nothing."""

    def __init__(self, directory: Path, passphrase: bytes | None = None) -> None:
        """With `passphrase` every key is written encrypted, and keys in clear are still read."""
        self.directory = directory
        self._passphrase = passphrase

    def stamp(self) -> Stamp | None:
        """Cheap; changes with the records. None: there are none yet.

        Raises:
            StartError: the folder cannot be read.
        """
        try:
            found = self._records_path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StartError(f"The records of signing keys {self._records_path} cannot be read.") from error
        return found.st_ino, found.st_mtime_ns, found.st_size

    def records(self) -> tuple[KeyRecord, ...]:
        """Every record, none when the file does not exist.

        Raises:
            StartError: the file is damaged or cannot be read.
        """
        try:
            content = orjson.loads(self._records_path.read_bytes())
            if content["format"] != _FORMAT:
                raise StartError(f"{self._records_path} was written by a newer program: start a newer program.")
            return tuple(_read_record(entry) for entry in content["keys"])
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise StartError(f"The records of signing keys {self._records_path} cannot be read.") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One change at a time, among all processes of this folder.

        Raises:
            StartError: the folder cannot be written.
        """
        try:
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.directory / "keys.lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._not_written(error) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def save(self, records: Sequence[KeyRecord]) -> None:
        """Replaces the records. Only under the lock.

        Raises:
            StartError: the folder cannot be written.
        """
        ordered = sorted(records, key=lambda record: (record.algorithm, record.number))
        content = {"format": _FORMAT, "keys": [_written_record(record) for record in ordered]}
        self._write(self._records_path, orjson.dumps(content, option=orjson.OPT_INDENT_2))

    def write_key(self, private: PrivateKey, algorithm: str, number: int) -> None:
        """A new file, readable by its owner only, or the same key once more. Only under the lock.

        Raises:
            StartError: the folder cannot be written.
        """
        self._write(self._path(algorithm, number), to_pem(private, self._passphrase))

    def read_key(self, algorithm: str, number: int) -> PrivateKey:
        """The private key.

        Raises:
            StartError: not there, of another kind, in clear and readable by others, or the passphrase does not open it.
        """
        path = self._path(algorithm, number)
        try:
            pem, mode = path.read_bytes(), path.stat().st_mode
        except OSError as error:
            raise _not_read(path, error) from error
        private = self._parsed(pem, path, algorithm)
        if mode & _OF_OTHERS and not is_encrypted(pem):
            raise StartError(f"The signing key {path} is open to others: chmod 600 it, and rotate if they had it.")
        return private

    def forget_key(self, algorithm: str, number: int) -> bool:
        """Deletes the file; gives whether there was one.

        Raises:
            StartError: the folder cannot be written.
        """
        try:
            self._path(algorithm, number).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._not_written(error) from error
        return True

    def is_in_clear(self, algorithm: str, number: int) -> bool:
        """Whether the file exists and needs no passphrase.

        Raises:
            StartError: it cannot be read.
        """
        path = self._path(algorithm, number)
        try:
            return path.exists() and not is_encrypted(path.read_bytes())
        except OSError as error:
            raise _not_read(path, error) from error

    def numbers(self, algorithm: str) -> list[int]:
        """The numbers of the key files, with and without a record."""
        stems = [
            path.stem.removeprefix(f"{algorithm.lower()}-")
            for path in self.directory.glob(f"{algorithm.lower()}-*.pem")
        ]
        return sorted(int(stem) for stem in stems if stem.isdecimal())

    def written_at(self, algorithm: str, number: int) -> datetime:
        """When the file of a key was last written.

        Raises:
            StartError: it cannot be read.
        """
        path = self._path(algorithm, number)
        try:
            return datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError as error:
            raise _not_read(path, error) from error

    @property
    def _records_path(self) -> Path:
        return self.directory / "keys.json"

    def _path(self, algorithm: str, number: int) -> Path:
        return self.directory / f"{algorithm.lower()}-{number:04d}.pem"

    def _parsed(self, pem: bytes, path: Path, algorithm: str) -> PrivateKey:
        if is_encrypted(pem) and self._passphrase is None:
            raise StartError(
                f"The signing key {path} is encrypted: give AUTH_KEYS_PASSPHRASE or AUTH_KEYS_PASSPHRASE_FILE."
            )
        try:
            key = serialization.load_pem_private_key(pem, self._passphrase if is_encrypted(pem) else None)
        except (ValueError, TypeError) as error:
            why = "the passphrase does not open it" if is_encrypted(pem) else "it is damaged"
            raise StartError(f"The signing key {path} cannot be read: {why}.") from error
        if algorithm == ES256 and isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
            return key
        if algorithm != ES256 and isinstance(key, rsa.RSAPrivateKey) and key.key_size >= RSA_BITS:
            return key
        wanted = "a P-256 key" if algorithm == ES256 else f"an RSA key of {RSA_BITS} bits or more"
        raise StartError(f"The signing key {path} is not {wanted}.")

    def _write(self, target: Path, content: bytes) -> None:
        draft = self.directory / f".draft-{os.getpid()}-{threading.get_ident()}"
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
            folder = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise self._not_written(error) from error

    def _not_written(self, error: OSError) -> StartError:
        return StartError(f"The folder of signing keys {self.directory} cannot be written: {error.strerror}.")


def _not_read(path: Path, error: OSError) -> StartError:
    return StartError(f"The signing key {path} cannot be read: {error.strerror}.")


def _read_record(entry: dict[str, Any]) -> KeyRecord:
    moments = {name: datetime.fromisoformat(entry[name]) for name in _MOMENTS if entry.get(name) is not None}
    if any(moment.tzinfo is None for moment in moments.values()) or entry["algorithm"] not in ALGORITHMS:
        raise ValueError("a moment without time zone, or an unknown algorithm")
    return KeyRecord(kid=str(entry["kid"]), algorithm=str(entry["algorithm"]), number=int(entry["number"]), **moments)


def _written_record(record: KeyRecord) -> dict[str, Any]:
    moments = {name: getattr(record, name) for name in _MOMENTS}
    written = {name: moment.astimezone(UTC).isoformat() for name, moment in moments.items() if moment is not None}
    return {"kid": record.kid, "algorithm": record.algorithm, "number": record.number, **written}

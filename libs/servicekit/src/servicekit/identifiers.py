"""Identifiers that sort by time, or tell nothing, and secrets that cannot be guessed."""

import base64
import hashlib
import os
import secrets
import threading
import time
from uuid import uuid4

_NANOSECONDS_PER_MILLISECOND = 1_000_000
_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62
_RANDOM_BITS = (1 << 62) - 1


class _Ticks:
    """Sixty bits of time (48 of milliseconds, 12 below the millisecond) that never repeat in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def take(self) -> int:
        milliseconds, rest = divmod(time.time_ns(), _NANOSECONDS_PER_MILLISECOND)
        ticks = milliseconds << 12 | rest * 4096 // _NANOSECONDS_PER_MILLISECOND
        with self._lock:
            self._last = max(ticks, self._last + 1)
            return self._last


_ticks = _Ticks()


def new_id() -> str:
    """A UUIDv7 in lower case (RFC 9562 §5.7 and §6.2 method 3): later ones of this process sort after earlier ones."""
    ticks = _ticks.take()
    random = int.from_bytes(os.urandom(8), "big") & _RANDOM_BITS
    digits = f"{(ticks >> 12) << 80 | _VERSION_7 | (ticks & 0xFFF) << 64 | _VARIANT | random:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"  # `uuid` takes twice as long


def random_id() -> str:
    """A UUIDv4 in lower case, for what must not tell since when it is there: an account, an organisation."""
    return str(uuid4())


def new_secret(byte_count: int = 32) -> str:
    """`byte_count` random bytes as text that is safe in a URL (no padding)."""
    return secrets.token_urlsafe(byte_count)


def hash_secret(secret: str) -> str:
    """SHA-256 in hexadecimal. Only for secrets with at least 128 bits of chance, never for passwords."""
    return hashlib.sha256(secret.encode()).hexdigest()


def base64url(octets: bytes) -> str:
    """Base64url without padding (RFC 7515 §2). The strict way back is `joserfc.util.urlsafe_b64decode`."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()

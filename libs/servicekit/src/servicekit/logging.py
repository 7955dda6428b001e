"""JSON lines on stderr, one per event, without secrets or names of people.

The request id and whatever else a request binds (`structlog.contextvars`) is on every line it causes. Libraries that
use the standard library's logging (grpc, sqlalchemy, werkzeug) end in the same stream, without access logs.
Redaction looks at keys: it cannot see a secret inside a sentence, so give values as keys, never inside the event text.
"""

import logging
import sys
from collections.abc import Callable, Mapping, MutableMapping
from functools import lru_cache
from typing import BinaryIO, cast

import orjson
import structlog
from structlog.typing import FilteringBoundLogger

Logger = FilteringBoundLogger

REDACTED = "[redacted]"
_SECRET_WORDS = frozenset(
    {"password", "passwords", "token", "tokens", "secret", "secrets", "authorization", "bearer", "cookie", "cookies"}
    | {"verifier", "credential", "credentials", "nir", "email", "matricule", "birthdate"}
)
_HARMLESS_ENDINGS = frozenset({"id", "hash", "count", "type", "kind", "seconds", "status"})
_SENSITIVE_KEYS = frozenset(
    {"name", "names", "first_name", "last_name", "given_name", "family_name", "birth_name", "display_name"}
    | {"user_name", "username", "full_name", "nom", "prenom", "code", "nonce"}
)
_QUIET_LIBRARIES = {
    "grpc": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "werkzeug": logging.WARNING,
    "alembic": logging.WARNING,
}
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_MAX_DEPTH = 5
_PLAIN = frozenset({str, int, float, bool, type(None)})


def configure_logging(service: str, level: str, stream: BinaryIO | None = None) -> None:
    """Write lines of `level` and above to `stream` (stderr when not given), each with the service's name.

    Raises:
        KeyError: `level` is not debug, info, warning or error.
    """
    threshold = _LEVELS[level]

    def add_service(_logger: object, _method: str, event: MutableMapping[str, object]) -> Mapping[str, object]:
        event["service"] = service
        return event

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            add_service,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(serializer=_to_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.BytesLoggerFactory(file=stream or sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [_ToStructlog()]
    root.setLevel(threshold)
    for name, least in _QUIET_LIBRARIES.items():
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.setLevel(max(least, threshold))


def get_logger(name: str) -> Logger:
    """A logger whose lines carry `component=name`. Cheap; one per module, under the name `log`."""
    return cast(Logger, structlog.get_logger(component=name))


def redact(_logger: object, _method: str, event: MutableMapping[str, object]) -> Mapping[str, object]:
    """A structlog processor: values under keys that name a secret or a person become `[redacted]`, at any depth."""
    for key, value in event.items():
        if is_sensitive(key):
            event[key] = REDACTED
        elif type(value) not in _PLAIN:
            event[key] = _redacted(value, 1)
    return event


def _redacted(value: object, depth: int) -> object:
    if depth > _MAX_DEPTH:
        return REDACTED
    if isinstance(value, Mapping):
        return {key: REDACTED if is_sensitive(str(key)) else _redacted(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(item, depth + 1) for item in value]
    return value


@lru_cache(maxsize=1024)
def is_sensitive(key: str) -> bool:
    """Whether the value under this key must not be written: `access_token` is, `token_id` is not."""
    normal = key.lower().replace("-", "_")
    if normal in _SENSITIVE_KEYS:
        return True
    words = normal.split("_")
    if words[-1] in _HARMLESS_ENDINGS:
        return False
    return not _SECRET_WORDS.isdisjoint(words)


def _to_json(value: object, **_options: object) -> bytes:
    return orjson.dumps(value, default=_as_text, option=orjson.OPT_NON_STR_KEYS)


def _as_text(value: object) -> str:
    return str(value)


class _ToStructlog(logging.Handler):
    """Lines of the standard library's logging, written as this service's own lines."""

    def emit(self, record: logging.LogRecord) -> None:
        logger = get_logger(record.name)
        write: Callable[..., object] = getattr(logger, _method_of(record.levelno))
        write(record.getMessage(), exc_info=record.exc_info or None)


def _method_of(level: int) -> str:
    return next((name for name in ("error", "warning", "info") if level >= _LEVELS[name]), "debug")

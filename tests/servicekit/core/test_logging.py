"""Log lines: JSON, with the request id, without secrets or people."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from servicekit.logging import REDACTED, configure_logging, get_logger, is_sensitive

SENSITIVE = [
    *("password", "new_password", "access_token", "id_token", "Authorization", "set-cookie", "client_secret"),
    *("nir", "email", "name", "display_name", "matricule", "code", "code_verifier"),
]


@pytest.fixture
def stream() -> Iterator[io.BytesIO]:
    """Where the lines of a test go; the configuration before the test comes back after it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    before = structlog.get_config()
    written = io.BytesIO()
    configure_logging("sample", "info", written)
    yield written
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


def _lines(stream: io.BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_service_level_time_and_component(stream: io.BytesIO) -> None:
    get_logger("sample.part").info("something happened", count=3)
    (line,) = _lines(stream)
    assert (line["event"], line["service"], line["level"], line["component"], line["count"]) == (
        "something happened",
        "sample",
        "info",
        "sample.part",
        3,
    )
    assert line["at"].endswith("Z")


def test_lines_below_the_level_are_not_written(stream: io.BytesIO) -> None:
    get_logger("x").debug("detail")
    logging.getLogger("x").debug("detail")
    assert stream.getvalue() == b""


def test_what_a_request_binds_is_on_its_lines(stream: io.BytesIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        get_logger("x").info("inside")
    get_logger("x").info("outside")
    assert [line.get("request_id") for line in _lines(stream)] == ["r-1", None]


@pytest.mark.parametrize(
    "key",
    SENSITIVE,
)
def test_a_value_under_a_sensitive_key_is_never_written(stream: io.BytesIO, key: str) -> None:
    get_logger("x").info("event", **{key: "s3cret"}, nested={"list": [{key: "s3cret"}]})
    (line,) = _lines(stream)
    assert b"s3cret" not in stream.getvalue()
    assert line[key] == REDACTED


@pytest.mark.parametrize("key", ["token_id", "secret_hash", "method", "status", "filename", "cookie_count"])
def test_harmless_keys_stay_readable(key: str) -> None:
    assert not is_sensitive(key)


def test_libraries_write_the_same_lines_and_no_access_log(stream: io.BytesIO) -> None:
    logging.getLogger("sqlalchemy.pool").warning("pool of %d is empty", 4)
    logging.getLogger("werkzeug").info("GET /connexion?code=s3cret")
    (line,) = _lines(stream)
    assert (line["event"], line["component"], line["level"]) == ("pool of 4 is empty", "sqlalchemy.pool", "warning")


def test_an_exception_is_written_with_its_place(stream: io.BytesIO) -> None:
    try:
        dict[str, str]()["nothing here"]
    except LookupError:
        get_logger("x").exception("it went wrong")
    (line,) = _lines(stream)
    assert line["level"] == "error"
    assert "KeyError: 'nothing here'" in line["exception"]


def test_values_that_are_not_json_are_written_as_text(stream: io.BytesIO) -> None:
    get_logger("x").info("event", where=io, keys={1: "a"})
    (line,) = _lines(stream)
    assert line["keys"] == {"1": "a"}

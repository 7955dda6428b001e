"""What a caller may put into headers, and what is made of it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.rpc.call import Call, current_call, find_call, parse_request_id, parse_traceparent

GOOD = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_trace_context_is_carried_as_it_is() -> None:
    assert parse_traceparent(GOOD) == GOOD
    later_version = GOOD.replace("00-", "01-", 1) + "-more"
    assert parse_traceparent(later_version) == later_version


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        GOOD.upper(),
        GOOD + "-more",
        GOOD + "\n",
        "ff" + GOOD[2:],
        "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-" + "0" * 16 + "-01",
        GOOD[:-1],
        GOOD[1:],
    ],
)
def test_a_trace_context_that_the_standard_forbids_is_dropped(text: str | None) -> None:
    assert parse_traceparent(text) is None


@given(st.text())
def test_any_header_is_a_trace_context_or_nothing(text: str) -> None:
    assert parse_traceparent(text) in {text, None}


@given(
    st.from_regex(r"[0-9a-f]{32}", fullmatch=True), st.from_regex(r"[0-9a-f]{16}", fullmatch=True), st.integers(0, 255)
)
def test_every_well_formed_context_is_kept_unless_an_id_is_zero(trace: str, parent: str, flags: int) -> None:
    text = f"00-{trace}-{parent}-{flags:02x}"
    expected = text if int(trace, 16) and int(parent, 16) else None
    assert parse_traceparent(text) == expected


@given(st.text())
def test_a_request_id_can_never_break_a_log_line(text: str) -> None:
    kept = parse_request_id(text)
    assert kept is None or (kept == text and kept.isascii() and kept.isprintable() and 1 <= len(kept) <= 64)


def test_outside_of_a_call_there_is_none() -> None:
    assert find_call() is None
    with pytest.raises(LookupError):
        current_call()


def test_the_time_left_is_never_negative() -> None:
    assert Call(method="m", request_id="r", caller="cdap", deadline=time.monotonic() - 5).remaining() == 0
    assert Call(method="m", request_id="r", caller="cdap").remaining() is None


def test_a_call_does_not_show_the_token_when_printed() -> None:
    assert "s3cret" not in repr(Call(method="m", request_id="r", caller="cdap", bearer="s3cret"))

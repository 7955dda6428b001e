"""Media types are compared as their RFCs say, wherever they are written."""

from __future__ import annotations

import pytest

from servicekit.media_types import FORM, accepts_type, media_type_of, token_type_is


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "At+Jwt", "application/at+jwt", "Application/AT+jwt"])
def test_the_type_of_a_token_is_read_in_any_case_short_or_whole(typ: str) -> None:
    assert token_type_is(typ, "at+jwt")
    assert token_type_is(typ, "JWT", "application/AT+JWT")


@pytest.mark.parametrize(
    "typ",
    ["", "jwt", "at", "text/at+jwt", "application/application/at+jwt", " at+jwt", "at+jwt;x=1", None, 5, ["at+jwt"]],
)
def test_everything_else_is_of_another_type(typ: object) -> None:
    assert not token_type_is(typ, "at+jwt")


@pytest.mark.parametrize("header", [FORM, FORM.upper(), f"{FORM};charset=UTF-8", f" {FORM} ; x=y"])
def test_a_content_type_is_read_without_parameters_in_any_case(header: str) -> None:
    assert media_type_of(header) == FORM


@pytest.mark.parametrize("header", [None, "", "text/plain", f"{FORM}x", f"x{FORM}", f"text/plain, {FORM}"])
def test_another_content_type_is_not_a_form(header: str | None) -> None:
    assert media_type_of(header) != FORM


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("a/b", True),
        ("A/B", True),
        ("text/html, a/b;q=0.5", True),
        ("a/b; q=0", False),
        ("a/b;q=0.000, x/y", False),
        ("a/b;q=0.01", True),
        ("a/bc", False),
        ("xa/b", False),
        ("*/*", False),
        ("", False),
        (None, False),
    ],
)
def test_an_accept_names_a_type_or_not(header: str | None, named: bool) -> None:
    assert accepts_type(header, "a/b") is named

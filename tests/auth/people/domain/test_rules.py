"""Rules of passwords, identifiers, throttling, clients and token life."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.clients.domain.client_registration import parse_client
from auth.ground.adapters.files.data_files import common_passwords
from auth.ground.domain.errors import BadDataFileError
from auth.people.domain.accounts import make_username, normalise_username
from auth.people.domain.passwords import PasswordRules, find_problem, new_provisional_password, provisional_form
from auth.people.domain.throttling import AttemptLimits, wait_before
from auth.protocol.domain.claims import token_end

RULES = PasswordRules(common=common_passwords())
PERSONAL = ("cdurand-4821", "Chloé", "Durand", "chloe.durand")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("brouette lampe nuage", None),
        ("été à la mer 1998", None),
        ("xQ7#rT9!pL2@", None),
        ("b" * 11, "TOO_SHORT"),
        ("brouette " * 20, "TOO_LONG"),
        ("motdepasse2026", "COMMON"),
        ("M0tDeP@sse2026!", "COMMON"),
        ("!!azerty2026!!", "COMMON"),
        ("marseille13013", "COMMON"),
        ("soleilsoleil", "COMMON"),
        ("azertyuiop12", "SEQUENCE"),
        ("123456789012", "SEQUENCE"),
        ("abcdefghijkl", "SEQUENCE"),
        ("aaaaaaaaaaaaa", "SEQUENCE"),
        ("Durand-Chloe-21", "CONTEXT"),
        ("cdurand-4821!!", "CONTEXT"),
        ("caf-cnaf-cdap-2026", "CONTEXT"),
        ("ABCD-EFGH-JKLM-NPQR", "PROVISIONAL_SHAPE"),
    ],
)
def test_a_password_is_refused_for_its_first_problem(password: str, problem: str | None) -> None:
    found = find_problem(password, RULES, PERSONAL)
    assert (found.value if found else None) == problem


def test_provisional_passwords_are_recognised_as_typed() -> None:
    made = {new_provisional_password() for _ in range(100)}
    assert len(made) == 100
    assert all(provisional_form(f" {one.lower()} ") == one for one in made)
    assert provisional_form("brouette lampe nuage") is None


@given(st.text(max_size=200))
def test_no_text_breaks_the_rules_of_passwords(text: str) -> None:
    find_problem(text, RULES, PERSONAL)


@pytest.mark.parametrize(
    ("given_name", "family_name", "username"),
    [
        ("Martine", "Durand", "mdurand-0042"),
        ("Émilie", "Lefèbvre-Noël", "elefebvrenoel-0042"),
        ("Œdipe", "D'Arc", "odarc-0042"),
        ("李", "王", "compte-0042"),
    ],
)
def test_identifiers_are_readable(given_name: str, family_name: str, username: str) -> None:
    assert make_username(given_name, family_name, 42) == username


@pytest.mark.parametrize(("failures", "wait"), [(0, None), (2, None), (3, 1), (4, 2), (9, 64)])
def test_the_delay_doubles(failures: int, wait: int | None) -> None:
    found = wait_before([NOW] * failures, AttemptLimits(), NOW)
    assert found == (timedelta(seconds=wait) if wait else None)


def test_failures_leave_the_window() -> None:
    assert wait_before([NOW - timedelta(minutes=15)] * 10, AttemptLimits(), NOW) is None
    assert wait_before([NOW - timedelta(minutes=5)] * 10, AttemptLimits(), NOW) == timedelta(minutes=10)


def test_a_token_ends_with_the_first_of_its_reasons() -> None:
    life, far = timedelta(seconds=300), NOW + timedelta(hours=10)
    assert token_end(NOW, life, None, far) == NOW + life
    assert token_end(NOW, life, None, NOW + timedelta(seconds=9)) == NOW + timedelta(seconds=9)
    evening = datetime(2026, 11, 23, 22, 58, tzinfo=UTC)  # 23:58 in France
    assert token_end(evening, life, date(2026, 11, 23), far + life * 99) == evening + timedelta(minutes=2)


CLIENT = {
    "client_id": "cdap",
    "owner": "national",
    "name": "CDAP",
    "redirect_uris": ["https://cdap.example/retour"],
    "scope": "openid",
}


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uris": []},
        {"redirect_uris": ["http://cdap.example/retour"]},
        {"redirect_uris": ["https://cdap.example/retour#x"]},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"backchannel_logout_uri": "http://elsewhere.example"},
        {"scope": "openid omega"},
        {"unknown": 1},
        {"name": ""},
    ],
)
def test_a_wrong_entry_of_a_clients_file_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadDataFileError, match="client cdap"):
        parse_client(CLIENT | changes, "hash")


def test_a_client_without_extranet_needs_no_service_contract() -> None:
    assert parse_client(CLIENT, "hash").checked_extranet is None
    assert parse_client(CLIENT | {"code": "cdap"}, "hash").checked_extranet == "cdap"


def test_an_identifier_is_compared_without_control_characters() -> None:
    assert normalise_username(" CDurand\x00-4821\n") == "cdurand-4821"

"""Server-side sessions and the secret they are sealed with, on both databases."""

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from servicekit.database import Database, open_database
from servicekit.web import SessionContent, WebSecrets, WebSessions
from servicekit.web.secrets import FILE_NAME, WebSecretError
from servicekit.web.session_tables import forget_ended_sessions
from servicekit.web.sessions import LogoutToken
from tests.servicekit.fakes import FixedClock
from tests.servicekit.web.conftest import create_tables

SECRET = "a secret of at least thirty-two bytes"


@pytest.fixture
def both(database_url: str) -> Iterator[Database]:
    create_tables(database_url)
    database = open_database(database_url)
    yield database
    database.close()


@pytest.fixture
def sessions(both: Database, clock: FixedClock) -> WebSessions:
    return WebSessions(both, WebSecrets(SECRET.encode()), clock)


def content(sid: str = "sid-1", subject: str = "person-1") -> SessionContent:
    return SessionContent(
        sid=sid,
        subject=subject,
        display_name="Camille Martin",
        organisation="Bois-Joli",
        access_token="access-secret",
        access_expires_at=2e9,
        refresh_token="refresh",
        id_token="id",
        last_login_at=None,
    )


def test_a_session_is_found_by_its_cookie_only(sessions: WebSessions) -> None:
    cookie = sessions.open(content())
    found = sessions.find(cookie)
    assert found is not None
    assert found.content == content()
    assert sessions.find(cookie + "x") is None
    assert sessions.find(found.id_hash) is None


def test_neither_cookie_nor_tokens_are_in_the_database(sessions: WebSessions, both: Database) -> None:
    cookie = sessions.open(content())
    row = both.read(lambda connection: connection.execute(text("SELECT * FROM web_session")).one())
    kept = " ".join(str(value) for value in row)
    assert cookie not in kept
    assert "access-secret" not in kept
    assert "Camille" not in kept


def test_a_sealed_row_moved_to_another_session_is_not_opened(sessions: WebSessions, both: Database) -> None:
    mine, other = sessions.open(content()), sessions.open(content("sid-2", "person-2"))
    statement = (
        "UPDATE web_session SET sealed = (SELECT sealed FROM web_session WHERE sid = 'sid-2') WHERE sid = 'sid-1'"
    )
    both.write(lambda connection: connection.execute(text(statement)).rowcount)
    assert sessions.find(mine) is None
    assert sessions.find(other) is not None


def test_each_request_keeps_a_session_alive_up_to_ten_hours(sessions: WebSessions, clock: FixedClock) -> None:
    cookie = sessions.open(content())
    for _ in range(10 * 60 // 14):
        clock.advance(timedelta(minutes=14))
        assert sessions.find(cookie) is not None
    clock.advance(timedelta(minutes=14))
    assert sessions.find(cookie) is None


def test_the_idle_time_is_written_at_most_once_a_minute(
    sessions: WebSessions, both: Database, clock: FixedClock
) -> None:
    def touched_at() -> int:
        query = text("SELECT touched_at FROM web_session")
        return int(both.read(lambda connection: connection.execute(query).scalar_one()))

    cookie = sessions.open(content())
    before = touched_at()
    clock.advance(timedelta(seconds=59))
    sessions.find(cookie)
    assert touched_at() == before
    clock.advance(timedelta(seconds=1))
    sessions.find(cookie)
    assert touched_at() == before + 60


def test_ending_by_sid_or_person_ends_theirs_only(sessions: WebSessions, clock: FixedClock) -> None:
    mine, other = sessions.open(content()), sessions.open(content("sid-2", "person-2"))
    assert sessions.end_by_sid("sid-1") == 1
    assert sessions.find(mine) is None
    assert sessions.find(other) is not None
    assert sessions.end_once(LogoutToken("t-1", None, "person-2", clock.now() + timedelta(minutes=2))) == 1
    assert sessions.find(other) is None


def test_a_new_sign_in_ends_the_session_of_the_same_cookie(sessions: WebSessions) -> None:
    old = sessions.open(content())
    new = sessions.open(content("sid-2"), instead_of=old)
    assert sessions.find(old) is None
    assert sessions.find(new) is not None


def test_only_one_caller_may_refresh_until_the_claim_is_over(sessions: WebSessions, clock: FixedClock) -> None:
    session = sessions.find(sessions.open(content()))
    assert session is not None
    assert sessions.claim_refresh(session)
    assert not sessions.claim_refresh(session)
    clock.advance(timedelta(seconds=15))
    assert sessions.claim_refresh(session)
    renewed = sessions.replace_tokens(session, content())
    assert renewed is not None
    assert not sessions.claim_refresh(session), "the old tokens are gone"
    assert sessions.claim_refresh(renewed)


def test_new_tokens_do_not_revive_a_session_that_ended(sessions: WebSessions) -> None:
    session = sessions.find(sessions.open(content()))
    assert session is not None
    sessions.end(session)
    assert sessions.replace_tokens(session, content()) is None


def test_a_value_is_accepted_once_per_kind(sessions: WebSessions, clock: FixedClock) -> None:
    until = clock.now() + timedelta(minutes=2)
    assert sessions.accept_once("jti", "a", until)
    assert not sessions.accept_once("jti", "a", until)
    assert sessions.accept_once("state", "a", until)


def test_what_has_ended_is_forgotten(sessions: WebSessions, both: Database, clock: FixedClock) -> None:
    def forget() -> int:
        return both.write(lambda connection: forget_ended_sessions(connection, clock.now()))

    sessions.open(content())
    sessions.accept_once("jti", "a", clock.now() + timedelta(minutes=2))
    assert forget() == 0
    clock.advance(timedelta(minutes=16))
    assert forget() == 2


def test_the_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = WebSecrets.load(tmp_path / "data")
    path = tmp_path / "data" / FILE_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert WebSecrets.load(tmp_path / "data").key("x") == first.key("x")
    assert first.key("x") != first.key("y")
    assert [entry.name for entry in path.parent.iterdir()] == [FILE_NAME]


def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WebSecretError):
        WebSecrets.load(tmp_path, "short")


def test_a_sealed_text_opens_only_for_what_it_is_about() -> None:
    sealer = WebSecrets(SECRET.encode()).sealer("test")
    sealed = sealer.seal("été", "a")
    assert sealer.read(sealed, "a", str) == "été"
    assert sealer.read(sealed, "b", str) is None
    assert sealer.read(sealed[:-2] + "AA", "a", str) is None
    assert sealer.read("", "a", str) is None
    assert sealer.read("é~", "a", str) is None

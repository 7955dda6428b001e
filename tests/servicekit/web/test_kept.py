"""Results kept for a few minutes of one session, on both databases: sealed, and gone with their session."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from servicekit.database import Database, open_database
from servicekit.identifiers import hash_secret
from servicekit.web import SessionContent, WebSecrets, WebSessions
from servicekit.web.kept import LIFE, Kept, KeptResults, SessionKey
from servicekit.web.session_tables import forget_ended_sessions
from servicekit.web.sessions import LogoutToken
from tests.promises import promise
from tests.servicekit.fakes import FixedClock
from tests.servicekit.web.conftest import create_tables

SECRETS = WebSecrets(b"a secret of at least thirty-two bytes")


@pytest.fixture
def both(database_url: str) -> Iterator[Database]:
    create_tables(database_url)
    database = open_database(database_url)
    yield database
    database.close()


@pytest.fixture
def sessions(both: Database, clock: FixedClock) -> WebSessions:
    return WebSessions(both, SECRETS, clock)


@pytest.fixture
def kept(both: Database, clock: FixedClock) -> KeptResults:
    return KeptResults(both, SECRETS, clock)


def opened(sessions: WebSessions, sid: str = "sid-1") -> SessionKey:
    cookie = sessions.open(
        SessionContent(
            sid=sid,
            subject="person-1",
            display_name="Camille",
            organisation="Bois-Joli",
            access_token="token",
            access_expires_at=2e9,
            refresh_token=None,
            id_token="id",
            last_login_at=None,
        )
    )
    return SessionKey(hash_secret(cookie), cookie)


def rows(database: Database) -> list[object]:
    return database.read(lambda connection: list(connection.execute(text("SELECT * FROM web_kept_result"))))


def forget(database: Database, clock: FixedClock) -> int:
    return database.write(lambda connection: forget_ended_sessions(connection, clock.now()))


@promise("cdap:kept-for-its-session-only")
def test_a_result_is_found_by_its_session_until_its_time_is_over(
    sessions: WebSessions, kept: KeptResults, clock: FixedClock
) -> None:
    session, other = opened(sessions), opened(sessions, "sid-2")
    identifier = kept.keep(session, "the result", "the question")
    assert kept.find(session, identifier, str, str) == Kept("the result", "the question")
    assert kept.find(other, identifier, str, str) is None
    assert kept.find(SessionKey(session.id_hash, other.secret), identifier, str, str) is None
    assert kept.find(session, identifier + "x", str, str) is None
    clock.advance(LIFE)
    assert kept.find(session, identifier, str, str) == Kept(None, "the question")


def test_a_result_whose_time_is_over_is_erased_by_the_next_one(
    sessions: WebSessions, kept: KeptResults, both: Database, clock: FixedClock
) -> None:
    session = opened(sessions)
    kept.keep(session, "one", "q")
    clock.advance(LIFE)
    kept.keep(session, "two", "q")
    forget(both, clock)
    sealed = [row.sealed for row in rows(both)]  # type: ignore[attr-defined]
    assert sorted(value is None for value in sealed) == [False, True]
    clock.advance(LIFE)
    assert forget(both, clock) == 1


ENDS: dict[str, Callable[[WebSessions, SessionKey, FixedClock], object]] = {
    "signing out": lambda sessions, session, _: sessions.end(found(sessions, session)),
    "the issuer's word on the session": lambda sessions, _session, _: sessions.end_by_sid("sid-1"),
    "a logout token of the person": lambda sessions, _session, clock: sessions.end_once(
        LogoutToken("t-2", None, "person-1", clock.now() + timedelta(minutes=2))
    ),
    "a logout token": lambda sessions, _session, clock: sessions.end_once(
        LogoutToken("t-1", "sid-1", "person-1", clock.now() + timedelta(minutes=2))
    ),
    "signing in again": lambda sessions, session, _: sessions.open(
        SessionContent(
            sid="sid-3",
            subject="person-1",
            display_name="Camille",
            organisation="Bois-Joli",
            access_token="token",
            access_expires_at=2e9,
            refresh_token=None,
            id_token="id",
            last_login_at=None,
        ),
        instead_of=session.secret,
    ),
}


def found(sessions: WebSessions, session: SessionKey):  # type: ignore[no-untyped-def]
    return sessions.find(session.secret)


@promise("cdap:kept-for-its-session-only")
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_every_end_of_a_session_takes_what_it_kept_with_it(
    sessions: WebSessions,
    kept: KeptResults,
    both: Database,
    clock: FixedClock,
    end: Callable[[WebSessions, SessionKey, FixedClock], object],
) -> None:
    session = opened(sessions)
    kept.keep(session, "the result", "the question")
    end(sessions, session, clock)
    assert rows(both) == []


def test_a_session_that_expired_takes_what_it_kept_with_it(
    sessions: WebSessions, kept: KeptResults, both: Database, clock: FixedClock
) -> None:
    kept.keep(opened(sessions), "the result", "the question")
    clock.advance(timedelta(hours=11))
    forget(both, clock)
    assert rows(both) == []


def test_neither_result_nor_question_nor_identifier_is_readable_in_the_database(
    sessions: WebSessions, kept: KeptResults, both: Database
) -> None:
    identifier = kept.keep(opened(sessions), "LEFÈVRE", "0346145")
    (row,) = rows(both)
    assert not [word for word in ("LEFÈVRE", "0346145", identifier) if word in str(row)]

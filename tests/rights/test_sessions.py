"""The replica of the ended sessions."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from rights.feed import FeedLostError
from rights.replication import NEVER
from rights.sessions import EndedSession, SessionsEnded, SessionsReplica
from rights.token_marks import TokenMarks
from tests.promises import promise
from tests.rights.fakes import HandClock, InMemoryEndedSessionsFeed


def a_token(sid: str, account_id: str, issued_at: datetime, **changes: str) -> TokenMarks:
    known = {"token_id": "family~draw", "client_id": "mon-enfant", **changes}
    return TokenMarks(
        session_id=sid,
        account_id=account_id,
        token_id=known["token_id"],
        client_id=known["client_id"],
        issued_at=issued_at,
    )


def _pair() -> tuple[InMemoryEndedSessionsFeed, HandClock, SessionsReplica]:
    feed, clock = InMemoryEndedSessionsFeed(), HandClock()
    return feed, clock, SessionsReplica(feed, clock, service="cdap")


def _follow(replica: SessionsReplica) -> None:
    with suppress(FeedLostError):
        replica.follow_once()


@promise("extranet:a-session-that-ended-is-refused")
def test_before_the_first_answer_every_session_counts_as_ended() -> None:
    _, clock, replica = _pair()
    assert replica.is_ended(a_token("sid-1", "account-1", clock.now()))
    assert replica.age() == NEVER


@promise("extranet:a-session-that-ended-is-refused")
def test_a_session_is_ended_once_auth_says_so() -> None:
    feed, clock, replica = _pair()
    _follow(replica)
    replica.confirm_once()
    assert not replica.is_ended(a_token("sid-1", "account-1", clock.now()))
    feed.ends.append(EndedSession(session_id="sid-1", account_id="account-1", ended_at=clock.now()))
    _follow(replica)
    assert replica.is_ended(a_token("sid-1", "account-1", clock.now()))
    assert not replica.is_ended(a_token("sid-2", "account-1", clock.now()))
    clock.advance(1)
    replica.confirm_once()
    assert replica.age() == timedelta(0)


def test_an_end_that_has_not_arrived_keeps_the_list_from_being_fresh() -> None:
    feed, clock, replica = _pair()
    _follow(replica)
    feed.ends.append(EndedSession(session_id="sid-1", account_id="account-1", ended_at=clock.now()))
    replica.confirm_once()
    assert replica.age() == NEVER


def test_an_end_of_all_sessions_ends_those_that_were_open_then() -> None:
    feed, clock, replica = _pair()
    feed.ends.append(EndedSession(session_id="", account_id="account-1", ended_at=clock.now()))
    _follow(replica)
    assert replica.is_ended(a_token("sid-1", "account-1", clock.now() - timedelta(seconds=1)))
    assert not replica.is_ended(a_token("sid-1", "account-1", clock.now() + timedelta(seconds=1)))
    assert not replica.is_ended(a_token("sid-1", "account-2", clock.now() - timedelta(seconds=1)))


def test_what_is_too_old_is_forgotten_and_a_token_of_that_time_is_refused() -> None:
    feed, clock, replica = _pair()
    feed.ends.append(EndedSession(session_id="sid-1", account_id="account-1", ended_at=clock.now()))
    _follow(replica)
    issued_at = clock.now()
    clock.advance(3601)
    feed.ends.append(EndedSession(session_id="sid-2", account_id="account-2", ended_at=clock.now()))
    _follow(replica)
    known = replica.current()[0]
    assert known is not None
    assert set(known.sessions) == {"sid-2"}
    assert replica.is_ended(a_token("sid-1", "account-1", issued_at))


@promise("extranet:a-session-that-ended-is-refused")
def test_a_token_without_a_session_counts_as_ended() -> None:
    _, clock, replica = _pair()
    _follow(replica)
    assert replica.is_ended(a_token("", "account-1", clock.now()))


@pytest.mark.parametrize("change", [SessionsEnded(2, 1), SessionsEnded(1, 1)])
def test_a_hole_in_the_feed_makes_the_replica_take_everything_again(change: SessionsEnded) -> None:
    _, _, replica = _pair()
    _follow(replica)
    assert replica.receive(change) is False
    assert replica.age() == NEVER


def test_a_feed_whose_history_was_lost_is_taken_anew_under_its_new_epoch() -> None:
    feed, clock, replica = _pair()
    feed.ends.append(EndedSession(session_id="sid-1", account_id="account-1", ended_at=clock.now()))
    _follow(replica)
    replica.confirm_once()
    feed.epoch, feed.ends = "b", []
    replica.confirm_once()
    assert replica.age() == NEVER
    _follow(replica)
    replica.confirm_once()
    assert replica.age() == timedelta(0)


def test_a_feed_that_went_back_in_the_same_epoch_is_refused() -> None:
    feed, clock, replica = _pair()
    feed.ends.append(EndedSession(session_id="sid-1", account_id="account-1", ended_at=clock.now()))
    _follow(replica)
    replica.confirm_once()
    feed.ends.clear()
    replica.confirm_once()
    assert replica.age() == NEVER
    assert "went back" in str(replica.problem())


@pytest.mark.parametrize(
    "end",
    [
        EndedSession(session_id="", account_id="", ended_at=HandClock().at, token_id="family~draw"),
        EndedSession(session_id="", account_id="", ended_at=HandClock().at, token_id="family"),
        EndedSession(session_id="", account_id="", ended_at=HandClock().at, client_id="mon-enfant"),
    ],
    ids=["the token", "its family", "its client"],
)
def test_a_token_ends_with_itself_its_family_or_its_client_also_after_a_restart(end: EndedSession) -> None:
    feed, clock, replica = _pair()
    _follow(replica)
    mine = a_token("sid-1", "account-1", clock.now())
    others = (
        a_token("sid-1", "account-1", clock.now(), token_id="another~draw", client_id="omega"),
        a_token("sid-1", "account-1", clock.now() + timedelta(seconds=1), token_id="later~draw"),
    )
    assert not replica.is_ended(mine)
    feed.ends.append(end)
    _follow(replica)
    restarted = SessionsReplica(feed, clock, service="cdap")
    _follow(restarted)
    for knowing in (replica, restarted):
        assert knowing.is_ended(mine)
        assert not any(knowing.is_ended(other) for other in others)


@pytest.mark.parametrize("missing", ["token_id", "client_id"])
def test_a_token_that_does_not_say_what_it_descends_from_counts_as_ended(missing: str) -> None:
    _, clock, replica = _pair()
    _follow(replica)
    assert replica.is_ended(a_token("sid-1", "account-1", clock.now(), **{missing: ""}))

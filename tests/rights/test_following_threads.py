"""The threads that follow a feed: whatever comes through it, they go on, and health says that nothing is confirmed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from rights.replica import RightsReplica
from rights.replication import Pace
from rights.sessions import SessionsReplica
from tests.promises import promise
from tests.rights.builders import the_commune
from tests.rights.fakes import HandClock, InMemoryEndedSessionsFeed, InMemoryFeed

FAST = Pace(confirm_every=0.02, backoff_first=0.005, backoff_most=0.02)
ENOUGH = timedelta(seconds=20)
POISONS = (ValueError("x"), KeyError("fact"), AttributeError("x"), UnicodeDecodeError("utf-8", b"x", 0, 1, "x"))


class Poisoned:
    """A feed whose every answer is a mistake, until it is cured."""

    def __init__(self, feed: object, error: Exception) -> None:
        self._feed, self._error, self.sick = feed, error, True

    def __getattr__(self, name: str) -> object:
        if self.sick:
            raise self._error
        return getattr(self._feed, name)


@pytest.fixture(params=POISONS, ids=lambda error: type(error).__name__)
def poison(request: pytest.FixtureRequest) -> Exception:
    error: Exception = request.param
    return error


@pytest.fixture(params=["rights", "ended sessions"])
def followed(request: pytest.FixtureRequest, poison: Exception) -> Iterator[tuple[Poisoned, RightsReplica]]:
    if request.param == "rights":
        feed = Poisoned(InMemoryFeed(server=the_commune().snapshot()), poison)
        replica = RightsReplica(feed, HandClock(), service="cdap", pace=FAST)  # type: ignore[arg-type]
    else:
        feed = Poisoned(InMemoryEndedSessionsFeed(), poison)
        replica = SessionsReplica(feed, HandClock(), service="cdap", pace=FAST)  # type: ignore[arg-type, assignment]
    replica.start()
    yield feed, replica
    replica.stop()


@promise("product:no-thread-ends-unseen")
def test_a_poisoned_feed_ends_no_thread_and_is_followed_again_once_it_is_cured(
    followed: tuple[Poisoned, RightsReplica],
) -> None:
    feed, replica = followed
    for task in replica.tasks:
        assert task.wait_until(lambda task=task: task.watched.failures >= 3, ENOUGH)  # type: ignore[misc]
        assert task.problem() is not None
    assert replica.problem() is not None
    feed.sick = False
    for task in replica.tasks:
        assert task.wait_until(lambda task=task: task.watched.failures_in_a_row == 0, ENOUGH)  # type: ignore[misc]
        assert task.problem() is None

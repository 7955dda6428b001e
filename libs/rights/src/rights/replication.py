"""Following a feed: what the replica of the rights and the replica of the ended sessions have in common.

Two threads: one follows the feed and swaps immutable states, one asks for the newest revision once a second.
*Confirmed freshness*: note the local boot-time clock, ask for the newest revision, and when the local state has reached
the answer, `fresh_at` is the noted time. No clock is compared between machines. Readers take no lock.
Neighbours: `rights.feed` (the port), `rights.replica` and `rights.sessions` (what is replicated), `rights.feed_client`.
"""

import math
import random
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from rights.feed import DivergenceError, Feed, FeedHistoryLostError, FeedLostError, Position, Subscription
from servicekit.background import Repeating, Rhythm
from servicekit.clock import Clock
from servicekit.logging import get_logger
from servicekit.long_lived import long_lived
from servicekit.metrics import Gauge

log = get_logger("rights.replication")

NEVER = timedelta.max
S = TypeVar("S")
C = TypeVar("C")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often and how long, in seconds."""

    confirm_every: float = 1.0
    backoff_first: float = 0.05
    backoff_most: float = 0.5
    silence: float = 2.0  # four missed heartbeats: the stream is taken for dead
    stop: float = 3.0
    stale_after: float = 5.0  # older than this the decision refuses, and health says so


class _View(NamedTuple, Generic[S]):
    state: S | None
    fresh_at: float | None  # boot-time clock


class Replica(ABC, Generic[S, C]):
    """A local copy of a remote state, with its confirmed age. Subclasses say what is replicated."""

    name = "replica"

    def __init__(self, replica_id: str, feed: Feed[S, C], clock: Clock, pace: Pace) -> None:
        self.replica_id = replica_id
        self._feed = feed
        self._clock = clock
        self._pace = pace
        self._view: _View[S] = _View(None, None)
        self._changing = threading.Lock()  # held by the two threads that write _view; never by readers
        self._awaited: deque[tuple[float, Position]] = deque(maxlen=16)
        self._must_synchronise, self._last_trouble = True, "not synchronised yet"
        self._went_back: Position | None = None
        self._heard_at = clock.boottime()
        self._subscription: Subscription[C] | None = None
        self._stopping = threading.Event()
        self._tasks: tuple[Repeating, ...] = ()
        self._on_change: Callable[[], None] = lambda: None

    def on_change(self, tell: Callable[[], None]) -> None:
        """Call `tell` after each new state, in the thread that follows the feed: it must only wake somebody."""
        self._on_change = tell

    # What is replicated.

    @abstractmethod
    def _position(self, state: S) -> Position:
        """Where the state stands."""

    @abstractmethod
    def _applied(self, state: S, change: C) -> S:
        """The state after the change; the same object for a heartbeat. Raises DivergenceError."""

    @abstractmethod
    def _is_behind(self, offered: Position, known: Position) -> bool:
        """True when `offered` is older than `known`: history went backwards."""

    # Reading.

    def current(self) -> tuple[S | None, timedelta]:
        """The state and how long ago it was last confirmed to be the newest; `timedelta.max` when it never was."""
        view = self._view
        if view.state is None or view.fresh_at is None or self._went_back is not None:
            return view.state, NEVER
        return view.state, timedelta(seconds=max(0.0, self._clock.boottime() - view.fresh_at))

    def age(self) -> timedelta:
        """How long ago the state was last confirmed to be the newest."""
        return self.current()[1]

    def problem(self) -> str | None:
        """A sentence for the health page while decisions are refused, else None."""
        if self._went_back is not None:
            return f"{self.name}: the feed went back to revision {self._went_back.revision}; bump its epoch"
        if mistake := next((problem for task in self._tasks if (problem := task.problem())), None):
            return mistake
        age = self.age()
        if age <= timedelta(seconds=self._pace.stale_after):
            return None
        since = "never confirmed" if age == NEVER else f"confirmed {age.total_seconds():.1f} s ago"
        return f"{self.name}: {since} ({self._last_trouble or 'waiting for the feed'})"

    def _begin_with(self, load: Callable[[], S]) -> None:
        """Start from a state of an earlier run; it is not fresh until the feed confirms it."""
        self._view = _View(long_lived(load), None)
        self._must_synchronise = False

    # One step at a time: what the threads repeat, and what tests call.

    def confirm_once(self) -> None:
        """Ask for the newest revision and confirm the freshness of the local state.

        Raises:
            FeedLostError: the feed does not answer.
        """
        state = self._view.state
        noted_at = self._clock.boottime()
        newest = self._feed.newest()
        with self._changing:
            self._judge(newest, None if state is None else self._position(state))
            self._awaited.append((noted_at, newest))
            self._settle()
        self._acknowledge()
        subscription = self._subscription
        if subscription is not None and (
            self._must_synchronise or self._clock.boottime() - self._heard_at > self._pace.silence
        ):
            subscription.cancel()

    def synchronise_once(self) -> None:
        """Take everything from the feed.

        Raises:
            FeedLostError: the feed does not answer.
            DivergenceError: what it sent does not add up, or is older than what is known.
        """
        if self._went_back is not None:
            raise DivergenceError("the feed went back: nothing is taken from it before its epoch is bumped")
        state = long_lived(self._feed.snapshot)
        with self._changing:
            known, offered = self._view.state, self._position(state)
            if self._refuses(offered, None if known is None else self._position(known)):
                raise DivergenceError(
                    f"the feed offers revision {offered.revision} of epoch {offered.epoch}: it went back"
                )
            self._must_synchronise = False
            self._view = _View(state, self._view.fresh_at)
            self._settle()
        self._on_change()
        self._acknowledge()

    def follow_once(self) -> None:
        """Synchronise if needed, then apply what one subscription brings until it ends.

        Raises:
            FeedLostError: the feed does not answer or the stream broke.
            DivergenceError: see `synchronise_once`.
        """
        if self._must_synchronise:
            self.synchronise_once()
        state = self._view.state
        assert state is not None
        try:
            self._receive_from(self._feed.watch(self._position(state)))
        except FeedHistoryLostError as error:
            self._distrust(str(error), alarm=False)

    def _receive_from(self, subscription: Subscription[C]) -> None:
        self._heard_at, self._subscription = self._clock.boottime(), subscription
        try:
            if self._stopping.is_set():
                return
            for change in subscription:
                self._heard_at = self._clock.boottime()
                if self._stopping.is_set() or not self.receive(change):
                    return
        finally:
            self._subscription = None
            subscription.cancel()

    def receive(self, change: C) -> bool:
        """Apply one change or heartbeat; False when everything must be taken again."""
        with self._changing:
            state = self._view.state
            if state is None or self._must_synchronise:
                return False
            try:
                after = self._applied(state, change)
            except DivergenceError as error:
                self._distrust(str(error))
                return False
            if after is state:
                return True
            self._view = _View(after, self._view.fresh_at)
            self._settle()
        self._on_change()
        self._acknowledge()
        return True

    # Freshness and trust.

    def _settle(self) -> None:
        """Confirm freshness with every answer that the local state has reached. Called with the lock."""
        state = self._view.state
        if state is None or self._must_synchronise or self._went_back is not None:
            return
        here = self._position(state)
        for noted_at, newest in tuple(self._awaited):
            if newest.epoch != here.epoch or newest.revision > here.revision:
                continue
            self._awaited.remove((noted_at, newest))
            if newest.revision == here.revision and newest.digest != here.digest:
                self._distrust(f"digests differ at revision {here.revision}")
                return
            self._view = _View(state, max(noted_at, self._view.fresh_at or noted_at))
            self._last_trouble = ""

    def _judge(self, newest: Position, known: Position | None) -> None:
        """Compare the feed's answer with what was known before it was asked. Called with the lock."""
        if not self._refuses(newest, known) and known is not None and newest.epoch != known.epoch:
            self._distrust(f"the feed is at epoch {newest.epoch}", alarm=False)

    def _refuses(self, offered: Position, known: Position | None) -> bool:
        """Whether history went back. It stays refused until another, later epoch: the operator's word."""
        mark = self._went_back
        if mark is not None and offered.epoch == mark.epoch:
            return True
        if known is not None and self._is_behind(offered, known):
            if mark is None:
                log.error(
                    "feed_went_back", alarm=True, replica=self.replica_id, was=known.revision, now=offered.revision
                )
            self._went_back = offered
            self._view = _View(self._view.state, None)
            self._must_synchronise = True
            return True
        if mark is not None:
            self._went_back = None
            self._must_synchronise = True
        return False

    def _distrust(self, trouble: str, *, alarm: bool = True) -> None:
        """The local state is not what the feed has: nothing is decided on it until everything was taken again."""
        write = log.error if alarm else log.warning
        write("replica_starts_again", alarm=alarm, replica=self.replica_id, trouble=trouble)
        self._last_trouble = trouble
        self._must_synchronise = True
        self._awaited.clear()
        self._view = _View(self._view.state, None)

    def _acknowledge(self) -> None:
        state = self._view.state
        if state is None or self._went_back is not None or self._must_synchronise:
            return
        try:
            self._feed.acknowledge(self.replica_id, self._position(state))
        except FeedLostError as error:  # only the "in force everywhere" message waits for it
            log.warning("not_acknowledged", replica=self.replica_id, trouble=str(error))

    # The threads.

    def start(self) -> None:
        """Start following; returns at once."""
        self._stopping.clear()
        self._tasks = tuple(
            Repeating(
                f"{self.name}-{what}",
                _Persevering(self, step, every),
                Rhythm(self._longest_pause),
                in_every_copy="the replica is that of one copy",
            )
            for what, step, every in (
                ("follow", self.follow_once, 0.0),
                ("confirm", self.confirm_once, self._pace.confirm_every),
            )
        )
        for task in self._tasks:
            task.start()

    def stop(self) -> None:
        """End both threads; returns when they have ended, within seconds."""
        self._stopping.set()
        subscription = self._subscription
        if subscription is not None:
            subscription.cancel()
        for task in self._tasks:
            task.stop()
        self._tasks = ()

    @property
    def tasks(self) -> tuple[Repeating, ...]:
        """The two threads while they run: what they fail of, and how often."""
        return self._tasks

    @property
    def _longest_pause(self) -> timedelta:
        return timedelta(seconds=max(self._pace.confirm_every, self._pace.backoff_most))

    def pause_after(self, failures: int, every: float) -> timedelta:
        """How long to wait after so many failures in a row; drawn, so that replicas do not come all at once."""
        most = min(self._pace.backoff_most, self._pace.backoff_first * 2 ** min(failures, 8))
        drawn = random.uniform(self._pace.backoff_first, max(self._pace.backoff_first, most))  # noqa: S311 - spreads load
        return timedelta(seconds=max(every if not failures else 0.0, drawn))

    def start_again(self, error: Exception) -> None:
        """Take everything again after a mistake: a change that cannot be read must not be asked for again for ever."""
        self._distrust(f"a mistake in the program: {type(error).__name__}")

    def lost(self, error: Exception, failures: int) -> None:
        """Note that the feed was lost, as it is when its server ends; said in the log unless this process ends, too."""
        self._last_trouble = str(error)
        if not self._stopping.is_set():
            log.warning("feed_not_followed", replica=self.replica_id, trouble=str(error), failures=failures)


def replica_age(replicas: Sequence[Replica[Any, Any]]) -> Gauge:
    """How long ago each of them was last confirmed, for the metrics; infinite when it never was."""

    def read() -> Mapping[str, float]:
        ages = {replica.name: replica.age() for replica in replicas}
        return {name: math.inf if age == NEVER else age.total_seconds() for name, age in ages.items()}

    return Gauge(
        "partenaire_replica_age_seconds",
        "How long ago the replica was confirmed to be the newest.",
        read,
        "replica",
    )


class _Persevering:
    """One step again and again: a lost feed is part of its life, anything else is a failure of the thread."""

    def __init__(self, replica: Replica[Any, Any], step: Callable[[], None], every: float) -> None:
        self._replica, self._step, self._every = replica, step, every
        self._failures = 0

    def __call__(self) -> timedelta:
        try:
            self._step()
            self._failures = 0
        except (FeedLostError, DivergenceError) as error:
            self._failures += 1
            self._replica.lost(error, self._failures)
        except Exception as error:
            self._failures += 1
            self._replica.start_again(error)
            raise
        return self._replica.pause_after(self._failures, self._every)

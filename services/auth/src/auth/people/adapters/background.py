"""The thread that delivers logout notices. The other threads of auth are plain `servicekit.background.Repeating`."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from auth.people.use_cases.tell_clients import LogoutReport, TellClients
from auth.people.use_cases.watch_queues import WatchQueues
from servicekit.background import Repeating, Rhythm
from servicekit.logging import get_logger

log = get_logger("auth.workers")


class LogoutWorker(Repeating):
    """Delivers logout notices as they come; several clients at the same time."""

    def __init__(self, tell_clients: TellClients, at_once: int = 16) -> None:
        """`at_once`: calls made in parallel."""
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="logout-call")
        self._tell_clients = tell_clients
        self._failure: BaseException | None = None
        why = "each notice is claimed before it is sent"
        super().__init__("logout-notices", self._begin, Rhythm(every=timedelta(seconds=1)), in_every_copy=why)

    def _begin(self) -> None:
        """Raises what a lane of the round before failed by, once the others are on their way: health tells it."""
        error, self._failure = self._failure, None
        for lane in self._tell_clients.begin(self._pool):
            lane.add_done_callback(self._ended)
        if error is not None:
            raise error

    def _ended(self, lane: Future[int]) -> None:
        """What waited behind the lane is due now; after a failure it waits for the next round."""
        error = lane.exception()
        if error is None:
            self.wake()
        else:
            self._failure = error

    def stop(self) -> None:
        """Ends after the calls under way."""
        super().stop()
        self._pool.shutdown()

    def report(self, session_id: str, longest: timedelta = timedelta(seconds=2)) -> LogoutReport:
        """Delivers now and tells how many clients have closed their session; waits `longest` at most."""
        found = self._tell_clients.report(session_id)
        if found.done == found.total:
            return found
        self.wait_until(lambda: self._is_done(session_id), longest)
        return self._tell_clients.report(session_id)

    def _is_done(self, session_id: str) -> bool:
        found = self._tell_clients.report(session_id)
        return found.done == found.total


class QueueWatch:
    """Tells the operator's log what is stuck, at each round while it lasts."""

    def __init__(self, queues: WatchQueues) -> None:
        """Figures only: no address, no text."""
        self._queues = queues

    def __call__(self) -> None:
        """One look."""
        stuck = self._queues.stuck()
        if stuck.sentence() is not None:
            log.error(
                "something is stuck in a queue",
                mails_apart=stuck.mails_apart,
                mails_late=stuck.mails_late,
                logout_notices_apart=stuck.notices_apart,
            )

"""A person says that the time is right after the clock jumped: keys are destroyed again, and the journal says so."""

from dataclasses import dataclass, replace

from audit.domain.clock_check import ClockMark, WatchedClock
from audit.domain.event import Act, canonical_json
from audit.domain.refusals import ClockNotBelievedError, InvalidEventError
from audit.use_cases.ports import Repositories
from audit.use_cases.record_batch import Answer, RecordBatch
from servicekit.event_form import NATIONAL
from servicekit.identifiers import new_id

CONFIRMED_TYPE = "audit.clock.confirmed"
_LONGEST_TEXT = 500


@dataclass(frozen=True)
class ConfirmClock:
    """`start` is `servicekit.clock.start_of_machine`."""

    record: RecordBatch
    start: str

    def __call__(self, by: str, why: str) -> str | None:
        """The id of the event that says so; None when nothing is suspended.

        Raises:
            InvalidEventError: nobody confirms, or for no reason.
            ClockNotBelievedError: the clock is behind the newest entry: it is not right.
            DependencyUnavailableError: the database does not answer.
        """
        for name, text in (("by", by), ("why", why)):
            if not text.strip() or len(text) > _LONGEST_TEXT or not text.isprintable():
                raise InvalidEventError(f"say it in 1 to {_LONGEST_TEXT} characters: {name}", fields={name: "NEEDED"})
        watched, newest_us = self.record.store.read(
            lambda repositories: (repositories.clock.read(), repositories.tree.state().last_received_at_us)
        )
        if watched is None or not watched.problem:
            return None
        now = ClockMark(self.record.reading(), self.start)
        if newest_us > now.reading.now_us:
            raise ClockNotBelievedError("CLOCK_BEHIND", "the newest entry is later than the clock")
        act = _act(watched, now, by, why)

        def confirm(repositories: Repositories, _answers: tuple[Answer, ...]) -> None:
            repositories.clock.save(WatchedClock(now))

        replace(self.record, believes_any_clock=True)([(act,)], confirm)
        return act.event_id


def _act(watched: WatchedClock, now: ClockMark, by: str, why: str) -> Act:
    told = {
        "confirmed_by": by,
        "confirmed_because": why,
        "problem": watched.problem,
        "suspended_at_us": watched.suspended_at_us,
    }
    return Act(
        event_id=new_id(),
        type=CONFIRMED_TYPE,
        occurred_at_us=now.reading.now_us,
        decision="done",
        owner=NATIONAL,
        payload=canonical_json(told),
    )

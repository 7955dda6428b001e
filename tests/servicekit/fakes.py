"""In-memory twins for the tests of use cases. The conformance suite in `outbox/` holds them to the real ones."""

import copy
import dataclasses
import threading
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime, timedelta
from types import MethodType
from typing import Generic, TypeVar

from servicekit.audit_events import AuditEvent, AuditUnavailableError, Outcome

T = TypeVar("T")
Repos = TypeVar("Repos")


class FixedClock:
    """A clock that moves when it is told to."""

    def __init__(self, now: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC), boottime: float = 1_000.0) -> None:
        self._now = now
        self._boottime = boottime

    def now(self) -> datetime:
        return self._now

    def boottime(self) -> float:
        return self._boottime

    def advance(self, duration: timedelta) -> None:
        """Time passes on both clocks."""
        self._now += duration
        self._boottime += duration.total_seconds()

    def set(self, now: datetime) -> None:
        """The calendar is corrected; the time since boot is not."""
        self._now = now


class InMemoryUnitOfWork(Generic[Repos]):
    """`RecordedWork` on in-memory repositories, which must be deep-copiable and keep their objects after a rollback."""

    def __init__(self, repos: Repos) -> None:
        self.repos = repos
        self.events: list[AuditEvent] = []
        self.audit_available = True
        self._lock = threading.RLock()

    def read(self, work: Callable[[Repos], T], *, snapshot: bool = True) -> T:
        with self._lock:
            return work(copy.deepcopy(self.repos))

    def trial(self, work: Callable[[Repos], T]) -> T:
        return self.read(work)  # of a copy

    def write(self, work: Callable[[Repos], T]) -> T:
        with self._lock:
            saved = copy.deepcopy(self.repos)
            try:
                return work(self.repos)
            except BaseException:
                _restore(self.repos, saved, set())
                raise

    def record(self, work: Callable[[Repos], Outcome[T]]) -> T:
        with self._lock:
            outcome = self.write(lambda repos: self._checked(work(repos)))
            self.events.extend(outcome.events)
        if not self.audit_available and any(event.policy == "strict" for event in outcome.events):
            raise AuditUnavailableError("audit did not acknowledge the act in time")
        return outcome.value

    def _checked(self, outcome: Outcome[T]) -> Outcome[T]:
        known = {event.event_id for event in self.events}
        for event in outcome.events:
            if event.event_id in known:
                raise ValueError(f"the event {event.event_id} is recorded already")
            known.add(event.event_id)
        return outcome


def _restore(target: object, saved: object, seen: set[int]) -> None:
    """Gives `target` and what hangs on it the content of `saved`, keeping the objects that tests hold on to."""
    if id(target) in seen:
        return
    seen.add(id(target))
    if isinstance(target, list) and isinstance(saved, list):
        target[:] = saved
    elif isinstance(target, MutableMapping | set) and isinstance(saved, MutableMapping | set):
        target.clear()
        target.update(saved)
    else:
        _restore_parts(target, saved, seen)


def _restore_parts(target: object, saved: object, seen: set[int]) -> None:
    now, before = _parts(target), _parts(saved)
    for name in now.keys() - before.keys():
        delattr(target, name)
    for name, value in before.items():
        current = now.get(name)
        if type(current) is type(value) and _has_content(current):
            _restore(current, value, seen)
        elif current is not value and hasattr(target, "__dict__") and not isinstance(current, MethodType):
            vars(target)[name] = value


def _parts(value: object) -> dict[str, object]:
    if hasattr(value, "__dict__"):
        return dict(vars(value))
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return {str(position): part for position, part in enumerate(value)}
    return {}


def _has_content(value: object) -> bool:
    return isinstance(value, MutableMapping | list | set) or (bool(_parts(value)) and not callable(value))

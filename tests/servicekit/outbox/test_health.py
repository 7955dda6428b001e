"""The relay tells at once that the next act would be refused, also while nobody acts, and when that is over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from servicekit.audit_events import AuditUnavailableError
from servicekit.database import Database
from servicekit.health import HealthWatch
from tests.promises import promise
from tests.servicekit.outbox.builders import adding
from tests.servicekit.outbox.conftest import IMPATIENT, QUICK, Service, service_on
from tests.servicekit.rpc.serving import wait_until

_EAGER = replace(QUICK, asking=timedelta(milliseconds=10), acknowledgement_wait=IMPATIENT)


def _away(service: Service, *, away: bool) -> None:
    service.audit.available = not away


def _read_only(service: Service, *, away: bool) -> None:
    service.database.away = away  # type: ignore[attr-defined]


def _full(service: Service, *, away: bool) -> None:
    service.database.full = away  # type: ignore[attr-defined]


class _Failing:
    """A database whose file cannot be written (any more), or whose disk is full, when told so."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.away = self.full = False
        self.dialect = inner.dialect

    def read(self, *work: Callable[..., object], **more: object) -> object:
        return self._inner.read(*work, **more)  # type: ignore[arg-type]

    def write(self, *work: Callable[..., object], **more: object) -> object:
        if self.away:
            raise AuditUnavailableError("the file cannot be written")
        return self._inner.write(*work, **more)  # type: ignore[arg-type]

    def free_fraction(self) -> float:
        return 0.01 if self.full else self._inner.free_fraction()


@promise("front:health-says-what-is-so-now")
@pytest.mark.parametrize("fault", [_away, _read_only, _full])
def test_health_is_red_while_every_act_would_be_refused_though_nobody_acts(
    database: Database, fault: Callable[..., None]
) -> None:
    failing = _Failing(database)
    service = service_on(failing, _EAGER)  # type: ignore[arg-type]
    told: list[bool] = []
    health = HealthWatch({"outbox-relay": service.relay.problem}, tell=told.append)
    service.relay.start()
    health.start()
    wait_until(lambda: told == [True], "health")
    for rounds in (1, 2):
        fault(service, away=True)
        wait_until(lambda: told == [True, False] * rounds, "red")  # noqa: B023 - called at once
        assert "outbox-relay" in health.problems()
        fault(service, away=False)
        wait_until(lambda: told == [True, False] * rounds + [True], "green")  # noqa: B023
    health.stop()
    service.relay.stop()


@promise("front:health-says-what-is-so-now")
def test_an_audit_that_hangs_is_a_problem_until_it_answers(database: Database) -> None:
    go, inside = threading.Event(), threading.Event()

    def hang() -> None:
        inside.set()
        go.wait(30)

    service = service_on(database, replace(_EAGER, stuck=timedelta(seconds=5)))
    service.audit.before_answer = hang
    service.relay.start()
    with pytest.raises(AuditUnavailableError):
        service.work.record(adding("one"))
    assert inside.wait(10)
    assert service.relay.problem() == "audit answers later than an act waits for it"
    service.clock.advance(timedelta(seconds=6))
    assert "hangs" in str(service.relay.problem())
    service.audit.before_answer = lambda: None
    go.set()
    wait_until(lambda: service.relay.problem() is None, "the end of it")
    service.relay.stop()

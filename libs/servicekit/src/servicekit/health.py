"""Health of a process: "could I answer now?", looked at four times a second and told from memory.

One thread asks the checks, another tells gRPC, so that a check that hangs is a problem too and not silence. `/healthz`
is answered by the web front from what was last seen: it waits for nothing and takes no thread of the pages.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from servicekit.errors import ServiceError
from servicekit.front.limits import Lane
from servicekit.logging import get_logger

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEALTH_PATH = "/healthz"
LOOK_EVERY_S = 0.25
HANGS_AFTER_S = 3.0

Check = Callable[[], str | None]
"""None when all is well, else one English sentence for the operator; quick, and it never raises."""

log = get_logger("servicekit.health")


class HealthWatch:
    """Asks `checks` by name. `start`, then `stop` once."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        *,
        answers_without: frozenset[str] = frozenset(),
        notes: frozenset[str] = frozenset(),
        tell: Callable[[bool], None] = lambda _serving: None,
    ) -> None:
        """`tell` is given whether calls may be sent here; the problems of `answers_without` do not count for it.
        Those of `notes` are said and make nothing red."""
        self._notes = notes
        self._checks = dict(checks)
        self._answers_without = answers_without
        self._tell = tell
        self._stopping = threading.Event()
        self._looked_once = threading.Event()
        self._found: dict[str, str] = {}
        self._asking = "nothing"
        self._looked_at = time.monotonic()
        self._threads = [
            threading.Thread(target=self._look, name="health-look", daemon=True),
            threading.Thread(target=self._say, name="health-tell", daemon=True),
        ]

    def start(self) -> None:
        """Begin; the first look is at once."""
        self._looked_at = time.monotonic()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End; calls are not to be sent here any more."""
        self._stopping.set()
        self._threads[1].join()

    def problems(self) -> dict[str, str]:
        """One sentence for each thing that is wrong, by name."""
        if self._stopping.is_set():
            return {"process": "it is being stopped"}
        if not self._looked_once.is_set():
            return {"process": "it is being started"}
        age = time.monotonic() - self._looked_at
        if age > HANGS_AFTER_S:
            return {**self._found, "health": f"{self._asking} does not answer since {age:.0f} s"}
        return self._found

    def figures(self, *, notes: bool) -> Mapping[str, float]:
        """1 for each check that has something to say now, else 0; of the notes or of the problems."""
        found = self.problems()
        names = self._checks.keys() | found.keys()
        return {name: float(name in found) for name in sorted(names) if (name in self._notes) is notes}

    def page(self, _environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """WSGI: 200 or 503 with the problems as JSON."""
        found = self.problems()
        notes = {name: problem for name, problem in found.items() if name in self._notes}
        problems = {name: problem for name, problem in found.items() if name not in self._notes}
        body = orjson.dumps({"status": "unavailable" if problems else "ok", "problems": problems, "notes": notes})
        headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
        start_response("503 Service Unavailable" if problems else "200 OK", headers)
        return [body]

    def _look(self) -> None:
        while True:
            found = {}
            for name, check in self._checks.items():
                self._asking = name
                if problem := _asked(check):
                    found[name] = problem
            self._found, self._looked_at = found, time.monotonic()
            self._looked_once.set()
            if self._stopping.wait(LOOK_EVERY_S):
                return

    def _say(self) -> None:
        known: list[str] | None = None  # names only: the sentences carry ages that change at every look
        try:
            self._looked_once.wait(HANGS_AFTER_S)
            while not self._stopping.is_set():
                found = self.problems()
                if list(found) != known:
                    serving = not (found.keys() - self._answers_without - self._notes)
                    log.info("health", serving=serving, problems=[_named(*problem) for problem in found.items()])
                    known = list(found) if self._told(serving) else None
                self._stopping.wait(LOOK_EVERY_S)
        finally:
            self._told(False)  # noqa: FBT003

    def _told(self, serving: bool) -> bool:  # noqa: FBT001
        """Whether the teller has taken it; one that fails is asked again at the next look."""
        try:
            self._tell(serving)
        except Exception as error:  # noqa: BLE001 - the edge of the thread: nothing may end it unseen
            log.error("health could not be told", kind=type(error).__name__)  # noqa: TRY400
            return False
        return True


def with_health(pages: WSGIApplication, health: HealthWatch) -> WSGIApplication:
    """The pages, and their health in front of them."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == HEALTH_PATH:
            return health.page(environ, start_response)
        return pages(environ, start_response)

    return application


def health_lane(lane_of: Callable[[str, str], Lane]) -> Callable[[str, str], Lane]:
    """Health is answered at once, the rest as `lane_of` says."""
    return lambda method, path: Lane.AT_ONCE if path == HEALTH_PATH else lane_of(method, path)


def database_check(database: Any) -> Check:
    """Whether a database answers; any object with `read(work)` does."""

    def check() -> str | None:
        try:
            database.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())
        except ServiceError as error:
            return f"the database does not answer ({type(error).__name__})"
        return None

    return check


def _asked(check: Check) -> str | None:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - a check that fails is a problem, not the end of all checks
        return f"cannot be checked ({type(error).__name__})"


def _named(name: str, problem: str) -> str:
    return problem if problem.startswith(name) else f"{name}: {problem}"

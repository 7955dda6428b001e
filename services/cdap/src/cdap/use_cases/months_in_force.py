"""Which month each Caf has in force, for health and metrics: an import that nobody brought is seen before users ask."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from cdap.domain.figures import LATEST_MONTHS, months_since
from cdap.use_cases.import_ports import CafMonth
from cdap.use_cases.ports import Repositories
from partnerkit.days import french_day
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock

_LOOKED_AT_AGAIN = timedelta(minutes=1)
_NAMED = 5


class MonthsInForce:
    """Reads them once a minute at most."""

    def __init__(self, work: RecordedWork[Repositories], clock: Clock) -> None:
        """Nothing is read yet."""
        self._work = work
        self._clock = clock
        self._known: tuple[datetime, Sequence[CafMonth]] | None = None

    def old(self) -> str | None:
        """One sentence when a Caf has a month that is further back than a monthly import explains."""
        today = french_day(self._clock.now())
        cafs = [caf for caf in self._in_force() if months_since(caf.month, today) > LATEST_MONTHS]
        if not cafs:
            return None
        named = ", ".join(f"{caf.caf} ({caf.month})" for caf in cafs[:_NAMED])
        more = f" and {len(cafs) - _NAMED} more" if len(cafs) > _NAMED else ""
        return f"the dossiers of these Cafs are old: {named}{more}; import their newest file"

    def ages(self) -> Mapping[str, float]:
        """Calendar months since the month in force, by Caf."""
        today = french_day(self._clock.now())
        return {caf.caf: float(months_since(caf.month, today)) for caf in self._in_force()}

    def counts(self) -> Mapping[str, float]:
        """Dossiers in force, by Caf."""
        return {caf.caf: float(caf.dossier_count) for caf in self._in_force()}

    def _in_force(self) -> Sequence[CafMonth]:
        now = self._clock.now()
        if self._known is None or abs(now - self._known[0]) >= _LOOKED_AT_AGAIN:
            cafs = self._work.read(lambda repos: repos.months.every())
            self._known = now, [caf for caf in cafs if caf.number]
        return self._known[1]

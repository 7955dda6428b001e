"""The end of an import for one Caf: who is gone, the month in force, and the rows that nobody reads any more.

Every step goes by pages in short transactions and may be done again: a process that dies in between leaves something
that the next one goes on with, and readers see one month or the other.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from cdap.use_cases.held_work import HeldWork
from cdap.use_cases.import_ports import CafMonth, Row
from cdap.use_cases.import_report import CafTally
from cdap.use_cases.ports import Repositories
from cdap.use_cases.seen_matricules import SeenMatricules
from servicekit.audit_events import AuditEvent, Outcome
from servicekit.clock import Clock

PAGE = 5_000
DISCARDED_AT_ONCE = 1_000
GONE = b""  # content of a dossier that is no longer there

Note = Callable[[Repositories], None]


def put_in_force(  # noqa: PLR0913 - what an event of the journal says
    work: HeldWork, clock: Clock, caf: CafMonth, tally: CafTally, seen: SeenMatricules, note: Note
) -> CafMonth:
    """Everyone reads the month that was filled; who did not come with it is gone. The rows of before stay for `tidy`.

    `note` is done in the same transaction.

    Raises:
        AuditUnavailableError, DependencyUnavailableError, ImportTakenError: the old month is in force.
    """
    tally.gone_count = _say_who_is_gone(work, caf, seen)
    now = clock.now()
    filled = replace(
        caf,
        month=caf.filling_month,
        number=caf.next_number,
        dossier_count=tally.dossier_count,
        set_aside_count=tally.set_aside_count,
        filling="",
        in_force_at=now,
        file_name=caf.filling_name,
        filling_name="",
        filling_month="",
        is_tidy=False,
    )

    def swap(repos: Repositories) -> Outcome[CafMonth]:
        repos.months.put_in_force(filled)
        note(repos)
        return Outcome(filled, (_imported(filled, tally, now),))

    return work.record(swap)


def _imported(filled: CafMonth, tally: CafTally, now: datetime) -> AuditEvent:
    return AuditEvent(
        type="cdap.dossiers.imported",
        decision="done",
        policy="buffered",
        owner=filled.caf,
        actor_id=None,
        organisation_id=None,
        subject=f"caf_month:{filled.caf}:{filled.month}",
        payload={
            "dossier_count": tally.dossier_count,
            "changed_count": tally.changed_count,
            "gone_count": tally.gone_count,
            "set_aside_count": tally.set_aside_count,
            "reference_month": filled.month,
            "source": filled.file_name,
        },
        occurred_at=now,
    )


def tidy(write: Callable[[Callable[[Repositories], str]], str], caf: CafMonth) -> None:
    """Remove the rows that nobody reads since a month was put in force."""
    after = ""
    while after := write(lambda repos, last=after: repos.rows.tidy(caf, last, PAGE)):  # type: ignore[misc]
        pass

    def tidied(repos: Repositories) -> str:
        repos.months.tidied(caf)
        return ""

    write(tidied)


def discard(work: HeldWork, caf: CafMonth) -> None:
    """Give up the month that was filled: the one in force is as it was."""
    while work.write(lambda repos: repos.rows.discard(caf, DISCARDED_AT_ONCE)):
        pass
    work.write(lambda repos: repos.months.release(caf))


def _say_who_is_gone(work: HeldWork, caf: CafMonth, seen: SeenMatricules) -> int:
    """Rows without a document for those in force that did not come; how many there are."""
    count, after = 0, ""
    while caf.number:
        page = work.read(lambda repos, last=after: repos.rows.in_force(caf, last, PAGE))  # type: ignore[misc]
        if not page:
            break
        after = page[-1]
        gone = [matricule for matricule in page if matricule not in seen]
        count += len(gone)
        if gone:
            _write_gone(work, caf, gone)
    return count


def _write_gone(work: HeldWork, caf: CafMonth, gone: list[str]) -> None:
    held = work.read(lambda repos: repos.rows.held(caf, gone))
    new = [Row(matricule, GONE) for matricule in gone if held[matricule].filled is None]
    work.write(lambda repos: repos.rows.put(caf, new))

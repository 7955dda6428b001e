"""What a chunk of records changes in the rows of one Caf, decided without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import orjson

from cdap.domain.timeless import timeless
from cdap.use_cases.caf_swap import GONE
from cdap.use_cases.import_ports import CafMonth, Held, OddRecord, Row
from cdap.use_cases.import_report import CafTally
from cdap.use_cases.incoming_lines import RightRecord, set_aside
from cdap.use_cases.seen_matricules import SeenMatricules
from partnerkit.matricule import Matricule

CONTENT_BYTES = 16
FORM = b"dossier 1"
"""Changes with what is derived from a record (its names, its timeless form): then every row is written anew."""


@dataclass(slots=True)
class ChunkPlan:
    """Rows to write, matricules of which the month that is filled says nothing any more, records set aside."""

    put: list[Row] = field(default_factory=list)
    take_back: list[str] = field(default_factory=list)
    odd: list[tuple[OddRecord, int]] = field(default_factory=list)
    """Each with how many records are set aside by it: two, when it contradicts an earlier one."""


def content_of(stored: bytes) -> bytes:
    """Digest by which the same content is known."""
    return blake2b(stored, digest_size=CONTENT_BYTES, person=FORM).digest()


def plan_chunk(
    records: Sequence[RightRecord],
    caf: CafMonth,
    held: Mapping[str, Held],
    tally: CafTally,
    seen: SeenMatricules,
) -> ChunkPlan:
    """Counts in `tally` and `seen`. The same record again is set aside; two different ones of one dossier both are."""
    plan = ChunkPlan()
    wanted: dict[str, Row] = {}
    for record in records:
        matricule = record.key.matricule
        row = _row(record, caf)
        there = held.get(matricule, Held())
        if matricule not in seen:
            seen.add(matricule)
            wanted[matricule] = row
            tally.dossier_count += 1
            tally.changed_count += row.content != there.in_force
            tally.other_month_count += record.month != caf.filling_month
            continue
        first = wanted[matricule].content if matricule in wanted else _filled(there)
        plan.odd.append(_again(record, same=row.content == first, contradicted=first == GONE))
        if first not in {row.content, GONE}:
            wanted[matricule] = Row(matricule, GONE)
            tally.dossier_count -= 1
            tally.changed_count -= first != there.in_force
    for matricule, row in wanted.items():
        _decide(plan, row, held.get(matricule, Held()))
    return plan


def _row(record: RightRecord, caf: CafMonth) -> Row:
    stored = orjson.dumps(timeless(record.document, caf.filling_month), option=orjson.OPT_SORT_KEYS)
    return Row(record.key.matricule, content_of(stored), record.name_keys, stored)


def _filled(there: Held) -> bytes | None:
    return there.in_force if there.filled is None else there.filled


def _again(record: RightRecord, *, same: bool, contradicted: bool) -> tuple[OddRecord, int]:
    reason = "REPEATED" if same else "DUPLICATE"
    odd = set_aside(record.line, Matricule(record.key.matricule).masked, [("reference", reason)])
    return odd, 1 if same or contradicted else 2  # the first one too: nobody can tell it from a right one


def _decide(plan: ChunkPlan, row: Row, there: Held) -> None:
    if row.content == there.in_force:
        if there.filled is not None:
            plan.take_back.append(row.matricule)
    elif row.content != there.filled:
        plan.put.append(row)

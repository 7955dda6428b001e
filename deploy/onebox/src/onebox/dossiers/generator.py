"""Draws dossiers from a seed: first the showcase ones that guides and tests name, then as many as asked."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson

from onebox.dossiers.document import document_of
from onebox.dossiers.household import HouseholdDrawer, Names
from onebox.dossiers.places import CAF_WEIGHTS
from onebox.dossiers.showcase import showcase

FIRST_MATRICULE = 1_000_001
LAST_MATRICULE = 9_999_999
MATRICULE_STEP = 9
MOST_DOSSIERS = 10_000_000


def generate(seed: int, count: int, month_on: date) -> Iterator[dict[str, Any]]:
    """`count` dossiers as lines of the import file; the same arguments give the same lines."""
    random = Random(seed)  # noqa: S311 - reproducible, not secret
    drawer = HouseholdDrawer(random, Names(seed), month_on)
    known = [document_of(household, month_on) | changes for household, changes in showcase(drawer, month_on)]
    yield from known[:count]
    for caf, matricule in numbers(random, count - len(known)):
        yield _with_status(document_of(drawer.draw(caf, matricule), month_on), random, month_on)


def numbers(random: Random, count: int) -> Iterator[tuple[str, str]]:
    """(Caf, matricule) of so many dossiers, no pair twice; further apart the fewer there are.

    Raises:
        ValueError: more than `MOST_DOSSIERS`, for which seven digits are not enough.
    """
    if count > MOST_DOSSIERS:
        raise ValueError(f"at most {MOST_DOSSIERS} dossiers can be numbered")
    cafs, weights = list(CAF_WEIGHTS), list(CAF_WEIGHTS.values())
    newest = dict.fromkeys(cafs, FIRST_MATRICULE)
    longest = longest_step(count)
    for _ in range(count):
        caf = random.choices(cafs, weights)[0]
        newest[caf] += random.randint(1, longest) if longest > 1 else 1
        yield caf, f"{newest[caf]:07d}"


def longest_step(count: int) -> int:
    """How far apart matricules may be drawn, so that even one Caf with all of so many dossiers has enough of them."""
    return min(MATRICULE_STEP, max(1, 2 * (LAST_MATRICULE - FIRST_MATRICULE) // max(count, 1) - 1))


def write_dossiers(path: Path, seed: int, count: int, month_on: date) -> None:
    """Writes what `generate` gives, one line of canonical JSON each.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("wb") as file:
        for document in generate(seed, count, month_on):
            file.write(orjson.dumps(document, option=orjson.OPT_SORT_KEYS) + b"\n")


def _with_status(document: dict[str, Any], random: Random, month_on: date) -> dict[str, Any]:
    """2 % closed, 2 % moved to another Caf, 1 % suspended, 3 % without resources, 1 % each of the rarer ones."""
    drawn = random.random() * 100
    since = (month_on - timedelta(days=random.randint(1, 300))).isoformat()
    if drawn < 2:
        return document | closed(since)
    if drawn < 4:
        others = [caf for caf in CAF_WEIGHTS if caf != document["reference"]["caf"]]
        return document | moved(since, random.choice(others))
    if drawn < 5:
        return document | {"status": {"code": "121", "since_on": since}}
    if drawn < 8:
        return without_resources(document, since)
    codes = ("102", "111", "131", "132", "141", "151")
    if drawn < 8 + len(codes) * 0.3:
        code = codes[int((drawn - 8) / 0.3)]
        changed = document | {"status": {"code": code, "since_on": since}}
        return without_quotient(changed) if code in {"111", "151"} else changed
    return document


def closed(since: str) -> dict[str, Any]:
    """Closed: no right is open any more."""
    return {"status": {"code": "101", "since_on": since}, "open_rights": []}


def moved(since: str, caf: str) -> dict[str, Any]:
    """Closed because the dossier moved to another Caf."""
    return {"status": {"code": "101", "since_on": since, "transferred_to": caf}, "open_rights": []}


def without_quotient(document: dict[str, Any]) -> dict[str, Any]:
    """The quotient familial of the month is not known."""
    quotient = document["quotient_familial"]
    return document | {"quotient_familial": quotient | {"value": None, "history": [None, *quotient["history"][1:]]}}


def without_resources(document: dict[str, Any], since: str) -> dict[str, Any]:
    """Resources not known: neither is the quotient familial, nor what depends on it."""
    known = ("AF", "ASF", "AEEH")
    paid = document["prestations_paid"]
    amounts = {code: months for code, months in paid["amounts_cents"].items() if code in known}
    changed = {
        "status": {"code": "161", "since_on": since},
        "annual_resources": document["annual_resources"] | {"amount_cents": None},
        "open_rights": [code for code in document["open_rights"] if code in known],
        "prestations_paid": paid | {"amounts_cents": amounts},
    }
    without_rsa = {name: value for name, value in document.items() if name != "rsa"}
    return without_quotient(without_rsa | changed)

"""How long a full garbage collection stops a process that holds the rights of 50 000 people, plain and set aside."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from dataclasses import replace
from statistics import median

from rights.facts import Fact
from rights.snapshot import FactChange, Snapshot, SnapshotChange
from servicekit.long_lived import long_lived
from tests.rights.builders import the_commune

_USERS = 50_000
_ROUNDS = 5
_CHANGES = 5_000


def main() -> None:
    """Prints the pauses in milliseconds and their ratio."""
    gc.collect()
    nothing = pause()
    plain = Snapshot.of(rights())
    before = pause()
    del plain
    held = long_lived(lambda: Snapshot.of(rights()))
    fresh = pause()
    changed = held
    for number in range(_CHANGES):
        user = replace(the_commune().creche_director, id=f"user-many-{number}", state="locked")
        changed = changed.apply(SnapshotChange(number + 2, number + 1, (FactChange.setting(user),)))
    after = pause()
    print(f"\nFull collection of a process with {_USERS} users ({len(held)} facts), median of {_ROUNDS}")
    print(f"without any rights        {nothing * 1000:8.1f} ms")
    print(f"rights, walked over       {before * 1000:8.1f} ms")
    print(f"rights, set aside         {fresh * 1000:8.1f} ms")
    print(f"the same, {_CHANGES} changes on {after * 1000:8.1f} ms   {before / after:6.1f} times less than walked over")


def pause() -> float:
    """Seconds that one full collection takes."""
    taken = []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        gc.collect()
        taken.append(time.perf_counter() - begun)
    return median(taken)


def rights() -> Iterator[Fact]:
    """The facts of a commune with very many crèche directors, each with three extranets."""
    commune = the_commune()
    yield from commune.facts()
    for number in range(_USERS):
        user = f"user-many-{number}"
        yield replace(commune.creche_director, id=user, account_id=f"account-many-{number}")
        for place, contract in enumerate(("sc-cdap", "sc-mon-enfant", "sc-third")):
            grant = replace(commune.creche_director_grant, id=f"grant-many-{number}-{place}", user_id=user)
            yield replace(grant, contract_id=contract)


if __name__ == "__main__":
    main()

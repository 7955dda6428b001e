"""Two Cafs of one organisation: whatever one of them does to it, nothing of the other is changed."""

from contextlib import suppress

from habpps.domain.people import Role
from habpps.use_cases.act_kinds import ActKind
from servicekit.errors import ServiceError
from tests.habpps.builders import SIRET, MemoryRegister
from tests.habpps.use_cases.test_every_act import OF_A_THING, about, known, named, stranger
from tests.promises import promise


@promise("rules:acts-stay-with-their-caf")
@named(tuple(kind for kind in OF_A_THING if Role.CAF_ADMINISTRATOR in kind.by))
def test_no_act_of_a_caf_changes_what_another_has_of_an_organisation_of_both(
    memory: MemoryRegister, kind: ActKind
) -> None:
    commune = known(memory)
    stranger(memory, "751", SIRET)
    agent, before = memory.all.agent("751"), of_caf(memory, "921")
    with suppress(ServiceError):
        memory.all.acts.perform(agent, about(kind, commune))
    assert of_caf(memory, "921") == before
    assert {event.owner for event in memory.work.events if event.actor_id == agent.account_id} == {"751"}


def of_caf(memory: MemoryRegister, caf: str) -> dict[str, dict[str, str]]:
    """Every row that belongs to a Caf, as text."""
    shelves = {name: shelf for name, shelf in vars(memory.everywhere).items() if hasattr(shelf, "rows")}
    return {
        name: {key: repr(row) for key, row in shelf.rows.items() if getattr(row, "caf", "") == caf}
        for name, shelf in shelves.items()
    }

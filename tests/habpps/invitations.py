"""What tests of invitations share: two partners of one Caf, and somebody whom one of them knows."""

from typing import Any

from habpps.domain.authorship import Author
from habpps.domain.people import Person
from habpps.use_cases.invite_person import InviteUser
from rights.decision import organisations_of
from rights.snapshot import Snapshot
from tests.habpps.builders import DIRECTOR, OTHER_SIRET, TODAY, Commune, MemoryRegister

SECOND = Person("Noa", "Blanc", "noa.blanc@autre.example")


def second(memory: MemoryRegister) -> Author:
    """The administrator of another partner."""
    everything = memory.all
    key = everything.organisation(siret=OTHER_SIRET, reference="B", name="CCAS de Valmont")
    return everything.partner(key, SECOND)


def invite(memory: MemoryRegister, author: Author, person: Person = DIRECTOR, *groups: str) -> str:
    return memory.all.acts.perform(author, InviteUser(person, "agent", groups)).value


def invitation(memory: MemoryRegister, key: str) -> Any:
    return memory.all.look(lambda store: store.invitations.get(key))


def director_of(memory: MemoryRegister, commune: Commune) -> str:
    """The account of the director, who has signed in."""
    account_id = str(memory.all.look(lambda store: store.users.get(commune.user_id)).account_id)
    memory.all.relay()
    memory.all.accounts.in_use.add(account_id)
    return account_id


def organisations(memory: MemoryRegister, account_id: str) -> set[str]:
    state = memory.store.publications.lock()
    facts = memory.store.publications.facts.items()  # type: ignore[attr-defined]
    snapshot = Snapshot.load(facts, revision=state.revision, epoch=1)
    return {one.name for one in organisations_of(snapshot, account_id, TODAY)}

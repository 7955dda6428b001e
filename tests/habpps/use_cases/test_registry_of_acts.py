"""The registry of acts: whole, each act written as JSON and read again, its text looked at before anything else."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

import habpps.use_cases
from habpps.domain.people import Role
from habpps.domain.refusals import FormRefusedError, RoleNotAllowedError
from habpps.use_cases.act_entry import Act
from habpps.use_cases.act_kinds import ActKind, Acts
from habpps.use_cases.acts import ACTS
from tests.habpps.act_samples import sample
from tests.habpps.builders import Commune, MemoryRegister
from tests.promises import promise

by_name = pytest.mark.parametrize("kind", ACTS.kinds, ids=lambda kind: kind.name)


def contents_of_the_code() -> Iterator[type[Act[Any]]]:
    for module in pkgutil.iter_modules(habpps.use_cases.__path__):
        for _name, found in inspect.getmembers(importlib.import_module(f"habpps.use_cases.{module.name}")):
            if inspect.isclass(found) and issubclass(found, Act) and found is not Act:
                yield found


@promise("acts:one-registry")
def test_every_act_of_the_code_is_in_the_registry() -> None:
    found = set(contents_of_the_code())
    assert len(found) > 15, "the walk over the use cases finds hardly any act"
    assert {one.__name__ for one in found - {kind.content for kind in ACTS.kinds}} == set()


@dataclass(frozen=True)
class Unregistered(Act[None]):
    """An act that nobody wrote into the registry."""


@promise("acts:one-registry")
def test_what_is_not_in_the_registry_is_not_done(memory: MemoryRegister) -> None:
    with pytest.raises(LookupError):
        memory.all.acts.perform(memory.all.caf, Unregistered())
    with pytest.raises(ValueError, match="one name"):
        Acts((ACTS.kinds[0], ACTS.kinds[0]))


@promise("text:clean-in-the-register")
@by_name
def test_every_text_of_every_act_is_looked_at_before_anything_else(memory: MemoryRegister, kind: ActKind) -> None:
    dirty = sample(kind, "age\u200bnt")
    if dirty == sample(kind):
        pytest.fail("this act has no text: give `sample` one")
    events = len(memory.work.events)
    with pytest.raises(FormRefusedError) as refused:
        memory.all.acts.perform(memory.all.caf, dirty)
    assert "TEXT_NOT_CLEAN" in refused.value.fields.values()
    assert len(memory.work.events) == events


@promise("caf-admin:acts-stay-apart")
@by_name
@pytest.mark.parametrize("role", [Role.PARTNER_ADMINISTRATOR, Role.CAF_ADMINISTRATOR, Role.CAF_AUDITOR])
def test_only_the_roles_of_the_registry_may_do_an_act(
    memory: MemoryRegister, commune: Commune, kind: ActKind, role: Role
) -> None:
    author = {
        Role.PARTNER_ADMINISTRATOR: commune.partner,
        Role.CAF_ADMINISTRATOR: memory.all.caf,
        Role.CAF_AUDITOR: memory.all.agent("921", Role.CAF_AUDITOR),
    }[role]
    if role in kind.by:
        return
    before = memory.store.publications.lock()
    with pytest.raises(RoleNotAllowedError):
        memory.all.acts.perform(replace(author), sample(kind))
    assert (memory.last.payload["act"], memory.last.reason) == (kind.name, "ROLE_NOT_ALLOWED")
    assert memory.store.publications.lock() == before

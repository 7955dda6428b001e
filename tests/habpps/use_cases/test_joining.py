"""A Caf cannot tell whether the SIRET that it types is known: joining an organisation is creating it."""

import uuid
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from habpps.domain.organisation import Signatory
from habpps.domain.reach import Reach
from habpps.domain.refusals import SiretTakenError
from habpps.domain.states import ConventionEvent
from habpps.use_cases.act_entry import Done
from habpps.use_cases.change_convention import ChangeConvention
from habpps.use_cases.create_organisation import EditOrganisation
from habpps.use_cases.people_ports import Listing
from servicekit.audit_events import AuditUnavailableError
from tests.habpps.builders import OTHER_SIRET, SIRET, MemoryRegister, request
from tests.promises import promise

DRAFT = {"partner_signatory": Signatory("Alix Durand", "maire", None)}
CASES = pytest.mark.parametrize("changes", [{}, DRAFT], ids=["signed", "draft"])


def created(siret: str, changes: dict[str, Any]) -> tuple[MemoryRegister, Done[str]]:
    """What 751 does in a register where 921 has one partner; only the SIRET differs."""
    memory = MemoryRegister()
    memory.all.ready()
    agent = memory.all.agent("751")
    memory.work.events.clear()
    asked = request(siret=siret, name="Bailleur", reference="P-1", **changes)
    return memory, memory.all.acts.perform(agent, asked)


def told(memory: MemoryRegister, done: Done[str]) -> Any:
    """Everything that Caf 751 can read of it, without what is drawn anew each time."""
    near = memory.everywhere.within(Reach("751"))
    organisation, convention = near.organisations.get(done.value), near.conventions.of(done.value)
    assert organisation is not None
    assert convention is not None
    records, total = near.journal.of(done.value, Listing())
    events = [
        (
            one.type,
            one.decision,
            one.policy,
            one.owner,
            one.rights_revision,
            dict(one.payload) | {"siret": "-", "rights_digest": "-"},
        )
        for one in memory.work.events
    ]
    lines = [(one.act, one.label, one.reason, dict(one.details) | {"siret": "-"}, one.author_name) for one in records]
    return (
        (done.revision, done.mails, events, lines, total),
        replace(organisation, id="-", siret="-"),
        replace(convention, id="-", organisation_id="-"),
        near.organisations.partners(Listing())[1],
        (near.contracts.of(done.value), near.groups.of(done.value), near.users.of(done.value)),
        (near.administrators.of(done.value), near.habilitations.of(done.value)),
    )


@promise("caf:no-oracle-of-conventions")
@CASES
def test_the_first_act_for_a_known_organisation_is_that_for_an_unknown_one(changes: dict[str, Any]) -> None:
    assert told(*created(SIRET, changes)) == told(*created(OTHER_SIRET, changes))


@promise("caf:no-oracle-of-conventions")
@CASES
def test_it_waits_for_audit_whether_the_organisation_is_known_or_not(changes: dict[str, Any]) -> None:
    for siret in (SIRET, OTHER_SIRET):
        memory = MemoryRegister()
        memory.all.ready()
        agent = memory.all.agent("751")
        memory.work.audit_available = False
        with pytest.raises(AuditUnavailableError):
            memory.all.acts.perform(agent, request(siret=siret, reference="P-1", **changes))


def test_an_identifier_does_not_say_since_when_an_organisation_is_known() -> None:
    for siret in (SIRET, OTHER_SIRET):
        assert uuid.UUID(created(siret, {})[1].value).version == 4


@promise("caf:one-convention-at-a-time")
def test_a_caf_has_one_convention_at_a_time_with_an_organisation() -> None:
    memory, done = created(SIRET, {})
    agent = memory.all.agent("751")
    with pytest.raises(SiretTakenError):
        memory.all.acts.perform(agent, request(reference="P-2"))
    memory.all.acts.perform(agent, ChangeConvention(done.value, ConventionEvent.TERMINATE, "manquement"))
    again = memory.all.acts.perform(agent, request(reference="P-2"))
    assert again.value == done.value
    convention = memory.everywhere.within(Reach("751")).conventions.of(done.value)
    assert convention is not None
    assert convention.reference == "P-2"


@promise("caf:own-name-of-an-organisation")
def test_each_caf_corrects_its_own_name_and_the_oldest_convention_names_it_for_all() -> None:
    memory, done = created(SIRET, {})
    paris, nanterre = memory.all.agent("751"), memory.all.caf

    def names() -> tuple[str, str, str]:
        found = [memory.everywhere.within(Reach(caf)).organisations.get(done.value) for caf in ("921", "751", None)]
        return tuple(one.name for one in found if one is not None)  # type: ignore[return-value]

    def edit(author: Any, name: str) -> None:
        act = EditOrganisation(organisation_id=done.value, name=name, contact="Service des accès, 01 40 00 00 00")
        memory.all.acts.perform(author, act)

    assert names() == ("Commune de Nanterre", "Bailleur", "Commune de Nanterre")
    edit(paris, "Bailleur de Paris")
    assert names() == ("Commune de Nanterre", "Bailleur de Paris", "Commune de Nanterre")
    edit(nanterre, "Ville de Nanterre")
    assert names() == ("Ville de Nanterre", "Bailleur de Paris", "Ville de Nanterre")
    memory.all.acts.perform(nanterre, ChangeConvention(done.value, ConventionEvent.DENOUNCE, "x", date(2027, 1, 1)))
    memory.all.acts.perform(nanterre, ChangeConvention(done.value, ConventionEvent.END_NOTICE, "fin"))
    edit(paris, "Bailleur")
    assert names() == ("Ville de Nanterre", "Bailleur", "Bailleur")

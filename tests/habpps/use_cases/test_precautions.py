"""What the Caf may do by itself, what comes to an end with what, and what may be given again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from habpps.domain.account_command import CommandKind
from habpps.domain.people import Person
from habpps.domain.refusals import (
    ConventionNotActiveError,
    FormRefusedError,
    MaximumUsersReachedError,
    OwnSecondStepError,
    RoleNotConfirmedError,
    TransitionRefusedError,
    UserNotActiveError,
)
from habpps.domain.states import (
    ContractState,
    ConventionEvent,
    HabilitationEvent,
    HabilitationState,
    UserEvent,
    UserState,
)
from habpps.use_cases.assign_to_group import AssignToGroup
from habpps.use_cases.change_convention import ChangeConvention
from habpps.use_cases.change_habilitation import ChangeHabilitation
from habpps.use_cases.change_user import ForgetSecondStep, LockUser, ResetPassword, SetDeparture
from habpps.use_cases.create_user import AttachPerson
from habpps.use_cases.manage_groups import CloseGroup, CreateGroup
from habpps.use_cases.open_service_contract import OpenServiceContract
from habpps.use_cases.people_ports import Listing
from tests.habpps.builders import OTHER_SIRET, TERMS, TODAY, Commune, MemoryRegister
from tests.habpps.direct_acts import CreateUser
from tests.promises import promise

OMEGA = replace(TERMS, extranet="omega", purposes=("suivi_partenarial",))
STEPS: dict[str, tuple[tuple[ConventionEvent, int | None], ...]] = {
    "suspended": ((ConventionEvent.SUSPEND, None),),
    "denounced": ((ConventionEvent.DENOUNCE, 90),),
    "ended": ((ConventionEvent.DENOUNCE, 90), (ConventionEvent.END_NOTICE, None)),
    "terminated_for_breach": ((ConventionEvent.TERMINATE, None),),
}


def take(memory: MemoryRegister, commune: Commune, state: str) -> None:
    """Bring the convention into a state."""
    for event, days in STEPS[state]:
        ends_on = None if days is None else TODAY + timedelta(days=days)
        memory.all.acts.perform(memory.all.caf, ChangeConvention(commune.id, event, "contrôle", ends_on))
    convention = memory.all.look(lambda store: store.conventions.of(commune.id))
    assert convention.state.value == state


@promise("rules:no-contract-without-a-convention-in-force")
@pytest.mark.parametrize("state", STEPS)
def test_no_contract_is_opened_while_the_convention_is_not_in_force(
    memory: MemoryRegister, commune: Commune, state: str
) -> None:
    take(memory, commune, state)
    with pytest.raises(ConventionNotActiveError) as refused:
        memory.all.acts.perform(memory.all.caf, OpenServiceContract(commune.id, OMEGA))
    assert refused.value.details["state"] == state


@promise("rules:the-end-of-a-convention-ends-everything")
@pytest.mark.parametrize("state", ["ended", "terminated_for_breach"])
def test_with_a_convention_end_its_contracts_and_places_and_the_people_stay_readable(
    memory: MemoryRegister, commune: Commune, state: str
) -> None:
    memory.all.acts.perform(memory.all.caf, OpenServiceContract(commune.id, OMEGA))
    take(memory, commune, state)
    contracts = memory.all.look(lambda store: store.contracts.of(commune.id))
    assert len(contracts) == 2
    assert {one.state for one in contracts} == {ContractState.ENDED}
    place = memory.all.look(lambda store: store.habilitations.get(commune.habilitation_id))
    assert place.state is HabilitationState.WITHDRAWN
    user = memory.all.look(lambda store: store.users.get(commune.user_id))
    assert (user.state, user.person.display_name) == (UserState.ACTIVE, "Camille Léger")


@promise("rules:withdrawn-is-final-and-given-anew")
def test_a_place_that_was_withdrawn_stays_so_and_another_may_be_given(memory: MemoryRegister, commune: Commune) -> None:
    acts, partner = memory.all.acts, commune.partner
    acts.perform(partner, ChangeHabilitation(commune.habilitation_id, HabilitationEvent.WITHDRAW, "départ"))
    for event in HabilitationEvent:
        with pytest.raises(TransitionRefusedError):
            acts.perform(partner, ChangeHabilitation(commune.habilitation_id, event, "erreur"))
    again = acts.perform(partner, AssignToGroup(commune.user_id, commune.group_id)).value
    assert again != commune.habilitation_id
    look = memory.all.look
    places = [look(lambda store: store.habilitations.get(commune.habilitation_id))]
    places.append(look(lambda store: store.habilitations.get(again)))
    assert [place.state for place in places] == [HabilitationState.WITHDRAWN, HabilitationState.ACTIVE]


@promise("rules:the-caf-acts-as-a-precaution")
def test_the_caf_suspends_a_place_locks_a_person_and_closes_a_group_while_the_partner_may_do_nothing(
    memory: MemoryRegister, commune: Commune
) -> None:
    acts, caf = memory.all.acts, memory.all.caf
    take(memory, commune, "suspended")
    acts.perform(caf, ChangeHabilitation(commune.habilitation_id, HabilitationEvent.SUSPEND, "à titre conservatoire"))
    assert (memory.last.type, memory.last.actor_id) == ("habpps.habilitation.suspended", caf.account_id)
    acts.perform(caf, LockUser(commune.user_id, UserEvent.LOCK, "compte partagé"))
    assert memory.last.payload["motive"] == "compte partagé"
    acts.perform(caf, CloseGroup(commune.group_id, "contrôle"))
    _, history, _ = acts.consult.journal(caf, commune.id, Listing())
    assert [one.act for one in history[:3]] == [
        "habpps.group.closed",
        "habpps.user.locked",
        "habpps.habilitation.suspended",
    ]
    assert {one.author_name for one in history[:3]} == {caf.display_name}


@promise("rules:the-caf-has-a-password-replaced")
def test_the_caf_has_a_password_replaced_and_every_session_ended(memory: MemoryRegister, commune: Commune) -> None:
    done = memory.all.acts.perform(memory.all.caf, ResetPassword(commune.user_id))
    assert done.mails == 1
    user = memory.all.look(lambda store: store.users.get(commune.user_id))
    command = list(memory.store.commands.rows.values())[-1]  # type: ignore[attr-defined]
    assert (command.kind, command.account_id) == (CommandKind.RESET_PASSWORD, user.account_id)
    assert (memory.last.type, memory.last.subject) == ("habpps.password.reset", f"account:{user.account_id}")


@promise("second-step:lost-is-another-s-affair")
def test_a_lost_second_step_is_taken_off_by_somebody_else_and_nobody_takes_off_their_own(
    memory: MemoryRegister, commune: Commune
) -> None:
    acts = memory.all.acts
    acts.perform(memory.all.caf, ForgetSecondStep(commune.user_id))
    user = memory.all.look(lambda store: store.users.get(commune.user_id))
    command = list(memory.store.commands.rows.values())[-1]  # type: ignore[attr-defined]
    assert (command.kind, command.account_id) == (CommandKind.FORGET_FACTORS, user.account_id)
    assert (memory.last.type, memory.last.subject) == ("habpps.second_step.taken_off", f"account:{user.account_id}")
    own = acts.perform(commune.partner, AttachPerson(commune.partner.administrator_id, "direction")).value
    with pytest.raises(OwnSecondStepError):
        acts.perform(commune.partner, ForgetSecondStep(own))
    acts.perform(commune.partner, LockUser(commune.user_id, UserEvent.LOCK, "vol"))
    with pytest.raises(UserNotActiveError):
        acts.perform(commune.partner, ForgetSecondStep(commune.user_id))


@promise("rules:reserved-profiles-are-not-given")
@pytest.mark.parametrize("profile", ["T6", "T7", "T8", "T9", "A1", "t2", ""])
def test_a_profile_that_is_reserved_or_none_enters_neither_a_contract_nor_a_group(
    memory: MemoryRegister, commune: Commune, profile: str
) -> None:
    acts = memory.all.acts
    with pytest.raises(FormRefusedError) as of_contract:
        acts.perform(memory.all.caf, OpenServiceContract(commune.id, replace(OMEGA, profiles=(profile,))))
    assert "profiles" in of_contract.value.fields
    with pytest.raises(FormRefusedError) as of_group:
        acts.perform(commune.partner, CreateGroup("Autre", profile))
    assert "profile" in of_group.value.fields


@promise("rules:one-person-takes-one-seat")
def test_a_person_in_two_groups_takes_one_seat_of_a_contract(memory: MemoryRegister) -> None:
    acts, caf = memory.all.acts, memory.all.caf
    organisation_id = memory.all.organisation(siret=OTHER_SIRET, reference="B")
    acts.perform(caf, OpenServiceContract(organisation_id, replace(TERMS, maximum_users=1)))
    partner = memory.all.partner(organisation_id)
    groups = [acts.perform(partner, CreateGroup(f"Groupe {profile}", profile)).value for profile in ("T1", "T2")]
    first, second = (
        acts.perform(partner, CreateUser(Person("Lou", name, f"{name.lower()}@n.example"), "agent")).value
        for name in ("Roy", "Blanc")
    )
    for group in groups:
        acts.perform(partner, AssignToGroup(first, group))
    with pytest.raises(MaximumUsersReachedError):
        acts.perform(partner, AssignToGroup(second, groups[0]))
    for place in memory.all.look(lambda store: store.habilitations.of_user(first)):
        acts.perform(partner, ChangeHabilitation(place.habilitation.id, HabilitationEvent.WITHDRAW, "départ"))
    acts.perform(partner, AssignToGroup(second, groups[0]))


@promise("rights:facts-hold-no-address")
def test_no_fact_holds_an_address_a_function_or_a_signatory(memory: MemoryRegister, commune: Commune) -> None:
    _, facts = memory.all.feed.snapshot()
    values = b" ".join(fact.value for fact in facts)
    assert b"Camille" in values, "names are published: a refusal says who can help"
    for private in ("@", "directrice", "Alix Durand", "Claude Petit"):
        assert private.encode() not in values
    assert commune.id.encode() in values


@promise("rules:the-last-day-is-a-day-of-work")
def test_an_administrator_who_leaves_acts_on_the_last_day_and_on_none_after_it(
    memory: MemoryRegister, commune: Commune
) -> None:
    acts, partner = memory.all.acts, commune.partner
    user = acts.perform(partner, AttachPerson(partner.administrator_id, "maire")).value
    acts.perform(memory.all.caf, SetDeparture(user, TODAY))
    acts.perform(partner, CreateGroup("Le dernier jour", "T2"))
    memory.all.clock.advance(timedelta(days=1))
    with pytest.raises(RoleNotConfirmedError):
        acts.perform(partner, CreateGroup("Le lendemain", "T2"))

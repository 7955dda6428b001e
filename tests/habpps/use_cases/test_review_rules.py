"""A Caf says which acts need a second person, and who that is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from habpps.domain.authorship import Author
from habpps.domain.people import Person, Role
from habpps.domain.refusals import (
    FormRefusedError,
    OwnRequestError,
    RoleNotAllowedError,
    ThingChangedError,
    UnknownThingError,
)
from habpps.domain.review_rule import Decider, ReviewRule, When
from habpps.domain.states import ContractEvent, UserEvent
from habpps.domain.versions import version_of
from habpps.use_cases.act_kinds import Review
from habpps.use_cases.acts import ACTS
from habpps.use_cases.appoint_administrator import InviteAdministrator
from habpps.use_cases.change_review_rule import CHANGED, ChangeReviewRule
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.change_user import LockUser
from habpps.use_cases.invite_person import InviteUser
from habpps.use_cases.people_ports import Listing
from habpps.use_cases.request_ports import RequestState
from habpps.use_cases.requests import WaitsForSecondPerson
from rights.facts import read_fact
from rights.widening import widens
from tests.habpps.builders import Commune, MemoryRegister
from tests.habpps.possible_acts import possible_acts
from tests.habpps.use_cases.test_requests import SECOND, THIRD, second_of_the_caf
from tests.promises import promise

INVITED = "habpps.invitation.sent"
WHY = "décidé en réunion"


def to(when: When, people: int = 0, decider: Decider = Decider.SAME_SIDE, act: str = INVITED) -> ChangeReviewRule:
    return ChangeReviewRule(act, when, people, decider, WHY)


def one_more(commune: Commune) -> InviteUser:
    return InviteUser(THIRD, "agent", (commune.group_id,))


def waits(memory: MemoryRegister, author: Author, act: Any) -> str:
    with pytest.raises(WaitsForSecondPerson) as found:
        memory.all.acts.perform(author, act)
    return found.value.request_id


def held(memory: MemoryRegister, author: Author, act: str = INVITED) -> ReviewRule:
    found = memory.all.acts.review_rules(author).of(act)
    assert found is not None
    return found.rule


@promise("requests:rule-of-the-caf")
def test_until_a_caf_makes_a_rule_more_than_fifty_people_need_two(memory: MemoryRegister) -> None:
    found = memory.all.acts.review_rules(memory.all.caf)
    assert {(one.rule, one.usual == one.rule) for one in found.rules} == {
        (ReviewRule(caf="921", act=kind.name, when=When.FROM_PEOPLE, people=51), True)
        for kind in ACTS.kinds
        if kind.opens
    }


@promise("requests:rule-of-the-caf")
def test_a_stricter_rule_holds_at_once_for_the_partners_of_the_caf_alone(
    memory: MemoryRegister, commune: Commune
) -> None:
    two = memory.all.partner(commune.id, SECOND)
    memory.all.acts.perform(memory.all.caf, to(When.ALWAYS))
    assert (memory.last.type, memory.last.actor_id) == (CHANGED, memory.all.caf.account_id)
    told = memory.last.payload
    assert (told["act"], told["waits"], told["waits_before"], told["people_before"]) == (
        INVITED,
        "always",
        "from_people",
        "51",
    )
    request_id = waits(memory, commune.partner, one_more(commune))
    memory.all.register.decide(two, request_id, approved=True, reason=WHY)
    assert held(memory, memory.all.agent("751")).when is When.FROM_PEOPLE


@promise("requests:rule-of-the-caf")
def test_people_are_counted_from_the_number_of_the_rule(memory: MemoryRegister, commune: Commune) -> None:
    memory.all.partner(commune.id, SECOND)
    second_of_the_caf(memory)
    suspend = ChangeServiceContract(commune.contract_id, ContractEvent.SUSPEND, WHY)
    reopen = replace(suspend, event=ContractEvent.REACTIVATE)
    reactivated = ACTS.of(reopen).name
    memory.all.acts.perform(memory.all.caf, suspend)
    memory.all.acts.perform(memory.all.caf, to(When.FROM_PEOPLE, 1, act=reactivated))
    waits(memory, memory.all.caf, reopen)
    weaker = waits(memory, memory.all.caf, to(When.FROM_PEOPLE, 2, act=reactivated))
    memory.all.register.decide(second_agent(memory), weaker, approved=True, reason=WHY)
    memory.all.acts.perform(memory.all.caf, reopen)


def second_agent(memory: MemoryRegister) -> Author:
    one = next(
        one
        for one in memory.store.administrators.of(memory.all.caf.organisation_id)
        if one.account_id == "account-second"
    )
    return replace(
        memory.all.caf, administrator_id=one.id, account_id=one.account_id, display_name=one.person.display_name
    )


@promise("requests:rule-of-the-caf")
def test_where_the_rule_says_never_one_person_is_enough(memory: MemoryRegister, commune: Commune) -> None:
    memory.all.partner(commune.id, SECOND)
    memory.all.acts.perform(memory.all.caf, to(When.ALWAYS))
    waits(memory, commune.partner, one_more(commune))
    memory.all.acts.perform(memory.all.caf, to(When.NEVER))
    memory.all.acts.perform(commune.partner, one_more(commune))
    assert "reviewer" not in memory.last.payload


@promise("requests:taking-away-never-waits")
def test_taking_a_right_away_waits_under_no_rule(memory: MemoryRegister, commune: Commune) -> None:
    memory.all.partner(commune.id, SECOND)
    for act in memory.all.register.usual_rules:
        partners = Role.PARTNER_ADMINISTRATOR in memory.all.register.usual_rules[act].by
        memory.all.acts.perform(memory.all.caf, to(When.ALWAYS, 0, Decider.CAF if partners else Decider.SAME_SIDE, act))
    memory.all.acts.perform(commune.partner, LockUser(commune.user_id, UserEvent.LOCK, WHY))
    memory.all.acts.perform(memory.all.caf, ChangeServiceContract(commune.contract_id, ContractEvent.SUSPEND, WHY))


@promise("requests:weaker-rule-needs-two")
@pytest.mark.parametrize("weaker", [to(When.NEVER), to(When.FROM_PEOPLE, 52), to(When.FROM_PEOPLE, 60)])
def test_a_weaker_rule_waits_for_a_second_administrator_of_the_caf(
    memory: MemoryRegister, weaker: ChangeReviewRule
) -> None:
    second = second_of_the_caf(memory)
    assert not memory.all.acts.review_rules(memory.all.caf).alone
    request_id = waits(memory, memory.all.caf, weaker)
    assert held(memory, second).people == 51
    with pytest.raises(OwnRequestError):
        memory.all.register.decide(memory.all.caf, request_id, approved=True, reason=WHY)
    memory.all.register.decide(second, request_id, approved=True, reason=WHY)
    assert held(memory, second).when is weaker.when
    act = next(event for event in reversed(memory.work.events) if event.type == CHANGED)
    assert act.payload["reviewer"] == SECOND.display_name


@promise("requests:weaker-rule-needs-two")
def test_the_only_administrator_of_a_caf_weakens_a_rule_and_the_journal_says_so(memory: MemoryRegister) -> None:
    assert memory.all.acts.review_rules(memory.all.caf).alone
    memory.all.acts.perform(memory.all.caf, to(When.NEVER))
    assert (memory.last.type, memory.last.payload["reviewer"]) == (CHANGED, "nobody")


@promise("requests:the-caf-decides-where-it-says-so")
def test_what_the_caf_decides_is_approved_by_the_caf_alone(memory: MemoryRegister, commune: Commune) -> None:
    two = memory.all.partner(commune.id, SECOND)
    memory.all.acts.perform(memory.all.caf, to(When.ALWAYS, 0, Decider.CAF))
    request_id = waits(memory, commune.partner, one_more(commune))
    for other in (commune.partner, two):
        with pytest.raises((OwnRequestError, RoleNotAllowedError)):
            memory.all.register.decide(other, request_id, approved=True, reason=WHY)
    with pytest.raises(UnknownThingError):
        memory.all.register.decide(memory.all.agent("751"), request_id, approved=True, reason=WHY)
    assert memory.all.acts.consult.requests(memory.all.agent("751"), Listing()) == ((), 0)
    found, total = memory.all.acts.consult.requests(memory.all.caf, Listing())
    assert ([one.id for one in found], total) == ([request_id], 1)
    asked, effects = memory.all.register.request(memory.all.caf, request_id)
    assert effects is not None
    assert asked.decider is Decider.CAF
    memory.all.register.decide(memory.all.caf, request_id, approved=True, reason=WHY)
    act = next(event for event in reversed(memory.work.events) if event.type == INVITED)
    assert act.actor_id == commune.partner.account_id
    assert act.payload["reviewer"] == memory.all.caf.display_name


@promise("requests:the-caf-decides-where-it-says-so")
def test_what_the_caf_decides_waits_although_nobody_there_can_agree_and_falls_after_its_time(
    memory: MemoryRegister, commune: Commune
) -> None:
    memory.all.acts.perform(memory.all.caf, to(When.ALWAYS, 0, Decider.CAF))
    agent = memory.store.administrators.get(memory.all.caf.administrator_id)
    assert agent is not None
    memory.store.administrators.save(replace(agent, state="withdrawn"))
    request_id = waits(memory, commune.partner, one_more(commune))
    memory.all.clock.advance(timedelta(hours=73))
    memory.all.register.expire(request_id)
    request = memory.store.requests.get(request_id)
    assert request is not None
    assert request.state is RequestState.EXPIRED


@promise("requests:the-caf-decides-where-it-says-so")
def test_who_asked_as_a_partner_does_not_agree_as_an_agent_of_the_caf(memory: MemoryRegister, commune: Commune) -> None:
    memory.all.acts.perform(memory.all.caf, to(When.ALWAYS, 0, Decider.CAF))
    request_id = waits(memory, commune.partner, one_more(commune))
    both = memory.store.administrators.get(commune.partner.administrator_id)
    assert both is not None
    agent = memory.store.administrators.get(memory.all.caf.administrator_id)
    assert agent is not None
    memory.store.administrators.save(replace(agent, id="both", account_id=both.account_id, person=both.person))
    one_person = replace(memory.all.caf, administrator_id="both", account_id=both.account_id)
    with pytest.raises(OwnRequestError):
        memory.all.register.decide(one_person, request_id, approved=True, reason=WHY)


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (to(When.FROM_PEOPLE, 0), FormRefusedError),
        (to(When.FROM_PEOPLE, 100_001), FormRefusedError),
        (to(When.NEVER, 3), FormRefusedError),
        (to(When.FROM_PEOPLE, 51), FormRefusedError),
        (replace(to(When.ALWAYS), reason=" "), FormRefusedError),
        (to(When.ALWAYS, 0, Decider.CAF, "habpps.service_contract.opened"), FormRefusedError),
        (to(When.NEVER, act="habpps.caf_agent.named"), UnknownThingError),
        (to(When.NEVER, act=CHANGED), UnknownThingError),
        (to(When.NEVER, act="habpps.user.locked"), UnknownThingError),
        (replace(to(When.ALWAYS), seen="another"), ThingChangedError),
    ],
)
def test_what_is_no_rule_is_refused(memory: MemoryRegister, act: ChangeReviewRule, error: type[Exception]) -> None:
    before = held(memory, memory.all.caf)
    with pytest.raises(error):
        memory.all.acts.perform(memory.all.caf, act)
    assert held(memory, memory.all.caf) == before


def test_of_two_forms_the_second_does_not_undo_the_first(memory: MemoryRegister) -> None:
    seen = version_of(held(memory, memory.all.caf))
    memory.all.acts.perform(memory.all.caf, replace(to(When.ALWAYS), seen=seen))
    with pytest.raises(ThingChangedError):
        memory.all.acts.perform(memory.all.caf, replace(to(When.FROM_PEOPLE, 3), seen=seen))
    memory.all.acts.perform(
        memory.all.caf, replace(to(When.ALWAYS, 0, Decider.CAF), seen=version_of(held(memory, memory.all.caf)))
    )


@promise("requests:rule-of-the-caf")
def test_only_an_administrator_of_a_caf_reads_and_changes_its_rules(memory: MemoryRegister, commune: Commune) -> None:
    for author in (commune.partner, memory.all.agent("921", Role.CAF_AUDITOR)):
        attempts: tuple[Callable[[], object], ...] = (
            lambda author=author: memory.all.acts.review_rules(author),  # type: ignore[misc]
            lambda author=author: memory.all.acts.perform(author, to(When.NEVER)),  # type: ignore[misc]
        )
        for attempt in attempts:
            with pytest.raises(RoleNotAllowedError):
                attempt()


@promise("requests:rule-of-the-caf")
def test_a_rule_can_be_made_for_every_act_that_opens_something(memory: MemoryRegister, commune: Commune) -> None:
    possible = possible_acts(memory.all, commune)
    opening: set[str] = set()
    for name, one in possible.items():
        fresh = MemoryRegister()
        its = fresh.all.ready()
        again = possible_acts(fresh.all, its)[name]
        for author, act in again.before:
            fresh.all.acts.perform(author, act)
        before = {key: read_fact(key, value) for key, value in facts_of(fresh).items()}
        fresh.all.acts.perform(again.author, again.act)
        after = {key: read_fact(key, value) for key, value in facts_of(fresh).items()}
        kind = ACTS.of(one.act)
        if (
            {Role.CAF_ADMINISTRATOR, Role.PARTNER_ADMINISTRATOR} & set(kind.by)
            and kind.review is Review.BY_RULE
            and any(widens(before.get(key), fact) for key, fact in after.items() if before.get(key) != fact)
        ):
            opening.add(name)
    assert opening - {kind.name for kind in ACTS.kinds if kind.opens} == set(), "say in acts.OPENS that it may open"


def facts_of(memory: MemoryRegister) -> dict[str, bytes]:
    publications: Any = memory.store.publications
    return dict(publications.facts)


def test_a_partner_appointed_under_a_rule_waits_too(memory: MemoryRegister, commune: Commune) -> None:
    second_of_the_caf(memory)
    memory.all.acts.perform(memory.all.caf, to(When.ALWAYS, act="habpps.administrator.invited"))
    person = Person("Zoé", "Blanc", "zoe.blanc@nanterre.example")
    waits(memory, memory.all.caf, InviteAdministrator(commune.id, person))

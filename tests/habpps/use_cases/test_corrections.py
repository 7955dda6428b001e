"""Names, function and address of a person are corrected, wherever the person belongs."""

from datetime import timedelta
from typing import Any

import pytest

from habpps.domain.account_command import CommandKind
from habpps.domain.people import Person
from habpps.domain.refusals import (
    AddressChangeClosedError,
    FormRefusedError,
    RoleNotAllowedError,
    SignInRequiredError,
    ThingChangedError,
    UnknownThingError,
)
from habpps.use_cases.correct_person import AskAddress, CorrectFunction, CorrectNames, WithdrawAddress
from habpps.use_cases.invite_person import InviteUser
from habpps.use_cases.people_ports import Listing
from tests.habpps.builders import DIRECTOR, OTHER_SIRET, Commune, MemoryRegister
from tests.promises import promise

NEW_ADDRESS = "camille.roy@nanterre.example"


@pytest.fixture
def memory() -> MemoryRegister:
    return MemoryRegister()


def account_of(memory: MemoryRegister, commune: Commune) -> str:
    return str(memory.all.look(lambda store: store.users.get(commune.user_id)).account_id)


def names(commune: Commune, account_id: str, **changes: Any) -> CorrectNames:
    asked = {"given_name": "Camille", "family_name": "Léger-Roy", "seen": None, **changes}
    return CorrectNames(organisation_id=commune.id, account_id=account_id, **asked)


def address(commune: Commune, account_id: str, email: str = NEW_ADDRESS) -> AskAddress:
    return AskAddress(organisation_id=commune.id, account_id=account_id, email=email)


def elsewhere(memory: MemoryRegister, account_id: str) -> str:
    """The person accepts an invitation of another organisation; gives that organisation."""
    everything = memory.all
    other = everything.partner(
        everything.organisation(siret=OTHER_SIRET, reference="B", name="CCAS"), Person("Noa", "Blanc", "noa@a.example")
    )
    everything.relay()
    everything.accounts.in_use.add(account_id)
    everything.arrive(everything.acts.perform(other, InviteUser(DIRECTOR, "agent")).value)
    return other.organisation_id


def lines(memory: MemoryRegister, organisation_id: str) -> list[tuple[str, str, str]]:
    records, _ = memory.store.journal.of(organisation_id, Listing())
    return [(one.act, one.author_name, one.label) for one in records]


@promise("person:told-of-a-correction")
def test_names_are_corrected_at_once_and_everywhere(memory: MemoryRegister) -> None:
    commune = memory.all.ready()
    account_id = account_of(memory, commune)
    other = elsewhere(memory, account_id)
    revision = memory.all.feed.state().revision
    memory.all.acts.preview(commune.partner, names(commune, account_id))
    memory.all.acts.perform(commune.partner, names(commune, account_id))
    assert {one.person.family_name for one in memory.store.everywhere.users(account_id)} == {"Léger-Roy"}
    assert memory.all.feed.state().revision == revision + 1
    memory.all.relay()
    told = memory.all.accounts.pushed[-1]
    assert (told.kind.value, told.content["family_name"]) == ("update", "Léger-Roy")
    corrected = "habpps.person.corrected"
    assert lines(memory, commune.id)[0] == (corrected, "Dominique Martin", "Camille Léger-Roy")
    assert lines(memory, other)[0] == (corrected, "", "Camille Léger-Roy"), "told there, and by nobody of there"
    here, there = memory.work.events[-2:]
    assert (here.actor_id, there.actor_id) == (commune.partner.account_id, None)
    assert DIRECTOR.email not in str([event.payload for event in memory.work.events])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"family_name": ""}, "family_name"),
        ({"family_name": "Léger"}, "family_name"),
        ({"given_name": "7"}, "given_name"),
    ],
)
def test_nothing_wrong_and_nothing_equal_is_corrected(
    memory: MemoryRegister, changes: dict[str, str], field: str
) -> None:
    commune = memory.all.ready()
    with pytest.raises(FormRefusedError) as refused:
        memory.all.acts.perform(commune.partner, names(commune, account_of(memory, commune), **changes))
    assert set(refused.value.fields) == {field}


def test_an_older_form_corrects_nothing(memory: MemoryRegister) -> None:
    commune = memory.all.ready()
    account_id = account_of(memory, commune)
    seen = memory.all.acts.people.person(commune.partner, commune.id, account_id).version
    memory.all.acts.perform(commune.partner, names(commune, account_id, seen=seen))
    with pytest.raises(ThingChangedError):
        memory.all.acts.perform(commune.partner, names(commune, account_id, family_name="Roy", seen=seen))


@promise("person:address-is-proved")
def test_an_address_holds_once_it_is_proved(memory: MemoryRegister) -> None:
    commune = memory.all.ready()
    account_id = account_of(memory, commune)
    key = memory.all.acts.perform(commune.partner, address(commune, account_id)).value
    shown = memory.all.acts.people.person(commune.partner, commune.id, account_id)
    assert shown.change is not None
    assert (shown.holder.person.email, shown.change.email) == (DIRECTOR.email, NEW_ADDRESS)
    memory.all.relay()
    asked = next(one for one in memory.all.accounts.pushed if one.kind is CommandKind.PROVE_ADDRESS)
    assert (asked.kind.value, asked.content["email"], asked.content["change_id"]) == ("prove_address", NEW_ADDRESS, key)
    memory.all.answers.confirm_address(key, "")
    holder = memory.store.people.get(account_id)
    assert holder is not None
    assert (holder.person.email, holder.email_verified_at) == (NEW_ADDRESS, memory.all.clock.now())
    memory.all.relay()
    update = next(one for one in memory.all.accounts.pushed if one.kind is CommandKind.UPDATE)
    assert update.content["email"] == NEW_ADDRESS
    with pytest.raises(AddressChangeClosedError):
        memory.all.answers.confirm_address(key, "")
    assert NEW_ADDRESS not in str([event.payload for event in memory.work.events])


@pytest.mark.parametrize("how", ["withdrawn", "over", "asked again"])
def test_an_address_that_waits_no_longer_is_not_taken_over(memory: MemoryRegister, how: str) -> None:
    commune = memory.all.ready()
    account_id = account_of(memory, commune)
    key = memory.all.acts.perform(commune.partner, address(commune, account_id)).value
    if how == "withdrawn":
        memory.all.acts.perform(commune.partner, WithdrawAddress(key))
    elif how == "over":
        memory.all.clock.advance(timedelta(days=4))
    else:
        memory.all.acts.perform(commune.partner, address(commune, account_id, "another@n.example"))
    with pytest.raises(AddressChangeClosedError):
        memory.all.answers.confirm_address(key, "")
    assert memory.store.users.get(commune.user_id).person == DIRECTOR  # type: ignore[union-attr]


@promise("person:one-organisation-alone-moves-no-mailbox")
def test_one_administrator_alone_brings_no_account_of_others_into_another_mailbox(memory: MemoryRegister) -> None:
    commune = memory.all.ready()
    account_id = account_of(memory, commune)
    elsewhere(memory, account_id)
    key = memory.all.acts.perform(commune.partner, address(commune, account_id, "attacker@n.example")).value
    assert memory.all.answers.address_change(key).needs_sign_in
    with pytest.raises(SignInRequiredError):
        memory.all.answers.confirm_address(key, "")
    with pytest.raises(RoleNotAllowedError):
        memory.all.answers.confirm_address(key, commune.partner.account_id)
    memory.all.answers.confirm_address(key, account_id)
    assert memory.store.people.get(account_id).person.email == "attacker@n.example"  # type: ignore[union-attr]


def test_the_caf_corrects_those_who_administer_and_no_user(memory: MemoryRegister) -> None:
    commune = memory.all.ready()
    partner = commune.partner.account_id
    memory.all.acts.perform(memory.all.caf, names(commune, partner))
    with pytest.raises(RoleNotAllowedError):
        memory.all.acts.perform(memory.all.caf, names(commune, account_of(memory, commune)))
    stranger = memory.all.caf.account_id
    with pytest.raises(UnknownThingError):
        memory.all.acts.perform(commune.partner, names(commune, stranger))
    with pytest.raises(UnknownThingError):
        memory.all.acts.perform(memory.all.agent("751"), names(commune, partner))


def test_a_function_is_corrected_at_once(memory: MemoryRegister) -> None:
    commune = memory.all.ready()
    memory.all.acts.perform(commune.partner, CorrectFunction(commune.user_id, "directrice adjointe"))
    assert memory.store.users.get(commune.user_id).job_title == "directrice adjointe"  # type: ignore[union-attr]
    assert memory.last.payload["job_title_before"] == "directrice de crèche"
    for wrong in ("", "directrice adjointe", "x" * 200):
        with pytest.raises(FormRefusedError):
            memory.all.acts.perform(commune.partner, CorrectFunction(commune.user_id, wrong))

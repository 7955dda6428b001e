"""One person, one account: invitations, and what whoever invites cannot tell."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habpps.domain.account_command import CommandKind
from habpps.domain.authorship import Author
from habpps.domain.invitations import InvitationOutcome, InvitationState
from habpps.domain.people import Person, person_typed
from habpps.domain.refusals import (
    AccountExistsError,
    EmailTakenError,
    InvitationClosedError,
    InvitedAlreadyError,
    UnknownThingError,
)
from habpps.domain.states import UserEvent
from habpps.use_cases.answer_invitation import ConfirmInvitation
from habpps.use_cases.appoint_administrator import InviteAdministrator
from habpps.use_cases.change_user import LockUser
from habpps.use_cases.invite_person import InviteUser, SendInvitationAgain, WithdrawInvitation
from habpps.use_cases.people_ports import Listing
from rights.decision import organisations_of
from rights.snapshot import Snapshot
from tests.habpps.builders import DIRECTOR, OTHER_SIRET, TODAY, Commune, MemoryRegister
from tests.promises import promise

SECOND = Person("Noa", "Blanc", "noa.blanc@autre.example")


@pytest.fixture
def memory() -> MemoryRegister:
    return MemoryRegister()


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


@promise("person:one-account-across-organisations")
def test_somebody_known_elsewhere_accepts_with_the_account_they_have(memory: MemoryRegister) -> None:
    commune, other = memory.all.ready(), second(memory)
    account_id = director_of(memory, commune)
    pushed = len(memory.all.accounts.pushed)
    key = invite(memory, other)
    assert organisations(memory, account_id) == {"Commune de Nanterre"}, "nothing opens before the answer"
    memory.all.relay()
    (told,) = (one for one in memory.all.accounts.pushed[pushed:] if one.kind is CommandKind.INVITE)
    assert (told.kind.value, told.account_id, told.content["renew"]) == ("invite", account_id, "")
    assert memory.all.answers.first_sign_in(account_id) == 0, "signing in is no answer to a link"
    assert memory.all.answers.answer(key, account_id, accepted=True) == InvitationOutcome.ACCEPTED
    assert organisations(memory, account_id) == {"Commune de Nanterre", "CCAS de Valmont"}
    assert memory.last.type == "habpps.invitation.accepted"
    assert memory.last.actor_id == account_id
    assert len(memory.store.people.with_email(DIRECTOR.email)) == 1


@promise("person:one-account-across-organisations")
def test_somebody_unknown_gets_an_account_and_accepts_by_using_it(memory: MemoryRegister) -> None:
    commune = memory.all.ready()
    key = invite(memory, commune.partner, Person("Lou", "Roy", "lou@n.example"), commune.group_id)
    account_id = memory.all.arrive(key)
    (user,) = memory.store.everywhere.users(account_id)
    assert (user.person.display_name, user.job_title) == ("Lou Roy", "agent")
    (place,) = memory.store.habilitations.of_user(user.id)
    assert place.group.id == commune.group_id
    assert memory.all.answers.first_sign_in(account_id) == 0, "an answer is given once"


def test_two_organisations_that_invite_an_unknown_person_make_one_account(memory: MemoryRegister) -> None:
    commune, other = memory.all.ready(), second(memory)
    person = Person("Lou", "Roy", "lou@n.example")
    keys = [invite(memory, commune.partner, person), invite(memory, other, person)]
    memory.all.relay()
    (account_id,) = {invitation(memory, key).account_id for key in keys}
    assert memory.all.answers.first_sign_in(account_id) == 2
    assert organisations(memory, account_id) == {"Commune de Nanterre", "CCAS de Valmont"}


Seen = dict[str, Any]


def seen_by(memory: MemoryRegister, author: Author) -> Seen:
    """Everything that the pages of an administrator are made of, without identifiers and moments."""
    everything, now = memory.all, memory.all.clock.now()
    organisation_id = author.organisation_id
    consult = everything.acts.consult
    page, people = consult.users(author, organisation_id, Listing()), everything.acts.people
    _organisation, records, total = consult.journal(author, organisation_id, Listing())
    home = consult.home(author)
    return {
        "users": [one.person for one in page.users],
        "counts": (page.total, page.view.people, dict(page.view.sizes), home.users_without_group, home.in_order, total),
        "refused": (page.view.refused_people, len(page.view.refused)),
        "journal": [(one.act, one.label, one.author_name, one.reason, dict(one.details)) for one in records],
        "invitations": [
            (one.invitation.person, one.answered_name, one.failed, one.to_confirm, one.invitation.is_open(now))
            for one in people.invitations(author, organisation_id)
        ],
        "revision": everything.feed.state().revision,
    }


def world(*, known: Person | None) -> tuple[MemoryRegister, Author, Commune]:
    """Two partners of one Caf; in the other one somebody is known, or another person in their place."""
    memory = MemoryRegister()
    commune, other = memory.all.ready(), second(memory)
    stranger = Person("Ali", "Haddad", "ali.haddad@nanterre.example")
    key = invite(memory, commune.partner, known or stranger)
    memory.all.arrive(key)
    return memory, other, commune


NAMES = st.sampled_from(
    ["Lou", "Zoé", unicodedata.normalize("NFD", "Zoé"), "Jean\u2011Marc", "L\u2019Hostis", "ÉLODIE"]
)
ADDRESSES = st.sampled_from(["lou@n.example", "LOU@N.Example", " lou.roy+a@n.example ", "l@xn--caf-dma.example"])


@promise("person:the-inviter-cannot-tell")
@given(given_name=NAMES, family_name=NAMES, typed=ADDRESSES)
def test_who_invites_sees_the_same_whether_the_address_is_known(given_name: str, family_name: str, typed: str) -> None:
    person = person_typed(given_name, family_name, typed)
    seen: list[list[Any]] = []
    for known in (person, None):
        memory, author, _commune = world(known=known)
        events = len(memory.work.events)
        done = memory.all.acts.perform(author, InviteUser(person, "agent", ()))
        steps: list[Any] = [(done.mails, done.revision), seen_by(memory, author)]
        memory.all.relay()
        steps.append(seen_by(memory, author))
        memory.all.acts.perform(author, SendInvitationAgain(done.value))
        memory.all.relay()
        with pytest.raises(InvitedAlreadyError):
            memory.all.acts.perform(author, InviteUser(person, "agent", ()))
        steps.append(seen_by(memory, author))
        memory.all.acts.perform(author, WithdrawInvitation(done.value))
        steps.append(seen_by(memory, author))
        told = memory.work.events[events:]
        steps.append([(one.type, one.decision, one.owner, one.reason, sorted(one.payload)) for one in told])
        seen.append(steps)
    assert seen[0] == seen[1]


State = Callable[[MemoryRegister, Commune], object]


def _sign_in(memory: MemoryRegister, commune: Commune) -> None:
    director_of(memory, commune)


def _lock(memory: MemoryRegister, commune: Commune) -> None:
    memory.all.acts.perform(commune.partner, LockUser(commune.user_id, UserEvent.LOCK, "absence"))
    memory.all.relay()


STATES: dict[str, State] = {"in use": _sign_in, "never used": lambda _memory, _commune: None, "locked": _lock}


@promise("person:the-inviter-cannot-tell")
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("person", [DIRECTOR, Person("Paul", "Martin", DIRECTOR.email)], ids=["same name", "another"])
def test_nor_what_the_account_of_the_person_is(state: str, person: Person) -> None:
    seen = []
    for target in (person, replace(person, email="new@n.example")):
        memory, author, commune = world(known=None)
        STATES[state](memory, commune)
        invite(memory, author, target)
        memory.all.relay()
        seen.append(repr(seen_by(memory, author)).replace("new@n.example", DIRECTOR.email))
    assert seen[0] == seen[1]


def test_a_person_locked_everywhere_begins_again(memory: MemoryRegister) -> None:
    commune, other = memory.all.ready(), second(memory)
    account_id = director_of(memory, commune)
    memory.all.acts.perform(commune.partner, LockUser(commune.user_id, UserEvent.LOCK, "départ"))
    memory.all.relay()
    invite(memory, other)
    memory.all.relay()
    told = memory.all.accounts.pushed[-1]
    assert (told.account_id, told.content["renew"]) == (account_id, "yes")


@promise("person:another-name-is-confirmed-first")
@pytest.mark.parametrize(
    "typed",
    [Person("Paul", "Martin", DIRECTOR.email), Person("Саmille", "Léger", DIRECTOR.email)],
    ids=["another", "homograph"],
)
@pytest.mark.parametrize("confirmed", [True, False])
def test_who_answers_under_another_name_waits_for_an_administrator(
    memory: MemoryRegister, typed: Person, confirmed: bool
) -> None:
    commune, other = memory.all.ready(), second(memory)
    account_id = director_of(memory, commune)
    key = invite(memory, other, typed)
    memory.all.relay()
    assert memory.all.answers.answer(key, account_id, accepted=True) == InvitationOutcome.TO_CONFIRM
    assert organisations(memory, account_id) == {"Commune de Nanterre"}
    (shown,) = memory.all.acts.people.invitations(other, other.organisation_id)
    assert (shown.to_confirm, shown.answered_name) == (True, "Camille Léger")
    memory.all.acts.perform(other, ConfirmInvitation(key, confirmed=confirmed))
    assert ("CCAS de Valmont" in organisations(memory, account_id)) is confirmed
    with pytest.raises(InvitationClosedError):
        memory.all.acts.perform(other, ConfirmInvitation(key, confirmed=True))


@pytest.mark.parametrize(
    ("given_name", "family_name"),
    [("CAMILLE", "LEGER"), (unicodedata.normalize("NFD", "Camille"), unicodedata.normalize("NFD", "Léger"))],
)
def test_another_spelling_is_the_same_name(memory: MemoryRegister, given_name: str, family_name: str) -> None:
    commune, other = memory.all.ready(), second(memory)
    account_id = director_of(memory, commune)
    key = invite(memory, other, person_typed(given_name, family_name, DIRECTOR.email.upper()))
    memory.all.relay()
    assert memory.all.answers.answer(key, account_id, accepted=True) == InvitationOutcome.ACCEPTED
    (user,) = (one for one in memory.store.everywhere.users(account_id) if one.organisation_id != commune.id)
    assert user.person == DIRECTOR, "the person is registered once, with the names they have"


def test_two_people_who_share_a_mailbox_each_have_an_account(memory: MemoryRegister) -> None:
    commune, other = memory.all.ready(), second(memory)
    director = director_of(memory, commune)
    own = invite(memory, other)
    with pytest.raises(AccountExistsError):
        memory.all.answers.open_account(own)
    memory.all.acts.perform(other, WithdrawInvitation(own))
    key = invite(memory, other, Person("Paul", "Martin", DIRECTOR.email))
    memory.all.relay()
    memory.all.answers.open_account(key)
    account_id = memory.all.arrive(key)
    assert account_id != director
    assert organisations(memory, account_id) == {"CCAS de Valmont"}
    assert [one.person.given_name for one in memory.store.people.with_email(DIRECTOR.email)] == ["Camille", "Paul"]


def test_a_declined_invitation_says_nothing_of_the_account(memory: MemoryRegister) -> None:
    commune, other = memory.all.ready(), second(memory)
    account_id = director_of(memory, commune)
    key = invite(memory, other, Person("Paul", "Martin", DIRECTOR.email))
    memory.all.relay()
    assert memory.all.answers.answer(key, account_id, accepted=False) == InvitationOutcome.DECLINED
    _one, records, _total = memory.all.acts.consult.journal(other, other.organisation_id, Listing())
    assert (records[0].act, records[0].author_name) == ("habpps.invitation.declined", "Paul Martin")
    assert organisations(memory, account_id) == {"Commune de Nanterre"}


def _close(memory: MemoryRegister, author: Author, key: str, how: str) -> None:
    if how == "withdrawn":
        memory.all.acts.perform(author, WithdrawInvitation(key))
    elif how == "over":
        memory.all.clock.advance(timedelta(days=15))
    else:
        memory.all.arrive(key)


@pytest.mark.parametrize("how", ["withdrawn", "over", "answered"])
def test_what_is_over_is_neither_answered_nor_sent(memory: MemoryRegister, how: str) -> None:
    commune = memory.all.ready()
    memory.all.relay()
    key = invite(memory, commune.partner, Person("Lou", "Roy", "lou@n.example"))
    _close(memory, commune.partner, key, how)
    pushed = len(memory.all.accounts.pushed)
    memory.all.relay()
    kinds = [one.kind.value for one in memory.all.accounts.pushed[pushed:]]
    assert "invite" not in kinds
    account_id = invitation(memory, key).account_id or memory.store.users.get(commune.user_id).account_id  # type: ignore[union-attr]
    with pytest.raises(InvitationClosedError):
        memory.all.answers.answer(key, account_id, accepted=True)
    assert all(row.state.value in {"done", "sent"} for row in memory.store.commands.rows.values())  # type: ignore[attr-defined]


def test_an_address_of_the_own_organisation_is_said_at_once(memory: MemoryRegister) -> None:
    commune = memory.all.ready()
    with pytest.raises(EmailTakenError):
        invite(memory, commune.partner)
    key = invite(memory, commune.partner, Person("Lou", "Roy", "lou@n.example"))
    with pytest.raises(InvitedAlreadyError):
        invite(memory, commune.partner, Person("Lou", "Roy", "lou@n.example"))
    assert invitation(memory, key).state is InvitationState.SENT


def test_who_is_there_already_keeps_the_place_as_it_is(memory: MemoryRegister) -> None:
    """Invited at a second address; the administrator has locked the person meanwhile: nothing reopens by itself."""
    commune = memory.all.ready()
    account_id = director_of(memory, commune)
    key = invite(memory, commune.partner, replace(DIRECTOR, email="camille@home.example"))
    memory.all.acts.perform(commune.partner, LockUser(commune.user_id, UserEvent.LOCK, "absence"))
    memory.all.relay()
    assert memory.all.answers.answer(key, account_id, accepted=True) == InvitationOutcome.ALREADY_THERE
    assert organisations(memory, account_id) == set()


@promise("person:one-account-across-organisations")
def test_an_administrator_is_invited_and_replaces_another_with_the_answer(memory: MemoryRegister) -> None:
    commune = memory.all.ready()
    leaving = commune.partner.administrator_id
    act = InviteAdministrator(commune.id, Person("Lou", "Roy", "lou@n.example"), replaces=leaving)
    key = memory.all.acts.perform(memory.all.caf, act).value
    assert [one.is_active for one in memory.store.administrators.of(commune.id)] == [True]
    assert memory.all.acts.people.invitations(commune.partner, commune.id) == (), "the affair of the Caf"
    with pytest.raises(UnknownThingError):
        memory.all.acts.perform(commune.partner, WithdrawInvitation(key))
    memory.all.arrive(key)
    names = {one.person.display_name: one.is_active for one in memory.store.administrators.of(commune.id)}
    assert names == {"Dominique Martin": False, "Lou Roy": True}


def test_nobody_answers_for_an_organisation_that_did_not_ask(memory: MemoryRegister) -> None:
    commune, other = memory.all.ready(), second(memory)
    key = invite(memory, other)
    with pytest.raises(UnknownThingError):
        memory.all.acts.perform(commune.partner, WithdrawInvitation(key))
    with pytest.raises(UnknownThingError):
        memory.all.answers.answer("nothing", commune.partner.account_id, accepted=True)
    with pytest.raises(UnknownThingError):
        memory.all.answers.answer(key, "nobody", accepted=True)

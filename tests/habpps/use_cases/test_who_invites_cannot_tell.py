"""What whoever invites sees is the same, whether somebody is known elsewhere or not: before the answer and after it."""

import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habpps.domain.authorship import Author
from habpps.domain.invitations import InvitationOutcome
from habpps.domain.people import Person, person_typed
from habpps.domain.refusals import (
    AccountExistsError,
    InvitedAlreadyError,
)
from habpps.domain.states import UserEvent
from habpps.domain.versions import version_of
from habpps.use_cases.change_user import LockUser
from habpps.use_cases.correct_person import CorrectNames
from habpps.use_cases.invite_person import InviteUser, SendInvitationAgain, WithdrawInvitation
from habpps.use_cases.people_ports import Listing
from tests.habpps.builders import DIRECTOR, Commune, MemoryRegister
from tests.habpps.invitations import director_of, invitation, invite, organisations, second
from tests.promises import promise


@pytest.fixture
def memory() -> MemoryRegister:
    return MemoryRegister()


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
            (one.invitation.person, one.answered_name, one.failed, one.to_confirm, one.invitation.waits(now))
            for one in people.invitations(author, organisation_id)
        ],
        "versions": [
            (one.version == version_of(replace(one.invitation, changes=0)), one.invitation.changes)
            for one in people.invitations(author, organisation_id)
        ],  # whoever has the identifier can try the counts
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


def of_a_person(memory: MemoryRegister, author: Author, account_id: str) -> list[Any]:
    """What the pages about one user show, without identifiers."""
    everything = memory.all
    user = next(
        one
        for one in everything.acts.consult.users(author, author.organisation_id, Listing()).users
        if one.account_id == account_id
    )
    page = everything.acts.consult.user(author, user.id)
    signed_in = everything.acts.consult.users(author, author.organisation_id, Listing()).last_sign_ins
    assert signed_in is not None
    person = everything.acts.people.person(author, author.organisation_id, account_id)
    nameless = replace(person.holder, account_id="a")
    identifier = uuid.UUID(account_id).version
    marks = [signed_in[account_id], nameless, version_of(nameless), person.change, user.changes, identifier]
    return [page.user.person, page.user.job_title, page.places, page.mails, page.username, *marks]


@promise("person:the-inviter-cannot-tell")
@pytest.mark.parametrize("corrected", [0, 3], ids=["as typed", "corrected thrice elsewhere"])
def test_nor_once_the_person_has_accepted(corrected: int) -> None:
    """By a link with the account of before, or by using the one that was made: what is shown afterwards is equal."""
    person, seen = Person("Lou", "Roy", "lou@n.example"), []
    for known in (person, None):
        memory, author, commune = world(known=known)
        for number in reversed(range(corrected)) if known else ():
            (account_id,) = (one.account_id for one in memory.store.people.with_email(person.email))
            names = {"given_name": "Lou", "family_name": "Roy" + "y" * number}
            act = CorrectNames(organisation_id=commune.id, account_id=account_id, **names)
            memory.all.acts.perform(commune.partner, act)
        key, events = invite(memory, author, person), len(memory.work.events)
        memory.all.relay()
        account_id = invitation(memory, key).way.account_id
        if known:
            memory.all.accounts.signed_in[account_id] = memory.all.clock.now() - timedelta(days=40)
        memory.all.clock.advance(timedelta(minutes=1))
        assert memory.all.arrive(key) == account_id
        told = [(one.type, one.decision, one.owner, sorted(one.payload)) for one in memory.work.events[events:]]
        was = {k: v for k, v in seen_by(memory, author).items() if k != "revision"}
        seen.append([was, of_a_person(memory, author, account_id), told])
    assert seen[0] == seen[1]


@promise("person:the-inviter-cannot-tell")
def test_no_account_says_in_its_identifier_since_when_it_is_there(memory: MemoryRegister) -> None:
    commune, other = memory.all.ready(), second(memory)
    director_of(memory, commune)
    memory.all.arrive(invite(memory, other, Person("Lou", "Roy", "lou@n.example")))
    shared = invite(memory, other, replace(DIRECTOR, given_name="Paul"))
    memory.all.relay()
    memory.all.answers.open_account(shared)
    accounts = {uuid.UUID(one).version for one in memory.store.people.rows if len(one) == 36}  # type: ignore[attr-defined]
    assert accounts == {4}
    assert len(memory.store.people.rows) >= 5  # type: ignore[attr-defined]


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


@promise("person:the-inviter-cannot-tell")
@pytest.mark.parametrize("what", ["declined", "asked for an account", "refused an account"])
def test_what_only_a_known_mailbox_can_do_is_told_to_nobody_of_the_organisation(
    memory: MemoryRegister, what: str
) -> None:
    """Who has no account gets one with two mails: saying no, or asking for an account, tells that there was one."""
    commune, other = memory.all.ready(), second(memory)
    account_id = director_of(memory, commune)
    key = invite(memory, other, DIRECTOR if what == "refused an account" else replace(DIRECTOR, given_name="Paul"))
    memory.all.relay()
    before, events = seen_by(memory, other), len(memory.work.events)
    if what == "declined":
        assert memory.all.answers.answer(key, account_id, accepted=False) == InvitationOutcome.DECLINED
        assert not memory.all.answers.invitation(key).is_open
    elif what == "asked for an account":
        memory.all.answers.open_account(key)
        memory.all.relay()
    else:
        with pytest.raises(AccountExistsError):
            memory.all.answers.open_account(key)
    assert seen_by(memory, other) == before
    told = memory.work.events[events:]
    assert {(one.owner, one.organisation_id) for one in told} == {("national", None)}
    assert len(told) == 1
    assert organisations(memory, account_id) == {"Commune de Nanterre"}

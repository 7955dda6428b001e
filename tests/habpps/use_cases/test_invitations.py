"""One person, one account: an invitation, its answer, and what becomes of it meanwhile."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from habpps.domain.account_command import AccountCommand, CommandKind
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
from habpps.use_cases.change_user import LockUser, SetDeparture
from habpps.use_cases.correct_person import AskAddress, CorrectNames
from habpps.use_cases.invite_person import SendInvitationAgain, WithdrawInvitation
from servicekit.errors import DependencyUnavailableError
from tests.habpps.builders import DIRECTOR, TODAY, MemoryRegister
from tests.habpps.invitations import director_of, invitation, invite, organisations, second
from tests.promises import promise


@pytest.fixture
def memory() -> MemoryRegister:
    return MemoryRegister()


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
    (account_id,) = {invitation(memory, key).way.account_id for key in keys}
    assert memory.all.answers.first_sign_in(account_id) == 2
    assert organisations(memory, account_id) == {"Commune de Nanterre", "CCAS de Valmont"}


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
    assert {one.person.given_name for one in memory.store.people.with_email(DIRECTOR.email)} == {"Camille", "Paul"}


def test_who_has_said_no_by_mistake_is_asked_again(memory: MemoryRegister) -> None:
    commune, other = memory.all.ready(), second(memory)
    account_id = director_of(memory, commune)
    key = invite(memory, other)
    memory.all.relay()
    memory.all.answers.answer(key, account_id, accepted=False)
    with pytest.raises(InvitationClosedError):
        memory.all.answers.answer(key, account_id, accepted=True)
    memory.all.acts.perform(other, SendInvitationAgain(key))
    assert memory.all.answers.answer(key, account_id, accepted=True) == InvitationOutcome.ACCEPTED


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
    account_id = invitation(memory, key).way.account_id or memory.store.users.get(commune.user_id).account_id  # type: ignore[union-attr]
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


def last_sent(memory: MemoryRegister) -> AccountCommand:
    return [one for one in memory.all.accounts.pushed if one.kind is CommandKind.INVITE][-1]


@pytest.mark.parametrize("how", ["locked", "left"])
def test_a_link_of_before_the_account_was_locked_is_sent_anew_with_a_new_password(
    memory: MemoryRegister, how: str
) -> None:
    commune, other = memory.all.ready(), second(memory)
    account_id = director_of(memory, commune)
    key = invite(memory, other)
    memory.all.relay()
    if how == "locked":
        memory.all.acts.perform(commune.partner, LockUser(commune.user_id, UserEvent.LOCK, "absence"))
    else:
        memory.all.acts.perform(commune.partner, SetDeparture(commune.user_id, TODAY - timedelta(days=1)))
        memory.all.clock.advance(timedelta(days=1))
    memory.all.acts.perform(other, SendInvitationAgain(key))
    memory.all.accounts.in_use.discard(account_id)
    memory.all.relay()
    told = last_sent(memory)
    assert told.account_id == account_id
    assert told.content["renew"] == ("yes" if how == "locked" else ""), "who has only left keeps the password"
    assert memory.all.answers.first_sign_in(account_id) == 1
    assert "CCAS de Valmont" in organisations(memory, account_id)


def test_an_invitation_goes_where_it_was_typed_also_after_the_address_was_corrected(memory: MemoryRegister) -> None:
    commune, other = memory.all.ready(), second(memory)
    account_id = director_of(memory, commune)
    key = invite(memory, other)
    memory.all.relay()
    ask = AskAddress(organisation_id=commune.id, account_id=account_id, email="camille@home.example")
    memory.all.answers.confirm_address(memory.all.acts.perform(commune.partner, ask).value, account_id)
    memory.all.acts.perform(other, SendInvitationAgain(key))
    memory.all.relay()
    told = last_sent(memory)
    assert (told.account_id, told.content["email"]) == (account_id, DIRECTOR.email)
    assert memory.all.answers.answer(key, account_id, accepted=True) == InvitationOutcome.ACCEPTED
    (user,) = (one for one in memory.store.everywhere.users(account_id) if one.organisation_id != commune.id)
    assert user.person.email == "camille@home.example"


def test_a_person_of_the_same_name_who_is_signed_in_answers_for_nobody_else(memory: MemoryRegister) -> None:
    """Whoever has the mailbox may answer with the account they have; the one it was sent for stays as it was."""
    commune, other = memory.all.ready(), second(memory)
    director = director_of(memory, commune)
    homonym = memory.all.arrive(invite(memory, commune.partner, replace(DIRECTOR, email="c.leger@home.example")))
    key = invite(memory, other)
    memory.all.relay()
    assert memory.all.answers.answer(key, homonym, accepted=True) == InvitationOutcome.ACCEPTED
    assert organisations(memory, director) == {"Commune de Nanterre"}
    with pytest.raises(InvitationClosedError):
        memory.all.answers.answer(key, director, accepted=True)


@pytest.mark.parametrize("act", ["invite", "again", "names", "address", "confirmed address"])
def test_what_is_done_while_the_account_service_is_away_is_passed_on_when_it_is_back(
    memory: MemoryRegister, act: str
) -> None:
    commune, other = memory.all.ready(), second(memory)
    account_id = director_of(memory, commune)
    key = invite(memory, other) if act == "again" else ""
    ask = AskAddress(organisation_id=commune.id, account_id=account_id, email="camille@home.example")
    change = memory.all.acts.perform(commune.partner, ask).value if act == "confirmed address" else ""
    memory.all.relay()
    pushed = len(memory.all.accounts.pushed)
    memory.all.accounts.failure = DependencyUnavailableError("away", reason="UNAVAILABLE")
    names = CorrectNames(organisation_id=commune.id, account_id=account_id, given_name="Cam", family_name="Roy")
    acts: dict[str, Callable[[], object]] = {
        "invite": lambda: invite(memory, other),
        "again": lambda: memory.all.acts.perform(other, SendInvitationAgain(key)),
        "names": lambda: memory.all.acts.perform(commune.partner, names),
        "address": lambda: memory.all.acts.perform(commune.partner, ask),
        "confirmed address": lambda: memory.all.answers.confirm_address(change, account_id),
    }
    acts[act]()
    for _ in range(3):
        memory.all.relay()
        memory.all.clock.advance(timedelta(minutes=30))
    assert len(memory.all.accounts.pushed) == pushed
    memory.all.accounts.failure = None
    memory.all.relay()
    kind = {"invite": "invite", "again": "invite", "address": "prove_address"}.get(act, "update")
    assert [one.kind.value for one in memory.all.accounts.pushed[pushed:]].count(kind) == 1
    assert all(row.state.value in {"done", "sent"} for row in memory.store.commands.rows.values())  # type: ignore[attr-defined]

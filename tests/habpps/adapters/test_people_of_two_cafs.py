"""Somebody whom one organisation has for its work with two Cafs: invited, corrected and moved by each for itself."""

from typing import Any

import pytest

from habpps.domain.account_command import CommandKind
from habpps.domain.invitations import InvitationOutcome
from habpps.domain.people import Person
from habpps.domain.reach import Reach
from habpps.domain.refusals import SignInRequiredError, UnknownThingError
from habpps.use_cases.answer_invitation import ConfirmInvitation
from habpps.use_cases.correct_person import AskAddress, CorrectNames, WithdrawAddress
from habpps.use_cases.invite_person import InviteUser, SendInvitationAgain, WithdrawInvitation
from habpps.use_cases.people_ports import Listing
from habpps.use_cases.retry_account_command import RetryAccountCommand
from servicekit.errors import InvalidInputError
from tests.habpps.builders import DIRECTOR, NAME_751, Commune, Register921
from tests.promises import promise

Two = dict[str, Commune]


@pytest.fixture
def two(register: Register921) -> Two:
    found = register.landlord()
    register.relay()
    return found


def account_of(register: Register921, its: Commune) -> str:
    return str(register.look(lambda store: store.users.get(its.user_id)).account_id)


def invited(register: Register921, its: Commune, person: Person = DIRECTOR) -> str:
    return register.acts.perform(its.partner, InviteUser(person, "chargée", (its.group_id,))).value


def joined(register: Register921, two: Two) -> str:
    """The director of 921 accepts the invitation for 751 too; gives the account."""
    account_id = account_of(register, two["921"])
    key = invited(register, two["751"])
    register.relay()
    outcome = register.answers.answer(key, account_id, accepted=True)
    assert outcome == InvitationOutcome.ACCEPTED, "who works for one Caf is not there already for the other"
    return account_id


def journal(register: Register921, its: Commune) -> list[tuple[str, str, str]]:
    reach = Reach(its.partner.caf, its.id)
    records, _ = register.work.read(lambda store: store.within(reach).journal.of(its.id, Listing()))
    return [(one.act, one.author_name, one.label) for one in records]


def places(register: Register921, account_id: str) -> dict[str, Any]:
    return {one.caf: one for one in register.work.read(lambda store: store.everywhere.users(account_id))}


@promise("person:one-account-across-organisations")
def test_somebody_known_for_one_caf_is_invited_for_the_other_and_has_a_place_for_each(
    register: Register921, two: Two
) -> None:
    account_id = joined(register, two)
    (told,) = (one for one in register.accounts.pushed if one.kind is CommandKind.INVITE)
    assert told.content["organisation_name"] == NAME_751, "by the name of the convention with the Caf that is meant"
    assert (told.account_id, told.caf) == (account_id, "751")
    found = places(register, account_id)
    assert {caf: one.job_title for caf, one in found.items()} == {"921": "directrice de crèche", "751": "chargée"}
    held = register.work.read(lambda store: store.within(Reach("751")).habilitations.of_user(found["751"].id))
    assert [one.group.id for one in held] == [two["751"].group_id]


@promise("person:told-of-a-correction")
def test_a_name_corrected_for_one_caf_is_corrected_for_the_other_which_reads_no_author(
    register: Register921, two: Two
) -> None:
    account_id = joined(register, two)
    partner = two["921"].partner
    act = CorrectNames(
        organisation_id=partner.organisation_id, account_id=account_id, given_name="Cam", family_name="Roy"
    )
    register.acts.preview(partner, act)
    revision = register.feed.state().revision
    register.acts.perform(partner, act)
    (change,) = register.feed.changes_after(revision, 10)
    everybody = [one for one in map(str, change.facts) if "Roy" in one]
    assert {caf for caf in two if any(caf in one for one in everybody)} == set(two), change.facts
    assert {one.person.display_name for one in places(register, account_id).values()} == {"Cam Roy"}
    corrected = "habpps.person.corrected"
    assert journal(register, two["921"])[0] == (corrected, "Dominique Martin", "Cam Roy")
    assert journal(register, two["751"])[0] == (corrected, "", "Cam Roy")


@promise("person:one-organisation-alone-moves-no-mailbox")
def test_the_administrators_of_one_caf_alone_move_no_mailbox_of_somebody_whom_the_other_knows(
    register: Register921, two: Two
) -> None:
    account_id = joined(register, two)
    for its in two.values():
        ask = AskAddress(organisation_id=its.id, account_id=account_id, email=f"thief{its.partner.caf}@n.example")
        key = register.acts.perform(its.partner, ask).value
        assert register.answers.address_change(key).needs_sign_in
        with pytest.raises(SignInRequiredError):
            register.answers.confirm_address(key, "")
        assert not any("ask" in act for act, author, _ in journal(register, its) if not author), (
            "told where it was asked"
        )
    register.answers.confirm_address(key, account_id)
    assert {one.person.email for one in places(register, account_id).values()} == {"thief751@n.example"}


def test_an_address_asked_for_one_caf_is_shown_and_withdrawn_there_alone(register: Register921, two: Two) -> None:
    account_id = joined(register, two)
    here, there = two["921"].partner, two["751"].partner
    ask = AskAddress(organisation_id=two["921"].id, account_id=account_id, email="new@n.example")
    key = register.acts.perform(here, ask).value
    assert register.acts.people.person(here, two["921"].id, account_id).change is not None
    assert register.acts.people.person(there, two["921"].id, account_id).change is None
    with pytest.raises(UnknownThingError):
        register.acts.perform(there, WithdrawAddress(key))
    assert "new@n.example" not in repr(journal(register, two["751"]))
    other = AskAddress(organisation_id=two["751"].id, account_id=account_id, email="newer@n.example")
    register.acts.perform(there, other)
    assert register.acts.people.person(here, two["921"].id, account_id).change is not None, "nothing tells of the other"
    register.answers.confirm_address(key, account_id)
    assert register.acts.people.person(there, two["921"].id, account_id).change is None, "the first confirmed ends all"


def test_an_invitation_for_one_caf_is_shown_and_decided_there_alone(register: Register921, two: Two) -> None:
    key = invited(register, two["751"], Person("Lou", "Sy", "lou.sy@n.example"))
    here, there = two["921"].partner, two["751"].partner
    assert [one.invitation.id for one in register.acts.people.invitations(there, two["751"].id)] == [key]
    assert register.acts.people.invitations(here, two["921"].id) == ()
    for act in (WithdrawInvitation(key), SendInvitationAgain(key), ConfirmInvitation(key, confirmed=True)):
        with pytest.raises(UnknownThingError):
            register.acts.perform(here, act)
    with pytest.raises(UnknownThingError):
        register.acts.people.invitation(here, key)
    invited(register, two["921"], Person("Lou", "Sy", "lou.sy@n.example"))  # its own, of the same person


def test_an_invitation_that_was_not_sent_is_named_as_it_was_typed_for_its_caf_alone(
    register: Register921, two: Two
) -> None:
    invited(register, two["751"], Person("Lou", "Sy", "lou.sy@n.example"))
    register.accounts.failure = InvalidInputError("no envelope holds it", reason="ADDRESS_REFUSED")
    register.relay()
    refused = ("habpps.account_command.refused", "", "Lou Sy")
    assert journal(register, two["751"])[0] == refused
    assert refused not in journal(register, two["921"])
    (shown,) = register.acts.people.invitations(two["751"].partner, two["751"].id)
    assert shown.failed


def test_what_was_refused_is_asked_again_for_its_caf_with_what_was_asked_there(register: Register921, two: Two) -> None:
    account_id = joined(register, two)
    register.accounts.failure = InvalidInputError("no envelope holds it", reason="ADDRESS_REFUSED")
    for its in two.values():
        email = f"new{its.partner.caf}@n.example"
        register.acts.perform(its.partner, AskAddress(organisation_id=its.id, account_id=account_id, email=email))
        register.relay()
    register.accounts.failure = None
    pushed = len(register.accounts.pushed)
    assert register.acts.perform(two["921"].partner, RetryAccountCommand(two["921"].id, account_id)).value == 1
    register.relay()
    (again,) = (one for one in register.accounts.pushed[pushed:] if one.kind is CommandKind.PROVE_ADDRESS)
    assert (again.caf, again.content["email"]) == ("921", "new921@n.example")
    assert again.content["organisation_name"] == "Commune de Nanterre"

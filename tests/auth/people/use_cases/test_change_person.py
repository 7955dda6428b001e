"""What habpps asks about a person: other names, another address, an invitation."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from auth.people.domain.accounts import AccountState
from auth.people.domain.links import LinkKind, LinkTo
from auth.people.domain.mails import MailKind
from auth.people.use_cases.change_person import Invited
from auth.people.use_cases.manage_accounts import NewPerson
from auth.people.use_cases.orders import Order
from servicekit.errors import InvalidInputError
from servicekit.identifiers import hash_secret
from tests.auth.builders import DIRECTOR, Provider, an_account
from tests.promises import promise

ADDRESS = "chloe.durand@commune.example"


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    return Provider(tmp_path)


def order(command_id: str = "c-1", account_id: str = DIRECTOR) -> Order:
    return Order(command_id=command_id, account_id=account_id, requested_by="admin")


def person(**changes: Any) -> NewPerson:
    said = {"account_id": DIRECTOR, "given_name": "Chloé", "family_name": "Durand", "email": ADDRESS}
    return NewPerson(**(said | {"organisation_name": "Ville de Rivebelle"} | changes))


def invited(provider: Provider, *, renew: bool = False, **changes: Any) -> Invited:
    until = provider.clock.now() + timedelta(days=14)
    return Invited(person=person(**changes), invitation_id="i-1", expires_at=until, renew=renew)


def kinds(provider: Provider) -> list[MailKind]:
    return [row.kind for row in provider.work.repos.mails.rows.values()]


def account_of(provider: Provider, account_id: str = DIRECTOR) -> Any:
    return provider.work.read(lambda repos: repos.accounts.find(account_id))


def sent(provider: Provider) -> list[Any]:
    provider.send_mails()
    return list(provider.mailer.sent)


@promise("person:told-of-a-correction")
def test_corrected_names_are_told_and_the_identifier_stays(provider: Provider) -> None:
    for _ in range(2):
        provider.people.change_person.update(order(), person(family_name="Durand-Roy"))
    after = account_of(provider)
    assert (after.family_name, after.username, after.email) == ("Durand-Roy", "cdurand-4821", ADDRESS)
    assert after.password_hash == an_account().password_hash
    assert kinds(provider) == [MailKind.NAMES_CORRECTED], "a repeated order tells nobody twice"
    assert provider.work.events[-1].payload["changed"] == ["names"]
    (mail,) = sent(provider)
    assert mail.to == ADDRESS
    assert "Chloé Durand-Roy" in mail.text


def test_a_proved_address_is_taken_over_and_the_password_stays(provider: Provider) -> None:
    provider.people.change_person.update(order(), person(email="c.roy@ville.example"))
    assert account_of(provider).password_hash == an_account().password_hash
    (mail,) = sent(provider)
    assert (mail.to, kinds(provider)) == ("c.roy@ville.example", [MailKind.ADDRESS_CHANGED])


@promise("person:first-mails-follow-the-address")
def test_who_never_signed_in_gets_both_mails_at_the_right_address(provider: Provider) -> None:
    provider.people.manage_accounts.create(order("c-0", "new"), person(account_id="new", email="tpyo@ville.example"))
    sent(provider)
    before = account_of(provider, "new").provisional
    provider.people.change_person.update(order("c-1", "new"), person(account_id="new", email="typo@ville.example"))
    assert account_of(provider, "new").provisional is None, "what went to the wrong mailbox opens nothing"
    mails = sent(provider)[2:]
    assert [mail.to for mail in mails] == ["typo@ville.example"] * 2
    assert account_of(provider, "new").provisional != before


@pytest.mark.parametrize("wrong", [{"email": "x"}, {"given_name": ""}, {"family_name": "1"}])
def test_nothing_wrong_is_taken_over(provider: Provider, wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError):
        provider.people.change_person.update(order(), person(**wrong))
    assert account_of(provider) == an_account()


def test_somebody_known_is_invited_by_a_link_whose_secret_is_nowhere_kept(provider: Provider) -> None:
    for _ in range(2):
        assert not provider.people.change_person.invite(order(), invited(provider))
    assert kinds(provider) == [MailKind.INVITATION]
    assert (provider.work.events[-1].type, provider.work.events[-1].owner) == ("auth.invitation.sent", "national")
    (mail,) = sent(provider)
    token = mail.text.split("/lien/")[1].split()[0]
    links = provider.work.repos.links.rows
    assert list(links) == [hash_secret(token)]
    assert token not in repr(provider.work.repos.mails.rows)
    found = provider.people.find_link(token)
    assert found is not None
    assert (found.kind, found.reference) == (LinkKind.INVITATION, "i-1")
    assert "mot de passe provisoire" not in mail.text
    provider.clock.advance(timedelta(days=15))
    assert provider.people.find_link(token) is None


def test_somebody_unknown_gets_an_account_and_its_two_mails(provider: Provider) -> None:
    for _ in range(2):
        answer = provider.people.change_person.invite(order("c-1", "new"), invited(provider, account_id="new"))
        assert answer
    assert kinds(provider) == [MailKind.IDENTIFIER, MailKind.PROVISIONAL_PASSWORD]
    created = next(event for event in provider.work.events if event.type == "auth.account.created")
    assert created.owner == "national", "no Caf can tell from its journal whom another one knows"


def test_who_never_signed_in_gets_the_two_mails_again(provider: Provider) -> None:
    provider.people.change_person.invite(order("c-1", "new"), invited(provider, account_id="new"))
    assert provider.people.change_person.invite(order("c-2", "new"), invited(provider, account_id="new"))
    assert kinds(provider) == [MailKind.IDENTIFIER, MailKind.PROVISIONAL_PASSWORD] * 2


@pytest.mark.parametrize("renew", [True, False])
def test_a_locked_account_begins_again_only_where_nothing_holds_it(provider: Provider, renew: bool) -> None:
    provider.people.manage_accounts.lock(order("c-0"))
    sent(provider)
    assert provider.people.change_person.invite(order(), invited(provider, renew=renew)) is renew
    after = account_of(provider)
    assert after.state is (AccountState.PROVISIONAL if renew else AccountState.LOCKED)
    assert len(sent(provider)[1:]) == (2 if renew else 0)


@promise("person:address-is-proved")
def test_a_new_address_is_asked_there_and_told_at_the_old_one(provider: Provider) -> None:
    until = provider.clock.now() + timedelta(days=3)
    change = LinkTo(kind=LinkKind.ADDRESS, reference="a-1", expires_at=until)
    provider.people.change_person.prove_address(order(), "c.roy@ville.example", change, "Ville de Rivebelle")
    asked, told = sent(provider)
    assert (asked.to, told.to) == ("c.roy@ville.example", ADDRESS)
    assert "/lien/" in asked.text
    assert "/lien/" not in told.text
    assert "c.roy@ville.example" in told.text
    assert account_of(provider) == an_account(), "nothing changes before it is proved"

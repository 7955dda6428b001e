"""Where the links in mails lead: reading one changes nothing, the answer is a form."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from auth.people.domain.links import Link, LinkKind
from auth.people.use_cases.answers import AddressCard, WhatFollows
from auth.people.use_cases.manage_accounts import NewPerson
from auth.people.use_cases.orders import Order
from servicekit.identifiers import hash_secret
from tests.auth.builders import DIRECTOR, Provider
from tests.promises import promise

TOKEN = "t" * 40
PAGE = f"/lien/{TOKEN}"


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    return Provider(tmp_path)


def keep(provider: Provider, kind: LinkKind = LinkKind.INVITATION) -> None:
    until = provider.clock.now() + timedelta(days=3)
    sent = Link(token_hash=hash_secret(TOKEN), kind=kind, reference="r-1", expires_at=until)
    provider.work.write(lambda repos: repos.links.add(sent))


def asked(provider: Provider) -> set[str]:
    return {what for what, *_ in provider.answers.asked}


def send(browser: Any, page: str, **fields: str) -> Any:
    """The form of the page; where it shows none, as somebody would send it who knows how it looks."""
    shown = browser.get(page)
    return browser.submit(shown if "csrf_token" in shown.text else browser.get("/login", encore="1"), page, **fields)


def text_of(answer: Any) -> str:
    return html.unescape(answer.get_data(as_text=True))


@promise("person:links-are-answered-by-forms")
@pytest.mark.parametrize("kind", list(LinkKind))
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_whatever_opens_the_links_of_mails_by_itself_answers_nothing(
    provider: Provider, kind: LinkKind, method: str
) -> None:
    keep(provider, kind)
    provider.answers.invite("r-1")
    provider.answers.changes["r-1"] = AddressCard(DIRECTOR, "Chloé Durand", "c@ville.example", is_open=True)
    for _ in range(3):
        getattr(provider.browser().client, method)(f"{PAGE}?accept=1&confirm=1&no-account=1")
    assert asked(provider) <= {"invitation", "address_change"}


def test_an_invitation_is_answered_after_signing_in_with_the_identifier_one_has(provider: Provider) -> None:
    keep(provider)
    provider.answers.invite("r-1")
    browser = provider.browser()
    first = text_of(browser.get(PAGE))
    assert "« Ville de Rivebelle » vous invite" in first.replace("\u00a0", " ")
    assert "invitation-accept" not in first
    browser.sign_in()
    assert "invitation-accept" in text_of(browser.get(PAGE))
    answer = text_of(send(browser, PAGE, accept="1"))
    assert "Vous avez accepté" in answer
    assert provider.answers.asked[-1] == ("answer", "r-1", DIRECTOR, "yes")
    assert browser.get(PAGE).status_code == 404


@pytest.mark.parametrize(
    ("outcome", "said"),
    [(WhatFollows.TO_CONFIRM, "doit d'abord confirmer"), (WhatFollows.ALREADY_THERE, "rien à accepter")],
)
def test_what_follows_from_an_answer_is_said(provider: Provider, outcome: WhatFollows, said: str) -> None:
    keep(provider)
    provider.answers.invite("r-1", "Paul", "Martin")
    provider.answers.outcome = outcome
    browser = provider.browser()
    browser.sign_in()
    assert "other-name" in text_of(browser.get(PAGE))
    assert said in text_of(send(browser, PAGE, accept="1")).replace("\u00a0", " ").replace("’", "'")


def test_declining_needs_a_sign_in_and_changes_nothing(provider: Provider) -> None:
    keep(provider)
    provider.answers.invite("r-1")
    browser = provider.browser()
    send(browser, PAGE, decline="1")
    assert asked(provider) == {"invitation"}, "nobody is signed in"
    browser.sign_in()
    assert "Vous avez refusé" in text_of(send(browser, PAGE, decline="1"))


def test_two_people_who_share_a_mailbox_each_get_an_account(provider: Provider) -> None:
    keep(provider)
    provider.answers.invite("r-1", "Paul", "Martin")
    assert "Votre compte est créé" in text_of(send(provider.browser(), PAGE, **{"no-account": "1"}))
    provider.answers.exists = True
    refused = send(provider.browser(), PAGE, **{"no-account": "1"})
    assert refused.status_code == 409
    assert "/identifiant-perdu" in text_of(refused)


def test_the_address_of_an_account_that_nobody_has_used_is_confirmed_by_a_form_and_once(provider: Provider) -> None:
    keep(provider, LinkKind.ADDRESS)
    person = NewPerson(
        account_id="new", given_name="Lou", family_name="Roy", email="typo@ville.example", organisation_name="Ville"
    )
    provider.people.manage_accounts.create(Order(command_id="c-1", account_id="new", requested_by="admin"), person)
    provider.answers.changes["r-1"] = AddressCard("new", "Lou Roy", "lou@ville.example", is_open=True)
    browser = provider.browser()
    assert "Votre adresse est confirmée" in text_of(send(browser, PAGE, confirm="1"))
    assert browser.get(PAGE).status_code == 404


@promise("person:address-of-a-used-account-is-confirmed-signed-in")
@pytest.mark.parametrize("account_id", [DIRECTOR, "not here yet"])
def test_the_page_of_an_account_in_use_is_the_same_whoever_else_knows_the_person(
    provider: Provider, account_id: str
) -> None:
    """An administrator who has a link sent to a mailbox of their own learns nothing from it, and moves nothing."""
    keep(provider, LinkKind.ADDRESS)
    shown = []
    for elsewhere in (False, True):
        card = AddressCard(account_id, "Chloé Durand", "c@ville.example", is_open=True, needs_sign_in=elsewhere)
        provider.answers.changes["r-1"] = card
        browser = provider.browser()
        shown.append(re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}", "…", text_of(send(browser, PAGE, confirm="1"))))
    assert "address-login" in shown[0]
    assert shown[0] == shown[1]
    assert asked(provider) == {"address_change"}


def test_who_is_signed_in_confirms_the_address_of_the_own_account(provider: Provider) -> None:
    keep(provider, LinkKind.ADDRESS)
    provider.answers.changes["r-1"] = AddressCard(DIRECTOR, "Chloé Durand", "c@ville.example", is_open=True)
    browser = provider.browser()
    browser.sign_in()
    assert "Votre adresse est confirmée" in text_of(send(browser, PAGE, confirm="1"))
    assert provider.answers.asked[-1] == ("confirm_address", "r-1", DIRECTOR)


@promise("person:one-organisation-alone-moves-no-mailbox")
def test_the_address_of_somebody_with_several_organisations_is_confirmed_by_that_person_alone(
    provider: Provider,
) -> None:
    keep(provider, LinkKind.ADDRESS)
    provider.answers.changes["r-1"] = AddressCard(
        DIRECTOR, "Chloé Durand", "c@ville.example", is_open=True, needs_sign_in=True
    )
    browser = provider.browser()
    assert "address-login" in text_of(send(browser, PAGE, confirm="1"))
    assert asked(provider) == {"address_change"}
    browser.sign_in()
    assert send(browser, PAGE, confirm="1").status_code == 403
    provider.answers.owner = DIRECTOR
    assert "Votre adresse est confirmée" in text_of(send(browser, PAGE, confirm="1"))


@pytest.mark.parametrize("token", ["x", "t" * 39, TOKEN])
def test_a_link_that_is_none_or_too_old_says_what_to_do(provider: Provider, token: str) -> None:
    keep(provider)
    provider.clock.advance(timedelta(days=4))
    answer = provider.browser().get(f"/lien/{token}")
    assert answer.status_code == 404
    assert "adressez-vous" in text_of(answer)


def test_while_habpps_is_away_the_page_says_to_try_again(provider: Provider) -> None:
    keep(provider)
    provider.answers.away = True
    assert provider.browser().get(PAGE).status_code == 503

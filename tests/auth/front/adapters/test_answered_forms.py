"""What answers a form of auth is a redirection: Back and reload show it again and send nothing."""

import re
from typing import Any

import pytest

from auth.people.domain.mails import MailKind
from servicekit.database import Database
from tests.architecture.tree import ROOT
from tests.auth.builders import ISSUER, AuthBrowser, Provider, a_client, an_account
from tests.promises import promise
from tests.servicekit.web.forms_check import answering_with_pages, forms_without_address

CAF = "sbernard-0921"


@pytest.fixture
def stored(stored_provider: Provider, sqlite_database: Database) -> AuthBrowser:
    """A browser at a provider that keeps what answers a form."""
    return stored_provider.browser(sqlite_database)


@promise("front:no-page-answers-a-form")
def test_no_page_answers_a_form_but_those_of_the_protocol(stored: AuthBrowser) -> None:
    endpoints: Any = stored.client.application
    protocol = {"authorize.authorize", "authorize.consent"}  # response_mode=form_post
    assert answering_with_pages(endpoints._pages) == protocol


@promise("front:no-page-answers-a-form")
def test_every_form_of_every_service_says_where_it_is_sent() -> None:
    assert forms_without_address([ROOT / "services", ROOT / "libs", ROOT / "deploy"]) == []


@promise("front:no-page-answers-a-form")
@pytest.mark.parametrize(
    ("path", "form", "sentence"),
    [
        ("/forgotten-password", {"username": "cdurand-4821"}, "courriel"),
        ("/identifiant-perdu", {"email": "chloe.durand@commune.example"}, "courriel"),
    ],
)
def test_a_page_of_somebody_who_is_not_signed_in_is_shown_again_and_asks_for_no_second_mail(
    stored: AuthBrowser, stored_provider: Provider, path: str, form: dict[str, str], sentence: str
) -> None:
    answer = stored.submit(stored.get(path), path, **form)
    pages = [stored.follow(answer) for _reload in range(3)]
    assert {page.status_code for page in pages} == {200}
    assert sentence in pages[0].text
    kinds = [MailKind.FORGOTTEN_PASSWORD, MailKind.LOST_IDENTIFIER]
    waiting = [one for one in stored_provider.read(lambda repos: repos.mails.unsent()) if MailKind(one.kind) in kinds]
    assert len(waiting) <= 1


@promise("front:no-page-answers-a-form")
def test_a_secret_is_shown_to_the_one_who_is_signed_in_and_to_nobody_afterwards(
    stored: AuthBrowser, stored_provider: Provider
) -> None:
    stored_provider.add(an_account("account-caf-administrator", CAF))
    stored_provider.add(a_client("mon-enfant", 8410, owner="921", first_party=False))
    stored.sign_in(CAF)
    renewal = "/administration/clients/renouveler-le-secret/mon-enfant"
    answer = stored.submit(stored.get(renewal), renewal)
    assert answer.status_code == 303
    address = answer.headers["Location"]
    secret = re.search(r'id="client-secret">([^<]+)<', stored.get(address).text)
    assert secret is not None
    assert secret[1] in stored.get(address).text, "a reload shows the same one"
    stored.client.post("/deconnexion", headers={"Sec-Fetch-Site": "same-origin"}, base_url=ISSUER)
    gone: Any = stored.get(address)
    assert gone.status_code == 404
    assert secret[1] not in gone.text

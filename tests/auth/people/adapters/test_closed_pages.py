"""The portal and the page of a closed extranet speak to the one who reads."""

import pytest

from partnerkit.reasons import Reader, told
from rights.decision import why_closed
from tests.auth.builders import AuthBrowser, Provider, an_account
from tests.promises import promise
from tests.rights.builders import TODAY

PEOPLE = {
    Reader.PROFESSIONAL: "account-creche-director",
    Reader.PARTNER_ADMINISTRATOR: "account-partner-administrator",
    Reader.CAF: "account-caf-administrator",
}


def _signed_in(provider: Provider, reader: Reader) -> AuthBrowser:
    if reader is not Reader.PROFESSIONAL:
        provider.add(an_account(PEOPLE[reader], "somebody-1000"))
    browser = provider.browser()
    browser.follow(browser.sign_in("cdurand-4821" if reader is Reader.PROFESSIONAL else "somebody-1000"))
    return browser


@promise("reasons:who-can-help")
@pytest.mark.parametrize(
    ("reader", "sentence"),
    [
        (Reader.PROFESSIONAL, "Votre administrateur peut demander à la Caf pourquoi."),
        (Reader.PARTNER_ADMINISTRATOR, "Demandez à la Caf pourquoi : elle seule peut lever la suspension."),
    ],
)
def test_a_suspended_contract_says_to_each_reader_who_can_ask_why(
    provider: Provider, reader: Reader, sentence: str
) -> None:
    provider.change_rights("creche_director", account_id=PEOPLE[reader])
    provider.change_rights("cdap_contract", state="suspended")
    browser = _signed_in(provider, reader)
    for page in (browser.get("/"), browser.authorize()):
        assert sentence in page.text
        assert "doit le demander" not in page.text


def test_an_agent_of_a_caf_reads_no_list_of_the_extranets_of_partners(provider: Provider) -> None:
    page = _signed_in(provider, Reader.CAF).get("/")
    assert 'id="open-habpps"' in page.text
    assert 'id="closed-' not in page.text
    assert "convention" not in page.text


@pytest.mark.parametrize("reader", [Reader.PROFESSIONAL, Reader.PARTNER_ADMINISTRATOR])
def test_who_opens_the_journal_without_need_reads_that_it_is_for_the_auditors_of_the_caf(
    provider: Provider, reader: Reader
) -> None:
    page = _signed_in(provider, reader).get("/")
    assert 'id="open-audit"' not in page.text
    answer = told("NOT_AUDITOR", reader)
    assert answer.why.french == "Cette application est réservée aux auditeurs de la Caf."
    assert answer.help.french == "Vous n'en avez pas besoin pour votre travail."
    snapshot = provider.commune.snapshot()
    refused = why_closed(snapshot, PEOPLE[reader], "org-commune", "audit", TODAY)
    assert refused.reason == "NOT_AUDITOR"

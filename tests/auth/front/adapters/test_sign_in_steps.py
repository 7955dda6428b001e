"""The gate in front of the pages: nobody gets past a step of the sign-in, and no done step is an error."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from auth.front.adapters.web.sign_in_steps import OPEN
from auth.ground.domain.errors import SignInUnfinishedError
from auth.people.domain.accounts import ProvisionalPassword
from auth.people.domain.steps import STEPS, Step, page_of
from auth.protocol.use_cases.issue_code import CodeRequest
from rights.facts import Organisation, User
from tests.auth.builders import DIRECTOR, PASSWORD, AuthBrowser, Provider, a_client, an_account, sent_back
from tests.promises import promise

SOME_ARGUMENTS = {"code": "fr", "client_id": "cdap", "act": "desactiver", "path": "x", "filename": "x", "token": "x"}
CHOSEN = "girafe violette sur le toit"
PROVISIONAL = "ABCD-EFGH-JKLM-NPQR"


def flask_app(browser: AuthBrowser) -> Flask:
    return next(value for value in vars(browser.client.application).values() if isinstance(value, Flask))


def addresses(browser: AuthBrowser) -> list[tuple[str, str, str]]:
    """Endpoint, method and address of everything that has a page."""
    app = flask_app(browser)
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            arguments = {name: SOME_ARGUMENTS[name] for name in rule.arguments}
            path = rule.build(arguments)[1]  # type: ignore[index]
            found += [(rule.endpoint, method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


def remain(provider: Provider, *pending: Step) -> None:
    """These steps are still to be done in every session."""
    rows = provider.work.repos.sessions.rows
    for session in list(rows.values()):
        rows[session.session_id] = replace(session, pending=pending)


def two_organisations(provider: Provider) -> None:
    more = (
        Organisation(
            id="org-second", siret="21750001600019", name="Autre commune", caf="", kind="partner", state="active"
        ),
        User(
            id="user-9",
            account_id=DIRECTOR,
            organisation_id="org-second",
            caf="921",
            display_name="Chloé Durand",
            state="active",
        ),
    )
    provider.replica.snapshot = provider.commune.snapshot(more=more)


def newcomer(provider: Provider) -> str:
    """An account whose password is provisional."""
    hashed = provider.passwords.hash(PROVISIONAL)
    pending = ProvisionalPassword(hashed, provider.clock.now().replace(year=2030))
    provider.work.write(lambda repos: repos.accounts.save(an_account(password_hash=None, provisional=pending)))
    return "cdurand-4821"


@promise("sign-in:nothing-before-the-last-step")
@pytest.mark.parametrize("step", [entry.step for entry in STEPS])
def test_no_page_is_reached_while_a_step_remains(provider: Provider, browser: AuthBrowser, step: Step) -> None:
    """Every address of the application, so that a new one is tried too."""
    two_organisations(provider)
    browser.sign_in()
    remain(provider, step)
    page = browser.get(page_of(step))
    assert page.status_code == 200
    tried = [one for one in addresses(browser) if one[0] not in OPEN and one[2] != page_of(step)]
    assert len(tried) > 15
    for endpoint, method, path in tried:
        answer = browser.get(path) if method == "GET" else browser.submit(page, path)
        there = urlsplit(answer.headers.get("Location", ""))
        assert (answer.status_code, there.path) == (303, page_of(step)), (endpoint, method)


@promise("sign-in:nothing-before-the-last-step")
def test_nobody_who_is_not_signed_in_sees_more_than_what_is_open(provider: Provider, browser: AuthBrowser) -> None:
    login = browser.get("/login")
    for endpoint, method, path in addresses(browser):
        if endpoint in OPEN:
            continue
        answer = browser.get(path) if method == "GET" else browser.submit(login, path)
        assert (answer.status_code, urlsplit(answer.headers.get("Location", "")).path) == (303, "/login"), endpoint


@promise("sign-in:nothing-before-the-last-step")
@pytest.mark.parametrize("step", [entry.step for entry in STEPS])
def test_no_code_and_no_token_is_given_while_a_step_remains(
    provider: Provider, browser: AuthBrowser, step: Step
) -> None:
    provider.add(a_client("introspecting", 8499))
    browser.sign_in()
    given = browser.exchange(browser.code()).json
    code = browser.code()
    remain(provider, step)
    error = "account_selection_required" if step is Step.CHOOSE_ORGANISATION else "interaction_required"
    assert sent_back(browser.authorize(prompt="none"))["error"] == error
    assert urlsplit(browser.authorize().headers["Location"]).path == page_of(step)
    assert browser.exchange(code).json["error"] == "invalid_grant"
    assert browser.token(grant_type="refresh_token", refresh_token=given["refresh_token"]).json["error"] == (
        "invalid_grant"
    )
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    assert browser.client.get("/userinfo", headers=bearer, base_url="http://localhost:8400").status_code == 401


@promise("sign-in:nothing-before-the-last-step")
def test_the_use_case_itself_gives_no_code_while_a_step_remains(provider: Provider) -> None:
    two_organisations(provider)
    session = provider.sign_in().session
    assert session.pending == (Step.CHOOSE_ORGANISATION,)
    request = CodeRequest(
        client=a_client(), redirect_uri="http://localhost:8402/retour", scope="openid", audience="http://localhost:8402"
    )
    with pytest.raises(SignInUnfinishedError):
        provider.protocol.issue_code(session, request)


@promise("sign-in:steps-lead-on")
def test_the_request_of_the_extranet_survives_every_step(provider: Provider, browser: AuthBrowser) -> None:
    two_organisations(provider)
    username = newcomer(provider)
    login = browser.follow(browser.authorize())
    page = browser.follow(browser.submit(login, "/login", username=username, password=PROVISIONAL))
    assert 'id="choose-password-submit"' in page.text
    page = browser.follow(browser.submit(page, "/choose-password", password=CHOSEN, confirmation=CHOSEN))
    assert 'id="organisation-submit"' in page.text
    back = browser.follow(browser.submit(page, "/organisation", organisation="org-commune"))
    assert "code" in sent_back(back)


@promise("sign-in:steps-lead-on")
@pytest.mark.parametrize("path", ["/sessions", "/administration/clients?q=creche", "/device?user_code=WDJB-MJHT"])
def test_the_page_that_was_asked_for_survives_every_step(provider: Provider, browser: AuthBrowser, path: str) -> None:
    two_organisations(provider)
    username = newcomer(provider)
    login = browser.follow(browser.get(path))
    page = browser.follow(browser.submit(login, "/login", username=username, password=PROVISIONAL))
    page = browser.follow(browser.submit(page, "/choose-password", password=CHOSEN, confirmation=CHOSEN))
    there = browser.submit(page, "/organisation", organisation="org-commune")
    assert there.headers["Location"] == path


@promise("sign-in:steps-lead-on")
def test_an_old_tab_a_reload_and_a_second_click_at_a_done_step_lead_on(
    provider: Provider, browser: AuthBrowser
) -> None:
    two_organisations(provider)
    username = newcomer(provider)
    first = browser.submit(browser.get("/login"), "/login", username=username, password=PROVISIONAL)
    old = browser.follow(first)
    at_old = first.headers["Location"]
    done = {"password": CHOSEN, "confirmation": CHOSEN}
    second = browser.submit(old, "/choose-password", **done)
    for answer in (
        browser.submit(old, "/choose-password", **done),  # Enter twice, or the second of two tabs
        browser.submit(old, "/choose-password", password="autre chose", confirmation="encore autre"),
        browser.get(at_old),  # reload, back button
        browser.get("/login"),
    ):
        assert urlsplit(answer.headers["Location"]).path == "/organisation"
    page = browser.follow(second)
    answer = browser.submit(page, "/organisation", organisation="org-commune")
    assert answer.headers["Location"] == "/"
    rows = provider.work.repos.sessions.rows
    before = [one for one in rows.values() if one.ended_at is None]
    for again in (
        browser.submit(page, "/organisation", organisation="org-second"),
        browser.get(second.headers["Location"]),
        browser.get(at_old),
    ):
        assert again.headers["Location"] == "/"
    assert [one for one in rows.values() if one.ended_at is None] == before, "an old tab changes nothing"


@promise("sign-in:steps-lead-on")
@pytest.mark.parametrize("entry", STEPS, ids=lambda entry: str(entry.step.value))
def test_the_form_of_a_step_that_was_open_for_too_long_leads_on(
    provider: Provider, browser: AuthBrowser, entry: Any
) -> None:
    two_organisations(provider)
    browser.sign_in()
    remain(provider, entry.step)
    answer = browser.post(entry.page, etape=entry.step.value, csrf_token="old")
    there = urlsplit(answer.headers["Location"])
    assert (answer.status_code, there.path, parse_qs(there.query)["etape"]) == (303, entry.page, [entry.step.value])
    remain(provider)
    organisation = next(iter(provider.work.repos.sessions.rows.values()))
    provider.work.repos.sessions.rows[organisation.session_id] = replace(organisation, organisation_id="org-commune")
    assert browser.post(entry.page, etape=entry.step.value, csrf_token="old").headers["Location"] == "/"


def test_who_belongs_nowhere_chooses_nothing_and_is_told(provider: Provider, browser: AuthBrowser) -> None:
    provider.change_rights("creche_director", state="closed")
    browser.sign_in()
    assert 'id="portal-nowhere"' in browser.get("/").text
    assert browser.authorize().status_code == 403
    assert sent_back(browser.authorize(prompt="none"))["error"] == "access_denied"


def test_the_password_again_asks_for_nothing_that_was_done(provider: Provider, browser: AuthBrowser) -> None:
    two_organisations(provider)
    page = browser.follow(browser.sign_in())
    browser.submit(page, "/organisation", organisation="org-commune")
    again = browser.submit(browser.get("/login", encore="1"), "/login", username="cdurand-4821", password=PASSWORD)
    assert again.headers["Location"] == "/"

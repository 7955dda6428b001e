"""The portal and the help page say who can help, and why nothing is open to somebody whose password is right."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.auth.builders import AuthBrowser, Provider, an_account
from tests.promises import promise

ADMINISTRATOR = an_account("account-partner-administrator", "admin-0001", given_name="Alice", family_name="Martin")


def portal(provider: Provider) -> str:
    browser = provider.browser()
    return html.unescape(browser.follow(browser.sign_in()).text)


@promise("people:who-helps-is-named")
@pytest.mark.parametrize("path", ["/", "/aide"])
def test_the_administrators_of_the_person_and_the_caf_are_named(
    provider: Provider, browser: AuthBrowser, path: str
) -> None:
    provider.add(ADMINISTRATOR)
    assert "Alice Martin" not in browser.get("/aide").text, "nobody is named to strangers"
    browser.sign_in()
    helped = html.unescape(browser.get(path).text).split('id="who-helps"')[1].split("</ul>")[0]
    assert "Alice Martin" in helped
    assert "Caf des Hauts-de-Seine (921)" in helped


@promise("people:who-helps-is-named")
def test_nobody_is_sent_to_somebody_who_cannot_sign_in(provider: Provider) -> None:
    provider.add(replace(ADMINISTRATOR, locked_at=provider.clock.now()))
    assert "Alice Martin" not in portal(provider)


ENDS: dict[str, tuple[str, dict[str, Any], str]] = {
    "convention ended": ("convention", {"state": "ended"}, "portal-convention-ended"),
    "convention terminated": ("convention", {"state": "terminated_for_breach"}, "portal-convention-ended"),
    "departed": ("creche_director_grant creche_director_childcare", {"ends_on": "yesterday"}, "portal-departed"),
    "closed": ("creche_director", {"state": "closed"}, "portal-nowhere"),
}


@promise("people:told-after-the-right-password")
@pytest.mark.parametrize("name", ENDS)
def test_somebody_to_whom_nothing_is_open_any_more_reads_why_and_who_can_help(provider: Provider, name: str) -> None:
    facts, changes, notice = ENDS[name]
    provider.add(ADMINISTRATOR)
    yesterday = provider.clock.now().date() - timedelta(days=1)
    for one in facts.split():
        provider.change_rights(
            one, **{key: yesterday if text == "yesterday" else text for key, text in changes.items()}
        )
    page = portal(provider)
    assert f'id="{notice}"' in page
    assert "Alice Martin" in page
    assert 'id="open-extranets"' not in page


@promise("people:wrong-passwords-tell-nothing")
@pytest.mark.parametrize("name", ENDS)
def test_a_wrong_password_tells_nothing_of_an_end(provider: Provider, name: str) -> None:
    before = provider.browser().sign_in(password="wrong")
    facts, changes, _notice = ENDS[name]
    yesterday = provider.clock.now().date() - timedelta(days=1)
    for one in facts.split():
        provider.change_rights(
            one, **{key: yesterday if text == "yesterday" else text for key, text in changes.items()}
        )
    provider.clock.advance(timedelta(hours=1))
    after = provider.browser().sign_in(password="wrong")
    assert after.status_code == before.status_code == 401
    assert len(after.text) == len(before.text)

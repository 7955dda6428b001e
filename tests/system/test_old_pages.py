"""Pages left open, bookmarks, two clicks: each person goes on, in every service and demo extranet."""

from __future__ import annotations

import pytest

from onebox.cast import CAF_AUDITOR, RIVEBELLE
from tests.promises import promise
from tests.system.browser import accessibility_violations, scrolls_sideways, take_picture
from tests.system.conftest import Visitors

INES, NADIA, _SOPHIE = RIVEBELLE.users
ADMINISTRATOR = RIVEBELLE.administrators[0]
WHO = {"auth": INES, "cdap": INES, "habpps": ADMINISTRATOR, "audit": CAF_AUDITOR, "mon-enfant": NADIA}


@pytest.mark.parametrize("name", list(WHO))
@promise("people:sign-out-signs-out")
def test_an_old_tab_signs_out_after_signing_out_and_in_again_elsewhere(visitors: Visitors, name: str) -> None:
    visitor = visitors()
    person = WHO[name]
    visitor.open(name)
    visitor.sign_in(person.username, person.password)
    old_tab = visitor.page
    visitor.page = visitor.context.new_page()
    visitor.open(name)
    visitor.click("logout")
    visitor.open(name)
    visitor.sign_in(person.username, person.password)
    visitor.page = old_tab
    visitor.click("logout")
    assert visitor.page.locator("#logged-out").count() == 1
    assert visitor.must_sign_in(name)


@pytest.mark.parametrize("name", [name for name in WHO if name != "auth"])
@promise("people:old-pages-lead-on")
def test_bookmarks_of_a_sign_in_lead_to_the_service(visitors: Visitors, name: str) -> None:
    visitor = visitors()
    visitor.open(name)
    sign_in_page = visitor.page.url
    visitor.sign_in(WHO[name].username, WHO[name].password)
    home = visitor.page.url
    service = visitor.layout.url(name)
    for bookmark in (sign_in_page, f"{service}/connexion", f"{service}/retour?state=old"):
        visitor.page.goto(bookmark)
        assert visitor.page.url == home
    visitor.context.clear_cookies(name=f"{name}-session")
    visitor.page.goto(f"{service}/retour?state=old&code=old")
    assert visitor.page.url == home


@promise("people:two-clicks-are-one")
def test_two_clicks_on_sign_in_are_one(visitors: Visitors) -> None:
    visitor = visitors()
    visitor.open("auth")
    visitor.sign_in(INES.username, INES.password)
    visitor.open("auth", "/sessions/fermer-les-autres")  # those of the other stories
    if visitor.page.locator("#end-others-confirm").count():
        visitor.click("end-others-confirm")
    visitor.open("auth", "/logout")
    visitor.click("logout-confirm")
    visitor.open("auth")
    visitor.page.fill("input[name=username]", INES.username)
    visitor.page.fill("input[name=password]", INES.password)
    visitor.page.dblclick("#login-submit")
    visitor.page.wait_for_selector("#logout")
    visitor.open("auth", "/sessions/fermer-les-autres")  # says so at once when there is no other session
    assert "nulle part ailleurs" in visitor.text()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_a_person_who_is_not_in_yet_are_accessible(visitors: Visitors, width: int, scheme: str) -> None:
    visitor = visitors(width=width)
    visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in ("/login", "/identifiant-perdu", "/forgotten-password", "/aide", "/accessibilite", "/mentions-legales"):
        visitor.open("auth", path)
        assert accessibility_violations(visitor.page) == []
        assert not scrolls_sideways(visitor.page)
        take_picture(visitor.page, f"people{path.replace('/', '-')}-{width}-{scheme}")
    visitor.open("auth", "/login")
    visitor.fill(password="shown")
    visitor.click("show-password")
    assert visitor.page.get_attribute("#password", "type") == "text"
    visitor.click("show-password")
    assert visitor.page.get_attribute("#password", "type") == "password"

"""Every page of the four services and of the demo extranets: accessible, readable on a phone, with a picture.

`make screenshots` runs this file with SCREENSHOTS set and keeps each page at 1280 and 360 pixels.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from onebox.cast import CAF_ADMINISTRATOR, CAF_AUDITOR, RIVEBELLE, Person
from onebox.preparation import example_dossier
from tests.promises import promise
from tests.system.browser import Visitor, accessibility_violations, scrolls_sideways, take_picture
from tests.system.conftest import Visitors

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(300)]

WIDTHS = (1280, 360)
NARROWEST = 320

SOCIAL_WORKER, DIRECTOR = RIVEBELLE.users[0], RIVEBELLE.users[1]
ADMINISTRATOR = RIVEBELLE.administrators[0]


class Album:
    """Looks at each page: axe-core, width, picture. Problems are collected, so that one run shows them all."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def look(self, visitor: Visitor, name: str) -> None:
        """Checks the page that is shown at each width."""
        for width in (*WIDTHS, NARROWEST):
            visitor.page.set_viewport_size({"width": width, "height": 900})
            if scrolls_sideways(visitor.page):
                self.problems.append(f"{name}: scrolls sideways at {width} px")
            if width in WIDTHS:
                take_picture(visitor.page, f"{name}-{width}")
        visitor.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        self.problems += [f"{name}: {violation}" for violation in accessibility_violations(visitor.page)]


def ask_for(visitor: Visitor, matricule: str, name: str) -> None:
    """Fills the search form of CDAP and sends it."""
    visitor.open("cdap")
    visitor.fill(matricule=matricule, name=name)
    visitor.page.check("input[name=person_informed]")
    visitor.click("consult-dossier")


def public_pages(visitor: Visitor, album: Album) -> None:
    visitor.open("auth", "/login")
    album.look(visitor, "auth-login")
    visitor.sign_in("nobody", "wrong password")
    album.look(visitor, "auth-login-refused")
    for path in ("/aide", "/accessibilite", "/mentions-legales", "/no-such-page"):
        visitor.open("auth", path)
        album.look(visitor, f"auth{path.replace('/', '-')}")
    visitor.page.goto(f"{visitor.layout.url('auth')}/authorize?client_id=nobody")
    album.look(visitor, "auth-authorize-refused")
    visitor.open("inbox")
    album.look(visitor, "inbox")


def director_pages(visitor: Visitor, album: Album) -> None:
    signed_in(visitor, "auth", DIRECTOR)
    album.look(visitor, "auth-portal")
    dossier = example_dossier(visitor.layout)
    visitor.open("cdap")
    album.look(visitor, "cdap-search")
    visitor.click("consult-dossier")
    album.look(visitor, "cdap-search-incomplete")
    ask_for(visitor, dossier.matricule, dossier.name)
    assert visitor.page.locator("#dossier").count() == 1
    album.look(visitor, "cdap-dossier-t2")
    ask_for(visitor, "9999999", "INCONNU")
    album.look(visitor, "cdap-unknown")
    visitor.open("mon-enfant")
    album.look(visitor, "mon-enfant")
    visitor.open("omega")
    album.look(visitor, "omega-closed")
    visitor.open("cdap")
    visitor.click("logout")
    visitor.page.wait_for_selector("#logged-out")
    album.look(visitor, "logged-out")


def social_worker_pages(visitor: Visitor, album: Album) -> None:
    signed_in(visitor, "cdap", SOCIAL_WORKER)
    dossier = example_dossier(visitor.layout)
    ask_for(visitor, dossier.matricule, dossier.name)
    assert visitor.page.locator("#dossier").count() == 1
    album.look(visitor, "cdap-dossier-t1")


def partner_administrator_pages(visitor: Visitor, album: Album) -> None:
    signed_in(visitor, "habpps", ADMINISTRATOR)
    album.look(visitor, "habpps-home")
    for path in ("/groupes", "/groupes/nouveau", "/utilisateurs", "/utilisateurs/nouveau", "/journal"):
        visitor.open("habpps", path)
        album.look(visitor, f"habpps{path.replace('/', '-')}")
    visitor.open("habpps", "/utilisateurs")
    visitor.page.click("#users tbody a >> nth=0")
    album.look(visitor, "habpps-user")
    visitor.open("habpps", "/groupes")
    visitor.page.click("main a[href^='/groupes/']:not([href$=nouveau]) >> nth=0")
    album.look(visitor, "habpps-group")


def caf_administrator_pages(visitor: Visitor, album: Album) -> None:
    signed_in(visitor, "habpps", CAF_ADMINISTRATOR)
    for path in ("/organismes", "/organismes/nouveau"):
        visitor.open("habpps", path)
        album.look(visitor, f"habpps{path.replace('/', '-')}")
    visitor.click("create-organisation")
    album.look(visitor, "habpps-organismes-nouveau-refused")
    visitor.open("habpps", "/organismes")
    visitor.page.click(f"text={RIVEBELLE.name}")
    organisation = visitor.page.url
    album.look(visitor, "habpps-organisme")
    for path in ("/contrats/nouveau", "/administrateurs/nouveau", "/journal"):
        visitor.page.goto(organisation + path)
        album.look(visitor, f"habpps-organisme{path.replace('/', '-')}")
    visitor.page.goto(organisation)
    visitor.page.click("#contract-cdap a:has-text('Suspendre')")
    album.look(visitor, "habpps-suspendre")


def auditor_pages(visitor: Visitor, album: Album) -> None:
    signed_in(visitor, "audit", CAF_AUDITOR)
    album.look(visitor, "audit-home")
    visitor.open("audit", "/recherche")
    album.look(visitor, "audit-search")
    visitor.click("search-submit")
    album.look(visitor, "audit-search-refused")
    visitor.fill(case_number="CTRL-2026-001")
    visitor.click("search-submit")
    album.look(visitor, "audit-results")
    visitor.page.click("table tbody a >> nth=0")
    album.look(visitor, "audit-event")


def signed_in(visitor: Visitor, name: str, person: Person) -> None:
    """Goes to a service and signs in on the way."""
    visitor.open(name)
    visitor.sign_in(person.username, person.password)


@pytest.mark.parametrize(
    "tour",
    [
        public_pages,
        director_pages,
        social_worker_pages,
        partner_administrator_pages,
        caf_administrator_pages,
        auditor_pages,
    ],
    ids=lambda tour: str(tour.__name__),
)
@promise("pages:accessible")
def test_every_page_is_accessible_and_fits_a_phone(visitors: Visitors, tour: Callable[[Visitor, Album], None]) -> None:
    album = Album()
    tour(visitors(), album)
    assert album.problems == []

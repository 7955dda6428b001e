"""Every page of the four services and of the demo extranets: accessible, readable on a phone, with a picture.

`make screenshots` runs this file with SCREENSHOTS set and keeps each page at 1280 and 360 pixels.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from auth.clients.domain.clients import DEVICE_CODE
from onebox.cast import CAF_ADMINISTRATOR, CAF_AUDITOR, RIVEBELLE, CastMember
from onebox.preparation import example_dossier
from tests.promises import promise
from tests.system.auth_alone import spare_port
from tests.system.browser import (
    Application,
    Visitor,
    accessibility_violations,
    breadcrumb,
    declare_application,
    scrolls_sideways,
    take_picture,
    typographic_faults,
)
from tests.system.conftest import Visitors
from tests.system.onebox_process import OneboxProcess

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(300)]

WIDTHS = (1280, 360)
NARROWEST = 320

SOCIAL_WORKER, DIRECTOR = RIVEBELLE.users[0], RIVEBELLE.users[1]
ADMINISTRATOR = RIVEBELLE.administrators[0]
EVERYTHING = "openid profile email agenda"
CLIENTS = "/administration/clients"


class Album:
    """Looks at each page: axe-core, width, picture. Problems are collected, so that one run shows them all."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def look(self, visitor: Visitor, name: str) -> None:
        """Checks the page that is shown at each width."""
        visitor.page.wait_for_load_state()
        for width in (*WIDTHS, NARROWEST):
            visitor.page.set_viewport_size({"width": width, "height": 900})
            if scrolls_sideways(visitor.page):
                self.problems.append(f"{name}: scrolls sideways at {width} px")
            if width in WIDTHS:
                take_picture(visitor.page, f"{name}-{width}")
        visitor.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        found = accessibility_violations(visitor.page) + typographic_faults(visitor.page)
        self.problems += [f"{name}: {fault}" for fault in found]


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
    for path in (
        "/forgotten-password",
        "/ce-n-etait-pas-moi",
        "/aide",
        "/accessibilite",
        "/mentions-legales",
        "/no-such-page",
    ):
        visitor.open("auth", path)
        album.look(visitor, f"auth{path.replace('/', '-')}")
    visitor.page.goto(f"{visitor.layout.url('auth')}/authorize?client_id=nobody")
    album.look(visitor, "auth-authorize-refused")
    visitor.open("inbox")
    album.look(visitor, "inbox")


def director_pages(visitor: Visitor, album: Album) -> None:
    signed_in(visitor, "auth", DIRECTOR)
    album.look(visitor, "auth-portal")
    for path in ("/choose-password", "/ce-n-etait-pas-moi", CLIENTS):
        visitor.open("auth", path)
        album.look(visitor, f"auth{path.replace('/', '-')}-director")
    dossier = example_dossier(visitor.layout)
    visitor.open("cdap")
    album.look(visitor, "cdap-search")
    visitor.click("consult-dossier")
    album.look(visitor, "cdap-search-incomplete")
    ask_for(visitor, dossier.matricule, dossier.name)
    assert visitor.page.locator("#dossier").count() == 1
    album.look(visitor, "cdap-dossier-t2")
    result = visitor.page.url
    for matricule, name, state in (
        ("0346151", "BLANCHARD", "resources-missing"),
        ("0346148", "ROUSSEL", "closed"),
        ("0346150", "CHEVALIER", "suspended"),
        ("0346146", "MOREAU", "not-eligible"),
    ):
        ask_for(visitor, matricule, name)
        assert visitor.page.locator("#result").count() == 1
        album.look(visitor, f"cdap-dossier-{state}")
    visitor.page.goto(result)
    assert visitor.page.locator("#dossier").count() == 1, "a result is there again"
    visitor.open("cdap", "/consultation/of-somebody-else")
    album.look(visitor, "cdap-result-unknown")
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
    assert breadcrumb(visitor.page)[:2] == ["Accueil", "Utilisateurs"]
    visitor.open("habpps", "/groupes")
    visitor.page.click("main a[href^='/groupes/']:not([href$=nouveau]) >> nth=0")
    album.look(visitor, "habpps-group")


def caf_administrator_pages(visitor: Visitor, album: Album) -> None:
    signed_in(visitor, "habpps", CAF_ADMINISTRATOR)
    for path in (
        "/demandes",
        "/deux-personnes",
        "/deux-personnes/habpps.invitation.sent",
        "/extranets",
        "/extranets/cdap",
        "/organismes",
        "/organismes/nouveau",
    ):
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


def signed_in(visitor: Visitor, name: str, person: CastMember) -> None:
    """Goes to a service and signs in on the way."""
    visitor.open(name)
    visitor.sign_in(person.username, person.password)


def client_pages(visitor: Visitor, album: Album) -> None:
    signed_in(visitor, "auth", CAF_ADMINISTRATOR)
    album.look(visitor, "auth-portal-administrator")
    visitor.click("declare-clients")
    album.look(visitor, "auth-clients")
    visitor.fill(q="introuvable")
    visitor.click("search-submit")
    album.look(visitor, "auth-clients-nothing-found")
    visitor.open("auth", f"{CLIENTS}/fiche/nobody")
    album.look(visitor, "auth-client-unknown")
    visitor.open("auth", f"{CLIENTS}/nouveau")
    album.look(visitor, "auth-client-new")
    visitor.click("save-client")
    album.look(visitor, "auth-client-new-refused")
    address = f"https://{'a-long-name-' * 4}.rivebelle.example"
    names = {"client_id": "essai-des-pages", "name": "Essai des pages", "code": "agenda"}
    declare_application(visitor, address, {**names, "backchannel_logout_uri": f"{address}/fin"})
    album.look(visitor, "auth-client-secret")
    visitor.click("secret-kept")
    album.look(visitor, "auth-client")
    visitor.click("change-client")
    album.look(visitor, "auth-client-change")
    acts = {"renouveler-le-secret": "renew-secret", "desactiver": "disable-client", "supprimer": "delete-client"}
    for act, link in acts.items():
        visitor.open("auth", f"{CLIENTS}/fiche/essai-des-pages")
        visitor.click(link)
        album.look(visitor, f"auth-client-{act}")
    visitor.click("confirm-supprimer")
    assert "supprimée" in visitor.text()


@pytest.fixture(scope="module")
def application(browser: Browser, onebox: OneboxProcess) -> Application:
    """An application that asks for everything, with devices and frames to close."""
    administrator = Visitor(browser, onebox.layout)
    signed_in(administrator, "auth", CAF_ADMINISTRATOR)
    address = f"http://localhost:{spare_port(onebox.layout)}"
    names = {"client_id": "tournesol", "name": "Tournesol, gestion des crèches", "code": "agenda"}
    names["frontchannel_logout_uri"] = f"{address}/fermer"
    declared = declare_application(administrator, address, names, grants=[DEVICE_CODE])
    administrator.close()
    return declared


def device_pages(visitors: Visitors, album: Album, application: Application) -> None:
    visitor = visitors()
    visitor.open("auth", "/device")
    visitor.sign_in(DIRECTOR.username, DIRECTOR.password)
    album.look(visitor, "auth-device")
    visitor.fill(user_code="BBBB-BBBB")
    visitor.click("device-submit")
    album.look(visitor, "auth-device-refused")
    for answer, outcome in (("device-allow", "granted"), ("device-deny", "denied")):
        visitor.fill(user_code=application.device_codes(EVERYTHING)["user_code"])
        visitor.click("device-submit")
        if outcome == "granted":
            album.look(visitor, "auth-device-confirm")
        visitor.click(answer)
        visitor.page.wait_for_selector(f"#device-done[data-outcome={outcome}]")
        album.look(visitor, f"auth-device-{outcome}")
        visitor.click("device-again")


def sign_in_with_consent(visitor: Visitor, album: Album, application: Application) -> None:
    """As far as the application: its name above the password, what it learns, the button of a page without scripts."""
    received = application.serve(visitor)
    visitor.page.goto(application.authorization(EVERYTHING, response_mode="form_post", prompt="consent"))
    album.look(visitor, "auth-login-for-an-application")
    visitor.sign_in(DIRECTOR.username, DIRECTOR.password)
    album.look(visitor, "auth-consent")
    visitor.refuse("form-post.js")
    visitor.click("consent-allow")
    album.look(visitor, "auth-form-post")
    visitor.click("form-post-submit")
    visitor.page.wait_for_url(f"{application.address}/retour")
    assert application.exchange(received[0]["code"]).status_code == 200


def session_pages(visitors: Visitors, album: Album, application: Application) -> None:
    visitor, elsewhere = visitors(), visitors()
    sign_in_with_consent(visitor, album, application)
    signed_in(elsewhere, "auth", DIRECTOR)
    visitor.open("auth", "/sessions")
    assert visitor.page.locator("#open-sessions > li").count() >= 2
    album.look(visitor, "auth-sessions")
    visitor.page.click("#open-sessions a >> nth=0")
    album.look(visitor, "auth-sessions-end")
    visitor.open("auth", "/sessions/fermer-les-autres")
    album.look(visitor, "auth-sessions-end-others")
    visitor.click("end-others-confirm")
    album.look(visitor, "auth-sessions-ended")
    visitor.open("auth", f"/sessions/retirer-accord?application={application.client_id}")
    album.look(visitor, "auth-consent-withdraw")
    visitor.page.goto(application.authorization("openid", prompt="login"))
    album.look(visitor, "auth-login-again")
    visitor.open("auth", "/logout")
    album.look(visitor, "auth-logout")
    visitor.click("logout-confirm")
    visitor.page.wait_for_selector("iframe.front-channel", state="attached")
    album.look(visitor, "auth-logged-out-in-the-browser")
    visitor.open("auth", "/logged-out")
    album.look(visitor, "auth-logged-out")


OF_ONE_PERSON = (
    *(public_pages, director_pages, social_worker_pages, partner_administrator_pages),
    *(caf_administrator_pages, client_pages, auditor_pages),
)


@pytest.mark.parametrize("tour", OF_ONE_PERSON, ids=lambda tour: str(tour.__name__))
@promise("pages:accessible", "pages:french-typography")
def test_every_page_is_accessible_and_fits_a_phone(visitors: Visitors, tour: Callable[[Visitor, Album], None]) -> None:
    album = Album()
    tour(visitors(), album)
    assert not album.problems, "\n".join(album.problems)


@pytest.mark.parametrize("tour", [device_pages, session_pages], ids=lambda tour: str(tour.__name__))
@promise("pages:accessible")
def test_every_page_on_the_way_of_an_application_is_accessible_and_fits_a_phone(
    visitors: Visitors, application: Application, tour: Callable[[Visitors, Album, Application], None]
) -> None:
    album = Album()
    tour(visitors, album, application)
    assert not album.problems, "\n".join(album.problems)

"""An Apache with mod_auth_openidc, configured as docs/integrate-an-extranet.md says, and a real browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from onebox.cast import RIVEBELLE
from onebox.layout import Layout
from tests.system.apache.server import apache, said
from tests.system.auth_alone import auth_alone, spare_port
from tests.system.browser import Visitor
from tests.system.integration_page import HERE, ISSUER, block, entry
from tests.system.onebox_process import free_first_port

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

_NADIA = RIVEBELLE.users[1]
_OF_THE_PAGE = "mod_auth_openidc (Apache)"
_LIMIT_S = 10.0
_CLAIMS = ("REMOTE_USER", "OIDC_CLAIM_name", "OIDC_CLAIM_acr", "OIDC_CLAIM_iss", "OIDC_CLAIM_org")
_PAGES = {
    "index.shtml": "<main>"
    + "".join(f'<p id="{name}"><!--#echo encoding="entity" var="{name}" --></p>' for name in _CLAIMS)
    + '<a id="leave" href="/oidc/retour?logout=HERE%2Fdeconnecte.html">Se déconnecter</a></main>',
    "deconnecte.html": "<main>Vous avez quitté cet extranet.</main>",
}


@dataclass(frozen=True)
class Extranet:
    """A protected page, and the auth that its people sign in at."""

    layout: Layout
    folder: Path

    @property
    def address(self) -> str:
        """Of the page."""
        return f"http://localhost:{spare_port(self.layout)}"


@pytest.fixture(scope="module")
def extranet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Extranet]:
    """Apache and auth, running."""
    layout = Layout(tmp_path_factory.mktemp("mod-auth-openidc") / "demo", free_first_port())
    port = spare_port(layout)
    addresses = {ISSUER: layout.url("auth"), HERE: f"http://localhost:{port}"}
    pages = {name: text.replace("HERE", f"http%3A%2F%2Flocalhost%3A{port}") for name, text in _PAGES.items()}
    configuration = "AddType text/html .shtml .html\nAddOutputFilter INCLUDES .shtml\nAddDefaultCharset utf-8\n"
    configuration += block(_OF_THE_PAGE, "apache", addresses)
    with (
        auth_alone(layout, [entry(_OF_THE_PAGE, addresses)]),
        apache(port, configuration, pages, modules="include auth_openidc") as folder,
    ):
        yield Extranet(layout, folder)


@pytest.fixture
def visitor(browser: Browser, extranet: Extranet) -> Iterator[Visitor]:
    """Somebody who has signed in at the extranet."""
    person = Visitor(browser, extranet.layout)
    person.page.goto(f"{extranet.address}/")
    person.sign_in(_NADIA.username, _NADIA.password)
    if person.page.locator("#consent-allow").count() == 1:  # asked once of a person
        person.click("consent-allow")
    assert person.page.url == f"{extranet.address}/", said(extranet.folder)
    yield person
    person.close()


def must_sign_in(visitor: Visitor, address: str) -> bool:
    """Whether the page sends the browser to sign in."""
    visitor.page.goto(address)
    return visitor.page.locator("#login-submit").count() == 1


def test_the_protected_page_knows_who_signed_in(visitor: Visitor, extranet: Extranet) -> None:
    shown = {name: visitor.page.inner_text(f"#{name}") for name in _CLAIMS}
    assert shown["REMOTE_USER"] == _NADIA.account_id
    assert shown["OIDC_CLAIM_name"] == "Nadia Benali"
    assert shown["OIDC_CLAIM_acr"] == "https://refeds.org/profile/sfa"
    assert shown["OIDC_CLAIM_iss"] == extranet.layout.url("auth")
    assert RIVEBELLE.name in shown["OIDC_CLAIM_org"]


def test_signing_out_of_the_extranet_ends_the_session_at_auth(visitor: Visitor, extranet: Extranet) -> None:
    visitor.click("leave")
    visitor.page.wait_for_url(f"{extranet.address}/deconnecte.html")
    assert visitor.text() == "Vous avez quitté cet extranet."
    assert visitor.must_sign_in("auth")
    assert must_sign_in(visitor, f"{extranet.address}/")


def test_the_back_channel_ends_the_session_of_apache(visitor: Visitor, extranet: Extranet) -> None:
    visitor.open("auth", "/logout")
    visitor.click("logout-confirm")
    assert "est fermé aussi" in visitor.text(), said(extranet.folder)
    deadline, pause = time.monotonic() + _LIMIT_S, threading.Event()
    while not must_sign_in(visitor, f"{extranet.address}/"):
        assert time.monotonic() < deadline, said(extranet.folder)
        pause.wait(0.1)

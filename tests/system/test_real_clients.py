"""Real clients of others, each configured by docs/integrate-an-extranet.md, sign people in, renew at once, and leave.

One auth serves them all; its access tokens live a minute, so that what happens elsewhere every four minutes happens
here at every request.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from onebox.cast import RIVEBELLE
from onebox.layout import Layout
from tests.architecture.tree import ROOT
from tests.plain import plain
from tests.system.auth_alone import auth_alone, spare_port
from tests.system.browser import Visitor
from tests.system.integration_page import HERE, ISSUER, SECRET, block, entry
from tests.system.onebox_process import free_first_port
from tests.system.real_clients.extranet_of_proxy import pages, upstream
from tests.system.real_clients.programs import Running, go_program, maven_program, serving
from tests.system.real_clients.spring_sources import sources
from tests.tools import needed

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

_NADIA = RIVEBELLE.users[1]
_LIMIT_S = 15.0
_PATIENCE_MS = 30_000
REGISTERED = ("oauth2-proxy", "Spring Security", "Authlib (Flask)", "oidc-client-ts (browser)", "go-oidc")
_PORTS = {client: number for number, client in enumerate(REGISTERED)}
_UPSTREAM = len(REGISTERED)
_LIVES = {"AUTH_ACCESS_TOKEN_SECONDS": "60"}


@dataclass(frozen=True)
class Stage:
    """auth, and the folder in which the clients run."""

    layout: Layout
    folder: Path

    def port(self, client: str) -> int:
        """Of the client."""
        return spare_port(self.layout, _PORTS[client])

    def addresses(self, client: str) -> dict[str, str]:
        """What stands in the place of the addresses of the page."""
        return {ISSUER: self.layout.url("auth"), HERE: f"http://localhost:{self.port(client)}"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One auth for every client."""
    folder = tmp_path_factory.mktemp("real-clients")
    staged = Stage(Layout(folder / "demo", free_first_port()), folder)
    registered = [entry(client, staged.addresses(client)) for client in REGISTERED]
    with auth_alone(staged.layout, registered, _LIVES):
        yield staged


@pytest.fixture
def visitor(browser: Browser, stage: Stage) -> Iterator[Visitor]:
    """A person with a browser of her own."""
    person = Visitor(browser, stage.layout)
    yield person
    person.close()


def sign_in(visitor: Visitor, address: str, back_at: re.Pattern[str] | None = None) -> Page:
    """From a page of the extranet through ours, back to it."""
    visitor.page.goto(address)
    visitor.sign_in(_NADIA.username, _NADIA.password)
    if visitor.page.locator("#consent-allow").count() == 1:  # asked once of a person
        visitor.click("consent-allow")
    visitor.page.wait_for_url(back_at or address)
    return visitor.page


def at_once(visitor: Visitor, address: str, count: int) -> list[int]:
    """So many requests of this browser at the same moment; the status of each answer."""
    cookies = {cookie["name"]: cookie["value"] for cookie in visitor.context.cookies(address)}
    ready = threading.Barrier(count)

    def ask(_number: int) -> int:
        with httpx.Client(cookies=cookies, timeout=30, follow_redirects=False) as browser:
            ready.wait(20)
            return browser.get(address).status_code

    with ThreadPoolExecutor(count) as callers:
        return list(callers.map(ask, range(count)))


def eventually(holds: Callable[[], bool], said: Callable[[], str]) -> None:
    """Asks again until it holds."""
    deadline, pause = time.monotonic() + _LIMIT_S, threading.Event()
    while not holds():
        assert time.monotonic() < deadline, said()
        pause.wait(0.1)


def must_sign_in(visitor: Visitor, address: str) -> bool:
    """Whether the extranet sends the browser to sign in."""
    visitor.page.goto(address)
    return visitor.page.locator("#login-submit").count() == 1


def leave_the_portal(visitor: Visitor) -> None:
    """DÉCONNEXION at Mon compte partenaire."""
    visitor.open("auth", "/logout")
    visitor.click("logout-confirm")


# oauth2-proxy


@pytest.fixture(scope="module")
def proxy(stage: Stage) -> Iterator[Running]:
    """oauth2-proxy in front of an upstream; it renews after a second in the place of four minutes."""
    needed("Go")
    program = go_program("oauth2_proxy", "github.com/oauth2-proxy/oauth2-proxy/v7")
    folder = stage.folder / "oauth2-proxy"
    folder.mkdir()
    (folder / "client-secret").write_text(SECRET)
    (folder / "cookie-secret").write_text("0123456789abcdef0123456789abcdef")
    behind = spare_port(stage.layout, _UPSTREAM)
    text = block("oauth2-proxy", "toml", stage.addresses("oauth2-proxy"))
    for shown, real in {
        "/etc/oauth2-proxy/": f"{folder}/",
        "127.0.0.1:8080": f"127.0.0.1:{behind}",
        "127.0.0.1:4180": f"127.0.0.1:{stage.port('oauth2-proxy')}",
        "cookie_secure = true": "cookie_secure = false",
        'cookie_refresh = "4m"': 'cookie_refresh = "1s"',
    }.items():
        assert shown in text
        text = text.replace(shown, real)
    (folder / "oauth2-proxy.cfg").write_text(text)
    with upstream(behind), serving([program, "--config", "oauth2-proxy.cfg"], stage.port("oauth2-proxy"), folder) as it:
        yield it


def test_oauth2_proxy_renews_in_eight_requests_at_once_and_ends_with_the_session(
    proxy: Running, visitor: Visitor
) -> None:
    page = sign_in(visitor, f"{proxy.address}/")
    assert _NADIA.account_id in page.content()
    pause = threading.Event()
    for _round in range(3):
        pause.wait(1.1)  # what oauth2-proxy waits before it renews
        assert at_once(visitor, f"{proxy.address}/", 8) == [200] * 8, proxy.said()
    leave_the_portal(visitor)
    pause.wait(1.1)
    eventually(lambda: must_sign_in(visitor, f"{proxy.address}/"), proxy.said)


# Spring Security


@pytest.fixture(scope="module")
def spring(stage: Stage) -> Iterator[Running]:
    """The client and the resource server of the page in one application."""
    needed("Maven")
    jar = maven_program("spring", sources(stage.addresses("Spring Security")))
    folder = stage.folder / "spring"
    folder.mkdir()
    settings = {"CLIENT_SECRET": SECRET, "SERVER_PORT": str(stage.port("Spring Security"))}
    with serving(["java", "-Xmx256m", "-jar", jar], stage.port("Spring Security"), folder, settings) as it:
        yield it


def _home(spring: Running) -> re.Pattern[str]:
    """Spring comes back with a parameter of its own."""
    return re.compile(re.escape(spring.address) + r"/(\?continue)?$")


def test_spring_renews_in_six_requests_at_once_and_its_session_ends_by_the_back_channel(
    spring: Running, visitor: Visitor
) -> None:
    page = sign_in(visitor, f"{spring.address}/", _home(spring))
    assert "Nadia Benali" in page.content()
    for _round in range(3):
        assert at_once(visitor, f"{spring.address}/", 6) == [200] * 6, spring.said()
    leave_the_portal(visitor)
    assert "fermé" in visitor.text()
    eventually(lambda: must_sign_in(visitor, f"{spring.address}/"), spring.said)


def test_spring_signs_out_here_and_at_the_portal(spring: Running, visitor: Visitor) -> None:
    sign_in(visitor, f"{spring.address}/", _home(spring))
    visitor.page.goto(f"{spring.address}/quitter")
    visitor.page.click("#leave")
    visitor.page.wait_for_url(f"{spring.address}/deconnecte")
    assert visitor.must_sign_in("auth")


def test_spring_as_a_resource_server_takes_our_access_tokens_and_no_others(spring: Running, visitor: Visitor) -> None:
    page = sign_in(visitor, f"{spring.address}/", _home(spring))
    found = page.evaluate("fetch('/').then(answer => answer.json())")
    asked = f"{spring.address}/api/droits"
    answer = httpx.get(asked, headers={"Authorization": f"Bearer {found['token']}"}, timeout=30)
    assert answer.status_code == 200, spring.said()
    assert answer.json()["sub"] == _NADIA.account_id
    assert answer.json()["rights"][0]["extranet"] == "mon-enfant"
    assert httpx.get(asked, timeout=30).status_code == 401
    for wrong in (found["token"][:-4] + "AAAA", "x.y.z"):
        refused = httpx.get(asked, headers={"Authorization": f"Bearer {wrong}"}, timeout=30)
        assert refused.status_code == 401


# go-oidc


@pytest.fixture(scope="module")
def go_extranet(stage: Stage) -> Iterator[Running]:
    """The program of the page."""
    needed("Go")
    program = go_program("go_oidc", ".", {"main.go": block("go-oidc", "go", stage.addresses("go-oidc"))})
    folder = stage.folder / "go-oidc"
    folder.mkdir()
    settings = {"CLIENT_SECRET": SECRET, "PORT": str(stage.port("go-oidc"))}
    with serving([program], stage.port("go-oidc"), folder, settings) as it:
        yield it


@pytest.fixture(scope="module")
def flask_extranet(stage: Stage) -> Iterator[Running]:
    """The program of the page, served by Flask itself."""
    folder = stage.folder / "flask"
    folder.mkdir()
    source = block("Authlib (Flask)", "python", stage.addresses("Authlib (Flask)"))
    port = stage.port("Authlib (Flask)")
    (folder / "extranet.py").write_text(f"{source}\n\napp.run('127.0.0.1', {port}, threaded=True)\n")
    settings = {"CLIENT_SECRET": SECRET, "SESSION_KEY": "of-the-tests-only", "AUTHLIB_INSECURE_TRANSPORT": "1"}
    with serving([sys.executable, "extranet.py"], port, folder, settings) as it:
        yield it


@pytest.fixture(params=["go_extranet", "flask_extranet"])
def written_by_hand(request: pytest.FixtureRequest) -> Running:
    """Each program that the page shows whole."""
    running: Running = request.getfixturevalue(request.param)
    return running


def test_a_program_of_the_page_knows_the_person_and_her_rights_and_renews_at_once(
    written_by_hand: Running, visitor: Visitor
) -> None:
    page = sign_in(visitor, f"{written_by_hand.address}/")
    found = page.evaluate("fetch('/').then(answer => answer.json())")
    assert found["name"] == "Nadia Benali"
    assert found["org"]["name"] == RIVEBELLE.name
    assert found["rights"][0]["extranet"] == "mon-enfant"
    assert at_once(visitor, f"{written_by_hand.address}/", 6) == [200] * 6, written_by_hand.said()


def test_a_program_of_the_page_hears_of_the_end_of_the_session(written_by_hand: Running, visitor: Visitor) -> None:
    sign_in(visitor, f"{written_by_hand.address}/")
    leave_the_portal(visitor)
    eventually(lambda: must_sign_in(visitor, f"{written_by_hand.address}/"), written_by_hand.said)


def test_a_callback_that_comes_twice_and_a_refusal_are_said_with_a_way_back(
    written_by_hand: Running, visitor: Visitor
) -> None:
    for query, status in (
        ("code=x&state=y", 400),
        ("error=access_denied&error_description=NO_HABILITATION&state=y", 403),
        ("error=temporarily_unavailable&state=y", 400),
        ("", 400),
    ):
        address = f"{written_by_hand.address}/retour?{query}&iss={visitor.layout.url('auth')}"
        answer = httpx.get(address, timeout=30)
        assert answer.status_code == status, (query, answer.text, written_by_hand.said())
        assert '<a href="/">Recommencer</a>' in answer.text


# oidc-client-ts


@pytest.fixture(scope="module")
def browser_application(stage: Stage) -> Iterator[str]:
    """The module of the page with three pages around it, served from another origin than auth."""
    needed("Node")
    subprocess.run(["scripts/node_packages.sh", "tests/system/real_clients/oidc_client_ts"], cwd=ROOT, check=True)
    library = ROOT / "build/oidc_client_ts/node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js"
    folder = stage.folder / "browser"
    folder.mkdir()
    shutil.copy(library, folder / "oidc.js")
    module = block("oidc-client-ts (browser)", "js", stage.addresses("oidc-client-ts (browser)"))
    module = module.replace(
        "import { UserManager, WebStorageStateStore } from 'oidc-client-ts'",
        "const { UserManager, WebStorageStateStore } = window.oidc",
    )
    (folder / "people.js").write_text(module)
    show = (
        "import { people, signedIn } from './people.js'\n"
        "window.people = people\n"
        "signedIn().then(p => { document.title = p ? p.profile.name : 'personne' },"
        " e => { document.title = 'refus: ' + (e.error ?? e.message) })\n"
    )
    (folder / "show.js").write_text(show)
    page = '<!doctype html><html lang="fr"><title>…</title><script src="/oidc.js"></script>'
    page += '<script type="module" src="/show.js"></script><main>Extranet</main></html>'
    for name in ("index.html", "retour.html"):
        (folder / name).write_text(page)
    (folder / "deconnecte.html").write_text(
        '<!doctype html><html lang="fr"><title>parti</title><main>Parti</main></html>'
    )
    port = stage.port("oidc-client-ts (browser)")
    with pages(port, folder):
        yield f"http://localhost:{port}"


def _nadia_at(browser_application: str, visitor: Visitor) -> Page:
    """She has signed in at the application, and agreed where she is asked: once, whichever test comes first."""
    page = visitor.page
    page.goto(f"{browser_application}/")
    expect(page).to_have_title("personne", timeout=_PATIENCE_MS)
    page.evaluate("void window.people.signinRedirect()")
    page.wait_for_selector("#login-submit")
    visitor.sign_in(_NADIA.username, _NADIA.password)
    if page.locator("#consent-allow").count() == 1:
        visitor.click("consent-allow")
    expect(page).to_have_title("Nadia Benali", timeout=_PATIENCE_MS)
    return page


def test_a_browser_application_signs_in_renews_and_leaves_from_its_own_origin(
    browser_application: str, visitor: Visitor
) -> None:
    page = _nadia_at(browser_application, visitor)
    first = page.evaluate("window.people.getUser().then(p => p.access_token)")
    tokens = page.evaluate(
        "Promise.all([1, 2, 3].map(() => window.people.signinSilent())).then(all => all.map(p => p.access_token))"
    )
    assert all(token and token != first for token in tokens)
    hidden = page.evaluate(
        "window.people.getUser().then(async p => { p.refresh_token = undefined; await window.people.storeUser(p);"
        " return (await window.people.signinSilent()).profile.name })"
    )
    assert hidden == "Nadia Benali"
    page.evaluate("void window.people.signoutRedirect()")
    page.wait_for_url(f"{browser_application}/deconnecte.html")
    assert visitor.must_sign_in("auth")


def test_a_browser_application_learns_at_its_next_renewal_that_the_session_has_ended(
    browser_application: str, visitor: Visitor
) -> None:
    page = _nadia_at(browser_application, visitor)
    other = visitor.context.new_page()
    other.goto(f"{visitor.layout.url('auth')}/logout")
    other.click("#logout-confirm")
    other.wait_for_load_state("domcontentloaded")
    assert "Mon extranet (navigateur)" in plain(other.inner_text("main"))  # it has no back channel: named, not counted
    refused = page.evaluate("window.people.signinSilent().then(() => 'renewed', e => e.error)")
    assert refused == "invalid_grant"

"""A real Chromium, the people who use it, and software of others that they use it for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from onebox.layout import Layout
from tests.bench.sign_in import CHALLENGE, VERIFIER
from tests.tools import needed

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium: the system's, or Playwright's own. Without either the test is left out, except in CI.

    Tests of different folders mix: one may want a browser while that of another is open, so Playwright starts once.
    """
    with _playwright() as playwright:
        browser = _launch(playwright)
        try:
            yield browser
        finally:
            browser.close()


_started: list[Playwright] = []


@contextmanager
def _playwright() -> Iterator[Playwright]:
    """The one that runs, or a new one, which then ends with its first user: fixtures and tests are nested."""
    if _started:
        yield _started[0]
        return
    needed("libatomic")
    with sync_playwright() as playwright:
        _started.append(playwright)
        try:
            yield playwright
        finally:
            _started.clear()


def _launch(playwright: Playwright) -> Browser:
    system = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    try:
        return playwright.chromium.launch(executable_path=system, args=list(_ARGUMENTS))
    except PlaywrightError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"left out: browser tests, no Chromium here ({str(error).splitlines()[0]})")


class Visitor:
    """One person at one browser: own cookies, French."""

    def __init__(self, browser: Browser, layout: Layout, *, width: int = 1280) -> None:
        """Opens a fresh profile of the browser."""
        self.layout = layout
        self.context: BrowserContext = browser.new_context(locale="fr-FR", viewport={"width": width, "height": 900})
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()

    def close(self) -> None:
        """Closes the profile."""
        self.context.close()

    def open(self, name: str, path: str = "/") -> Page:
        """Goes to a page of a service or extranet."""
        self.page.goto(self.layout.url(name) + path)
        return self.page

    def sign_in(self, username: str, password: str) -> Page:
        """Fills the sign-in page that is shown."""
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password)
        self.click("login-submit")
        self.accept_engagement()
        return self.page

    def accept_engagement(self) -> None:
        """Accepts the engagement where it is shown: once, at the first sign-in of a person."""
        if self.page.locator("#engagement-accept").count() == 1:
            self.click("engagement-accept")

    def fill(self, **fields: str) -> None:
        """Fills text fields by name."""
        for name, value in fields.items():
            self.page.fill(f"[name={name}]", value)

    def check(self, name: str, *values: str) -> None:
        """Ticks checkboxes or a radio button."""
        for value in values:
            self.page.check(f"input[name={name}][value='{value}']")

    def click(self, button_id: str) -> None:
        """Clicks a button or link by its id. The page that answers, if any, has been read when this returns."""
        self.page.click(f"#{button_id}")
        self.page.wait_for_load_state("domcontentloaded")

    def text(self) -> str:
        """What a person reads in the main column."""
        return self.page.inner_text("main")

    def refuse(self, script: str) -> None:
        """From now on this script of a page does not arrive, as where JavaScript is switched off."""
        self.context.route(f"**/{script}*", lambda route: route.abort())

    def must_sign_in(self, name: str, path: str = "/") -> bool:
        """Whether the next request to this service ends at the sign-in page."""
        self.open(name, path)
        return self.page.locator("#login-submit").count() == 1


@dataclass(frozen=True)
class Application:
    """A client of auth that has no server: the browsers of its people answer for its pages."""

    layout: Layout
    client_id: str
    secret: str
    address: str

    def serve(self, visitor: Visitor) -> list[dict[str, str]]:
        """From now on this browser shows pages of the application. Gives the forms that are sent to it, in order."""
        received: list[dict[str, str]] = []

        def answer(route: Route) -> None:
            if route.request.method == "POST":
                received.append(dict(parse_qsl(route.request.post_data or "")))
            page = f"<!doctype html><html lang=fr><title>{self.client_id}</title><main>Bienvenue</main></html>"
            route.fulfill(content_type="text/html; charset=utf-8", body=page)

        visitor.context.route(f"{self.address}/**", answer)
        return received

    def authorization(self, scope: str, **more: str) -> str:
        """The address where a person begins to sign in."""
        parameters = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": f"{self.address}/retour",
            "scope": scope,
            "state": "where-the-person-was",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return f"{self.layout.url('auth')}/authorize?{urlencode(parameters | more)}"

    def exchange(self, code: str) -> httpx.Response:
        """Its server asks for the tokens of a code."""
        redirect_uri = f"{self.address}/retour"
        return self.ask("token", "authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=VERIFIER)

    def device_codes(self, scope: str) -> dict[str, Any]:
        """A device of it asks for a code to show."""
        answer = self.ask("device_authorization", "", scope=scope)
        assert answer.status_code == 200, answer.text
        codes: dict[str, Any] = answer.json()
        return codes

    def ask(self, endpoint: str, grant: str, **form: str) -> httpx.Response:
        """Its server asks an endpoint of auth, with its secret."""
        data = {"grant_type": grant, **form} if grant else form
        address = f"{self.layout.url('auth')}/{endpoint}"
        return httpx.post(address, data=data, auth=(self.client_id, self.secret), timeout=10)


def declare_application(
    administrator: Visitor,
    address: str,
    fields: Mapping[str, str],
    *,
    scope: Sequence[str] = (),
    grants: Sequence[str] = (),
) -> Application:
    """An administrator of the Caf, signed in, fills the form. The page that answers shows the secret, once.

    `scope`, `grants`: boxes to tick beside those that are ticked.
    """
    administrator.open("auth", "/administration/clients/nouveau")
    administrator.fill(redirect_uris=f"{address}/retour", **fields)
    administrator.page.uncheck("[name=requires_service_contract]")  # nobody has a contract for what is invented here
    administrator.check("scope", *scope)
    administrator.check("grant_types", *grants)
    administrator.click("save-client")
    secret = administrator.page.inner_text("#client-secret")
    return Application(administrator.layout, fields["client_id"], secret, address)


def whole(page: Page) -> Page:
    """The page, once all of it is there: a click returns when the answer begins, before it has a document."""
    page.wait_for_load_state()
    return page


def accessibility_violations(page: Page) -> list[str]:
    """What axe-core has to say about the page, one line each; empty when all is well."""
    whole(page).evaluate(AXE_SCRIPT)
    report = page.evaluate("tags => axe.run(document, {runOnly: tags})", _AXE_TAGS)
    return [
        f"{item['id']} ({item['impact']}): {item['help']} at {item['nodes'][0]['target']}"
        for item in report["violations"]
    ]


_TYPOGRAPHY_SCRIPT = """() => {
  if (document.documentElement.lang !== 'fr') return [];
  const apart = 'code, pre, textarea, script, style, svg, [lang]:not(html), [data-typed]';
  const found = [document.title].filter(Boolean);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest(apart)) found.push(walker.currentNode.data);
  for (const one of document.querySelectorAll('[aria-label], [title], [alt]'))
    for (const name of ['aria-label', 'title', 'alt']) if (one.hasAttribute(name)) found.push(one.getAttribute(name));
  const bad = /\\p{L}'[\\p{L}\\d«]|[ \\n][:;?!»](?![\\w/(])|« /u;
  const lines = found.map(text => text.trim().replace(/\\n\\s*/g, ' '));
  return lines.filter(text => bad.test(text) || /^[:;?!»]/.test(text));
}"""


def typographic_faults(page: Page) -> list[str]:
    """What a French page writes as a keyboard does: straight apostrophes, spaces at which a line may begin with a
    colon. What machines read (`code`, `pre`), fields and words of another language are left out."""
    found: list[str] = whole(page).evaluate(_TYPOGRAPHY_SCRIPT)
    return [f"typography: {text[:120]!r}" for text in found]


def breadcrumb(page: Page) -> list[str]:
    """What the way to this page says, from the home page on; empty on a page that shows none."""
    return [one.strip() for one in page.locator(".mcp-breadcrumb li").all_inner_texts()]


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its window."""
    wider: bool = whole(page).evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
    )
    return wider


def take_picture(page: Page, name: str) -> None:
    """Keeps a picture of the whole page in the folder SCREENSHOTS, when it is set."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        whole(page).screenshot(path=f"{folder}/{name}.png", full_page=True)

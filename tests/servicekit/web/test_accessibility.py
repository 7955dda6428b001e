"""axe-core and narrow windows on every element of the frame, in light and dark."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from tests.servicekit.web.gallery import PAGES, build_gallery
from tests.system.browser import accessibility_violations, chromium, scrolls_sideways

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, build_gallery(tmp_path_factory.mktemp("gallery")), threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join(10)
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_element_of_the_frame_breaks_wcag(browser: Browser, address: str, scheme: str) -> None:
    # The policy of the pages lets no script in; axe-core is the test's own.
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light", bypass_csp=True, locale="fr-FR")
    page = context.new_page()
    found: dict[str, list[str]] = {}
    for path in (*PAGES, "/formulaire (erreurs)"):
        page.goto(address + path.split()[0])
        if path.endswith("(erreurs)"):
            page.click("#create-person")
            page.wait_for_selector("#error-summary")
        found[path] = accessibility_violations(page)
    context.close()
    assert {path: violations for path, violations in found.items() if violations} == {}


@pytest.mark.parametrize("width", [320, 640])
def test_no_page_scrolls_sideways(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 700})
    wide = []
    for path in PAGES:
        page.goto(address + path)
        if scrolls_sideways(page):
            wide.append(path)
    page.close()
    assert wide == []


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/formulaire")
    page.click("#create-person")
    page.wait_for_selector("#error-summary")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'name'")
    page.close()


def test_the_skip_link_is_the_first_stop_and_leads_to_the_content(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/tableau")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'contenu'")
    page.close()

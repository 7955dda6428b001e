"""The pages of the steps and of the history in a real browser: WCAG, narrow windows, light and dark, paper."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page
from werkzeug.serving import make_server

from auth.bootstrap import build_use_cases
from auth.people.adapters.files.engagement_file import the_engagement
from tests.auth.builders import PASSWORD, Provider
from tests.system.browser import (
    accessibility_violations,
    chromium,
    scrolls_sideways,
    take_picture,
    typographic_faults,
)

pytestmark = pytest.mark.browser
SHAPES = [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark"), (320, "light")]


@pytest.fixture
def address(stored_provider: Provider) -> Iterator[str]:
    """The provider on a port of its own; the director has signed in before, and has accepted an older version."""
    provider = stored_provider
    newer = replace(the_engagement(), version="2")
    provider.use_cases = build_use_cases(provider.settings, provider.world, newer)
    provider.sign_in(user_agent="Mozilla/5.0 (Windows NT 10.0; rv:133.0) Gecko/20100101 Firefox/133.0")
    provider.clock.advance(timedelta(hours=20))
    server = make_server("127.0.0.1", 0, provider.browser().client.application, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join(10)
    server.server_close()


@pytest.mark.parametrize(("width", "scheme"), SHAPES)
def test_the_pages_break_no_rule_of_wcag_and_fit_the_window(address: str, width: int, scheme: str) -> None:
    found = {}
    with chromium() as started:

        def signed_in() -> Page:
            """A browser of its own, at the page that follows the password."""
            context = started.new_context(
                locale="fr-FR",
                bypass_csp=True,
                viewport={"width": width, "height": 800},
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            page = context.new_page()
            page.goto(f"{address}/login")
            page.fill("#username", "cdurand-4821")
            page.fill("#password", PASSWORD)
            page.click("#login-submit")
            return page

        def look(page: Page, name: str) -> None:
            typed = [fault for fault in typographic_faults(page) if "Commune d'exemple" not in fault]  # a name
            faults = [*accessibility_violations(page), *typed]
            found[name] = [*faults, *(["sideways"] if scrolls_sideways(page) else [])]
            take_picture(page, f"steps-{name}-{width}-{scheme}")

        page = signed_in()
        look(page, "engagement")
        page.click("#engagement-refuse")
        page.wait_for_selector("#engagement-refused")
        look(page, "declined")
        page = signed_in()
        page.click("#engagement-accept")
        page.wait_for_selector("#portal-new-device")
        look(page, "portal")
        page.click("#my-sign-ins")
        look(page, "history")
        page.goto(f"{address}/engagement")
        look(page, "engagement-read")
        page.emulate_media(media="print")
        take_picture(page, f"steps-engagement-print-{width}-{scheme}")
    assert found == {name: [] for name in found}
    assert len(found) == 5

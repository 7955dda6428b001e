"""The pages of the steps and of the history in a real browser: WCAG, narrow windows, light and dark, paper."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from auth.people.adapters.files.engagement_file import the_engagement
from tests.auth.builders import PASSWORD, Provider
from tests.auth.second_step import Application
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
    provider.build(newer)
    provider.sign_in(user_agent="Mozilla/5.0 (Windows NT 10.0; rv:133.0) Gecko/20100101 Firefox/133.0")
    provider.clock.advance(timedelta(hours=20))
    server = make_server("127.0.0.1", 0, provider.browser().client.application, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join(10)
    server.server_close()


class Looking:
    """Browsers of one shape at the provider, and what is wrong with the pages they saw."""

    def __init__(self, started: Browser, address: str, width: int, scheme: Any) -> None:
        self._started, self._address, self._shape = started, address, f"{width}-{scheme}"
        self._options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
        self.found: dict[str, list[str]] = {}

    def signed_in(self) -> Page:
        """A browser of its own, at the page that follows the password."""
        page = self._started.new_context(locale="fr-FR", bypass_csp=True, **self._options).new_page()
        page.goto(f"{self._address}/login")
        page.fill("#username", "cdurand-4821")
        page.fill("#password", PASSWORD)
        page.click("#login-submit")
        return page

    def look(self, page: Page, name: str) -> None:
        """Notes what is wrong, and keeps a picture."""
        typed = [fault for fault in typographic_faults(page) if "Commune d'exemple" not in fault]  # a name
        sideways = ["sideways"] if scrolls_sideways(page) else []
        self.found[name] = [*accessibility_violations(page), *typed, *sideways]
        self.keep(page, name)

    def keep(self, page: Page, name: str) -> None:
        """A picture."""
        take_picture(page, f"steps-{name}-{self._shape}")


@pytest.mark.parametrize(("width", "scheme"), SHAPES)
def test_the_pages_break_no_rule_of_wcag_and_fit_the_window(address: str, width: int, scheme: str) -> None:
    with chromium() as started:
        looking = Looking(started, address, width, scheme)
        page = looking.signed_in()
        looking.look(page, "engagement")
        page.click("#engagement-refuse")
        page.wait_for_selector("#engagement-refused")
        looking.look(page, "declined")
        page = looking.signed_in()
        page.click("#engagement-accept")
        page.wait_for_selector("#portal-new-device")
        looking.look(page, "portal")
        page.click("#my-sign-ins")
        looking.look(page, "history")
        page.goto(f"{address}/engagement")
        looking.look(page, "engagement-read")
        page.emulate_media(media="print")
        looking.keep(page, "engagement-print")
    assert looking.found == {name: [] for name in looking.found}
    assert len(looking.found) == 5


@pytest.mark.parametrize(("width", "scheme"), SHAPES)
def test_the_pages_of_the_second_step_break_no_rule_of_wcag_and_fit_the_window(
    address: str, stored_provider: Provider, width: int, scheme: str
) -> None:
    with chromium() as started:
        looking = Looking(started, address, width, scheme)
        phone, recovery = add_a_second_step(looking, address, stored_provider)
        sign_in_with_it(looking, phone, recovery)
    assert looking.found == {name: [] for name in looking.found}
    assert len(looking.found) == 9


def add_a_second_step(looking: Looking, address: str, provider: Provider) -> tuple[Application, str]:
    """The application, and one of the recovery codes."""
    page = looking.signed_in()
    page.click("#engagement-accept")
    page.goto(f"{address}/sessions/deuxieme-etape")
    looking.look(page, "second-step-none")
    page.click("#add-factor")
    phone = Application(provider, (page.text_content("#factor-secret") or "").replace(" ", ""))
    looking.look(page, "second-step-add")
    page.fill("#code", phone.wrong_code())
    page.fill("#name", "Téléphone du bureau")
    page.click("#factor-add-submit")
    looking.look(page, "second-step-add-wrong")
    page.fill("#code", phone.code())
    page.keyboard.press("Enter")
    page.wait_for_selector("#recovery-codes")
    looking.look(page, "recovery-codes")
    page.emulate_media(media="print")
    looking.keep(page, "recovery-codes-print")
    page.emulate_media(media="screen")
    recovery = page.text_content("#recovery-codes li code") or ""
    page.click("#codes-kept")
    looking.look(page, "second-step")
    page.click("#new-codes")
    looking.look(page, "second-step-new-codes")
    return phone, recovery


def sign_in_with_it(looking: Looking, phone: Application, recovery: str) -> None:
    """A wrong code first, then a recovery code."""
    page = looking.signed_in()
    looking.look(page, "second-factor")
    page.fill("#code", phone.wrong_code())
    page.keyboard.press("Enter")
    page.wait_for_selector("#error-summary")
    looking.look(page, "second-factor-wrong")
    page.click("#recovery summary")
    page.fill("#code", "")
    page.fill("#recovery input", recovery)
    page.keyboard.press("Enter")
    page.wait_for_selector("#my-sign-ins")
    page.click("#my-sign-ins")
    looking.look(page, "history-second-step")

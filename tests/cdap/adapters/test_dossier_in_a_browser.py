"""The dossier as people have it before them: on a wide screen, on a phone, in the dark, and on paper."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from cdap.domain.dossier import HISTORY_MONTHS
from cdap.domain.prestations import PRESTATION_CODES
from tests.cdap.adapters.conftest import MIGRATIONS, Cdap, Pages, opened
from tests.cdap.builders import PURPOSES, the_document, the_identity
from tests.databases import SqliteFiles
from tests.promises import promise
from tests.system.browser import accessibility_violations, chromium, scrolls_sideways, take_picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WIDTHS = (1280, 600, 360, 320)


def of_state(code: str, **changes: Any) -> dict[str, Any]:
    return the_document(status={"code": code, "since_on": "2026-06-00"}, **changes)


def everything() -> dict[str, Any]:
    """As long as a dossier can be: every benefit for 24 months, long names, 9 children, several of them special."""
    amounts = {code: [123_456 + 100 * month for month in range(24)] for code in sorted(PRESTATION_CODES)}
    long_name = the_identity("ANDRIANAMPOINIMERINA-RAZAFINDRAKOTO", "MARIE-CHARLOTTE ÉLÉONORE", "2020-00-00")
    return the_document(
        children=[long_name] * 8 + [the_identity("X", "Y", "2027-02-01")],
        dependent_children=10,
        prestations_paid={"until": "2026-11", "amounts_cents": amounts},
        quotient_familial={
            "supplier": "CNAF",
            "value": 823,
            "month": "2026-11",
            "computed_on": "2026-11-00",
            "history": [823 + 17 * month for month in range(24)],
        },
    )


DOSSIERS = {
    "found": the_document(),
    "long": everything(),
    "resources-missing": of_state("161", annual_resources={"year": 2024, "amount_cents": None}),
    "old-resources": the_document(annual_resources={"year": 2023, "amount_cents": 900_000}),
    "suspended": of_state("121"),
    "qf-unavailable": of_state("151"),
    "closed": of_state("101"),
    "not-eligible": the_document(children=[], aeeh_children=0),
    "age-unknown": the_document(children=[the_identity("X", "Y", "2019-00-00")], aeeh_children=0),
}
LOOKS = [
    *((name, profile) for name in ("found", "long") for profile in sorted(PURPOSES)),
    *(("resources-missing", profile) for profile in ("T1", "T2", "T5")),
    *((name, "T2") for name in ("old-resources", "suspended", "closed", "not-eligible", "age-unknown")),
    ("qf-unavailable", "T5"),
]


class Counter:
    """The pages of cdap behind a real address."""

    def __init__(self, pages: Pages, address: str, browser: Browser) -> None:
        self.pages = pages
        self.address = address
        self.browser = browser

    def consult(self, page: Page, profile: str, document: dict[str, Any], name: str = "lefevre") -> None:
        self.pages.profile = profile
        self.pages.cdap.hold(document)
        page.goto(self.address)
        page.fill("input[name=matricule]", "0346145")
        page.fill("input[name=name]", name)
        page.check("input[name=person_informed]")
        page.click("#consult-dossier")
        page.wait_for_url("**/consultation/*")
        page.wait_for_load_state()

    def page(self, *, dark: bool = False) -> Page:
        # The policy of the pages lets no script in; axe-core is the test's own.
        scheme = "dark" if dark else "light"
        return self.browser.new_context(color_scheme=scheme, bypass_csp=True, locale="fr-FR").new_page()  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory, sqlite_files: SqliteFiles) -> Iterator[Counter]:
    folder = tmp_path_factory.mktemp("counter")
    for cdap in opened(sqlite_files.copy(MIGRATIONS, folder / "cdap.sqlite3")):
        yield from _served(cdap, folder)


def _served(cdap: Cdap, folder: Path) -> Iterator[Counter]:
    pages = Pages(cdap, folder)
    server = make_server("127.0.0.1", 0, pages.app, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    with chromium() as browser:
        yield Counter(pages, f"http://127.0.0.1:{server.server_port}", browser)
    server.shutdown()
    serving.join(10)
    server.server_close()


@promise("pages:accessible")
@pytest.mark.parametrize(("name", "profile"), LOOKS)
def test_every_state_of_a_dossier_is_accessible_and_fits_every_width(counter: Counter, name: str, profile: str) -> None:
    problems = []
    for dark in (False, True):
        page = counter.page(dark=dark)
        counter.consult(page, profile, DOSSIERS[name])
        assert page.locator("#dossier").count() == 1
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if scrolls_sideways(page) or frames_that_scroll(page):
                problems.append(f"scrolls sideways at {width} px")
            if width in {1280, 360}:
                take_picture(page, f"cdap-{name}-{profile}-{width}{'-dark' if dark else ''}")
        problems += accessibility_violations(page)
        page.context.close()
    assert problems == []


def frames_that_scroll(page: Page) -> int:
    """Tables whose frame hides a part of them."""
    count: int = page.evaluate(
        "[...document.querySelectorAll('.mcp-table-frame')].filter(f => f.scrollWidth > f.clientWidth + 1).length"
    )
    return count


@promise("cdap:one-look-one-event")
def test_back_and_reload_show_the_dossier_again_and_a_double_click_is_one_consultation(counter: Counter) -> None:
    page = counter.page()
    counter.consult(page, "T2", the_document())
    events = counter.pages.cdap.journal.events
    before = len(events)
    page.click("footer a >> nth=0")
    page.go_back()
    page.wait_for_selector("#dossier")
    page.reload()
    page.wait_for_selector("#dossier")
    assert len(events) == before
    page.goto(counter.address)
    page.fill("input[name=matricule]", "0346145")
    page.fill("input[name=name]", "lefevre")
    page.check("input[name=person_informed]")
    page.dblclick("#consult-dossier")
    page.wait_for_selector("#dossier")
    assert len(events) == before + 1
    page.context.close()


@promise("professional:figures-are-copied")
def test_a_figure_is_copied_as_other_software_takes_it(counter: Counter) -> None:
    page = counter.page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    counter.consult(page, "T2", the_document())
    page.click("#for-software summary")
    copied = []
    for button in page.locator("[data-copy]").all():
        button.click()
        page.wait_for_function("document.activeElement.firstChild.textContent.includes('Copié')")
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    assert copied[:4] == ["10800", "900", "2", "1"]
    (lines,) = copied[4:]
    assert lines.splitlines()[0].endswith("0346145")
    page.context.close()


def test_without_script_the_page_has_everything_but_the_buttons(counter: Counter) -> None:
    context = counter.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    counter.consult(page, "T2", the_document())
    assert page.locator("#essentials .cdap-figure").count() == 4
    assert page.locator("[data-copy]:visible, #print-dossier:visible").count() == 0
    context.close()


@pytest.mark.parametrize("dark", [False, True])
def test_the_picture_of_the_quotient_familial_is_seen_on_a_phone_in_light_and_dark(
    counter: Counter, *, dark: bool
) -> None:
    page = counter.page(dark=dark)
    page.set_viewport_size({"width": 360, "height": 800})
    counter.consult(page, "T5", everything())
    line, ground, letters = page.evaluate(
        """() => [
          getComputedStyle(document.querySelector('.cdap-chart .line')).stroke,
          getComputedStyle(document.body).backgroundColor,
          Math.min(...[...document.querySelectorAll('.cdap-chart text')].map(t => t.getBoundingClientRect().height)),
        ]"""
    )
    assert contrast(line, ground) >= 3  # WCAG 1.4.11
    assert letters >= 11
    page.context.close()


def contrast(one: str, other: str) -> float:
    """Of two colours "rgb(…)" (WCAG 2.2, relative luminance)."""
    lights = sorted(map(_luminance, (one, other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@promise("cdap:paper-is-complete")
@pytest.mark.parametrize("profile", ["T1", "T2"])
def test_the_paper_has_every_month_and_each_sheet_says_whose_it_is(
    counter: Counter, profile: str, tmp_path: Path
) -> None:
    page = counter.page()
    counter.consult(page, profile, everything())
    sheets = printed(page, tmp_path)
    reference = page.inner_text("#reference")
    page.context.close()
    assert len(sheets) > (2 if profile == "T1" else 0)
    for number, sheet in enumerate(sheets, start=1):
        for told in ("Dossier 0346145", "Confidentiel", f"Consulté par Personne {profile}", "Commune d'exemple"):
            assert told in sheet, (number, sheet)
        assert re.search(rf"Page {number}/{len(sheets)}\b", sheet), (number, sheet)
        assert reference in sheet
    whole = " ".join(sheets)
    if profile == "T1":
        # Each amount is of one month; each of the benefits is written 24 times.
        for month in range(HISTORY_MONTHS):
            assert whole.count(f"1 {234 + month},56") >= len(PRESTATION_CODES), month


def printed(page: Page, folder: Path) -> list[str]:
    """The text of each sheet of the page on A4."""
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("left out: the paper of a dossier, no pdftotext here (poppler-utils)")
    pdf = folder / "dossier.pdf"
    page.pdf(path=str(pdf), prefer_css_page_size=True)
    text = subprocess.run([reader, "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    plain = re.sub("[\u00a0\u202f]", " ", text).replace("\u2019", "'")
    return [re.sub(r"\s+", " ", sheet) for sheet in plain.split("\f") if sheet.strip()]

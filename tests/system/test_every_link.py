"""Each kind of person follows every link that she sees, and submits nothing: no page fails, leads nowhere or speaks
like a program."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page

from onebox.cast import CAF_ADMINISTRATOR, CAF_AUDITOR, RIVEBELLE, CastMember
from tests.promises import promise
from tests.system.browser import Visitor, breadcrumb, typographic_faults
from tests.system.conftest import Visitors

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(240)]

SERVICES = ("auth", "habpps", "cdap", "audit")
MOST_PAGES = 40
MOST_ALIKE = 2  # of the pages of one address with another identifier
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)[A-Za-z0-9_-]{22}(?=/|$)|(?<=[/=])\d+")
# Not followed: another language, a file, what ends the session.
_LEFT_OUT = re.compile(r"/langue/|/deconnexion|/logout|/export|\.(css|js|csv|png|ico)$|/\.well-known/")
_SPOKEN_BY_PROGRAMS = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[A-Z]{3,}_[A-Z_]{3,}\b|\b(?:Traceback|None"
    r"|undefined|incident|réplica)\b|\{\{|%\(\w+\)s|\b[a-z]+_[a-z]+_[a-z]+\b"
)
_TEXT_OF_PEOPLE = """() => {
  const copy = document.body.cloneNode(true);
  for (const one of copy.querySelectorAll('code, pre, script, style, [data-typed]')) one.remove();
  return copy.textContent;
}"""
PEOPLE = {
    "nobody": ("auth", None),
    "director": ("auth", RIVEBELLE.users[1]),
    "social worker": ("cdap", RIVEBELLE.users[0]),
    "partner administrator": ("habpps", RIVEBELLE.administrators[0]),
    "Caf administrator": ("habpps", CAF_ADMINISTRATOR),
    "Caf auditor": ("audit", CAF_AUDITOR),
}


class Walk:
    """One person's way through the pages."""

    def __init__(self, visitor: Visitor) -> None:
        self.page: Page = visitor.page
        self.homes = {visitor.layout.url(name): name for name in SERVICES}
        self.seen: Counter[str] = Counter()
        self.addresses: set[str] = set()
        self.problems: list[str] = []

    def follow(self, *starts: str) -> None:
        """Every page that can be reached by links, breadth first."""
        waiting = [(start, "the beginning") for start in starts]
        while waiting and len(self.addresses) < MOST_PAGES:
            address, source = waiting.pop(0)
            if not self._is_new(address):
                continue
            answer = self.page.goto(address, wait_until="domcontentloaded")
            where = f"{address} (from {source})"
            if answer is None or answer.status >= 400:
                self.problems.append(f"{where}: {answer.status if answer else 'no answer'}")
                continue
            if self._service(self.page.url):
                self.problems += [f"{where}: {fault}" for fault in self._faults()]
                waiting += [(link, address) for link in self._links()]

    def _is_new(self, address: str) -> bool:
        parts = urlsplit(address)
        names = ",".join(name for name, _value in parse_qsl(parts.query))
        alike = f"{parts.netloc}{_ID.sub('*', parts.path)}?{names}"
        if address in self.addresses or self.seen[alike] >= MOST_ALIKE:
            return False
        self.addresses.add(address)
        self.seen[alike] += 1
        return True

    def _links(self) -> Iterator[str]:
        for link in self.page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)"):
            address = link.partition("#")[0]
            if self._service(address) and not _LEFT_OUT.search(urlsplit(address).path):
                yield address

    def _service(self, address: str) -> str:
        parts = urlsplit(address)
        return self.homes.get(f"{parts.scheme}://{parts.netloc}", "")

    def _faults(self) -> list[str]:
        found = typographic_faults(self.page)
        if self.page.locator("h1").count() != 1:
            found.append(f"{self.page.locator('h1').count()} headings of the first rank")
        if len(self.page.title()) < 5:
            found.append("no title")
        path = urlsplit(self.page.url).path
        if path != "/" and not self.page.locator("a[href='/'], .mcp-breadcrumb a, main a[href^='/']").count():
            found.append("no way back")
        if path.count("/") > 1 and self._service(self.page.url) != "auth" and not breadcrumb(self.page):
            found.append("no breadcrumb")
        spoken = _SPOKEN_BY_PROGRAMS.findall(self.page.evaluate(_TEXT_OF_PEOPLE))
        found += [f"says {word!r}" for word in sorted(set(spoken))]
        return found


@promise("pages:every-link-leads-somewhere")
@pytest.mark.parametrize("who", PEOPLE)
def test_every_link_leads_to_a_page_for_people(visitors: Visitors, who: str) -> None:
    service, person = PEOPLE[who]
    visitor = visitors()
    visitor.open(service)
    if isinstance(person, CastMember):
        visitor.sign_in(person.username, person.password)
    walk = Walk(visitor)
    walk.follow(visitor.layout.url(service) + "/", visitor.layout.url("auth") + "/")
    assert walk.problems == [], "\n".join(walk.problems)
    assert len(walk.addresses) >= 6, walk.addresses

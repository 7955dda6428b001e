"""A person at a browser without a screen: follows redirects, fills the pages of auth, stops where a client begins."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

from onebox.cast import CastMember

_LONGEST_WAY = 20  # pages and redirects


@dataclass
class Form:
    """A form of a page: where it goes, its fields, its buttons by id."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append(Form(values.get("action", ""), values.get("method", "get").lower()))
        elif self.forms and tag in {"input", "button"} and values.get("type") != "submit" and tag == "input":
            self.forms[-1].fields[values.get("name", "")] = values.get("value", "")
        elif self.forms and tag in {"input", "button"}:
            self.forms[-1].buttons[values.get("id", "")] = (values.get("name", ""), values.get("value", ""))


class Surfer:
    """One person with one browser: own cookies. `refuses` makes the person refuse what a client asks."""

    def __init__(self, person: CastMember, *, refuses: bool = False) -> None:
        """Nothing is opened yet."""
        self._browser = httpx.Client(follow_redirects=False, timeout=10)
        self._fills = {"username": person.username, "password": person.password}
        self._consent = "consent-deny" if refuses else "consent-allow"
        self.pages: list[str] = []  # buttons pressed, in order
        self.last_page = ""  # what the person read at the end of a visit

    def close(self) -> None:
        """Closes the browser."""
        self._browser.close()

    def visit(self, address: str, until: str) -> str:
        """Opens an address and does what each page asks, until the browser is sent to an address that starts with
        `until`, which is not opened but given back; or until a page asks nothing known: its own address then."""
        answer = self._browser.get(address)
        for _step in range(_LONGEST_WAY):
            here = str(answer.request.url)
            if answer.is_redirect:
                there = urljoin(here, answer.headers["location"])
                if there.startswith(until):
                    return there
                answer = self._browser.get(there)
                continue
            assert answer.status_code < 400, f"{here} answered {answer.status_code}: {words(answer.text)}"
            form, button = self._next(answer.text)
            if form is None:
                self.last_page = words(answer.text)
                return here
            there = urljoin(here, form.action)
            if there.startswith(until):
                return there
            answer = self._submit(there, form, button)
        raise AssertionError(f"no end after {_LONGEST_WAY} steps: {self.pages}")

    def read(self, address: str) -> httpx.Response:
        """One address, with the person's cookies, redirects not followed."""
        return self._browser.get(address)

    def send(self, address: str, form: dict[str, str]) -> httpx.Response:
        """One form, with the person's cookies, redirects not followed."""
        return self._browser.post(address, data=form)

    def _next(self, page: str) -> tuple[Form | None, str]:
        reader = _Forms()
        reader.feed(page)
        wanted = ("login-submit", "engagement-accept", self._consent, "device-submit", "device-allow", "logout-confirm")
        for button in wanted:
            for form in reader.forms:
                if button in form.buttons:
                    return form, button
        return None, ""

    def _submit(self, address: str, form: Form, button: str) -> httpx.Response:
        if button != "engagement-accept":  # shown once to a person, at whichever story comes first
            self.pages.append(button)
        name, value = form.buttons[button]
        data = {key: self._fills.get(key, kept) for key, kept in form.fields.items()}
        if name:
            data[name] = value
        return self._browser.post(address, data=data)


def query(address: str) -> dict[str, str]:
    """The parameters of an address."""
    return dict(parse_qsl(urlsplit(address).query))


def words(page: str) -> str:
    """What a person reads in the main column of a page."""
    main = re.search(r"<main.*?</main>", page, re.DOTALL)
    return re.sub(r"(<[^>]*>|\s)+", " ", main[0] if main else page).strip()

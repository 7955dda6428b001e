"""A form sent twice ends where one click ends: one act, one page, on both engines and in two processes."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Response, flash, redirect, render_template_string, request, session
from flask.testing import FlaskClient
from sqlalchemy import create_engine, select
from werkzeug.test import TestResponse

from servicekit.database import Database, open_database
from servicekit.errors import ConflictError
from servicekit.web import ServiceApp, create_app
from servicekit.web.repeats import KEPT_FOR, LEASE, RepeatedForms
from servicekit.web.session_tables import form_metadata, web_form_answer
from tests.promises import promise
from tests.servicekit.fakes import FixedClock
from tests.servicekit.web.conftest import PartySettings

PAGE = '{% import "servicekit/forms.html" as forms with context %}<form method="post">{{ forms.csrf_field() }}</form>'
SHOWN = "{% for one in get_flashed_messages() %}{{ one }}{% endfor %}"


class Counter:
    """An application whose forms count how often they did something."""

    def __init__(self, folder: Path, database: Database, clock: FixedClock) -> None:
        self.app: ServiceApp = create_app(
            "tests.servicekit.web", service_label="Compteur", settings=PartySettings(folder), database=database
        )
        self.app.repeated_forms = RepeatedForms(database, self.app.web_secrets, clock)
        self.app.before_request_funcs[None][-1] = self.app.repeated_forms.begin
        assert self.app.shown_pages is not None
        self.app.shown_pages.clock = clock
        self.done: list[str] = []
        self.under_way = threading.Event()
        self.may_end = threading.Event()
        self.may_end.set()
        self.app.add_url_rule("/", "form", self.form, methods=["GET", "POST"])
        self.app.add_url_rule("/secret", "secret", self.secret, methods=["GET", "POST"])
        self.app.add_url_rule("/recherche", "search", self.search, methods=["POST"])
        self.app.add_url_rule("/sortie", "leave", self.leave, methods=["POST"])
        self.app.add_url_rule("/fait", "shown", lambda: render_template_string(SHOWN))

    def form(self) -> str | Response:
        if request.method == "GET":
            return render_template_string(PAGE)
        if not request.form.get("name"):
            return Response("nom ?", 400)
        if request.form["name"] == "pris":
            raise ConflictError("taken", reason="NAME_TAKEN")
        if request.form["name"] == "panne":
            raise RuntimeError("broken")
        self.under_way.set()
        assert self.may_end.wait(10)
        self.done.append(request.form["name"])
        flash(f"{request.form['name']} est enregistré")
        answer = redirect(f"/fait?n={len(self.done)}", 303)
        answer.set_cookie("session", f"session-{len(self.done)}")
        return answer  # type: ignore[return-value]

    def secret(self) -> str:
        if request.method == "POST":
            self.done.append("secret")
        return f"secret n° {len(self.done)}"

    def search(self) -> str:
        self.done.append("recherche")
        return f"résultat n° {len(self.done)}"

    def leave(self) -> Response:
        session.clear()
        self.done.append("sortie")
        return redirect("/fait", 303)  # type: ignore[return-value]


class Browser:
    """One browser, with the hidden fields of the form it has opened."""

    def __init__(self, app: ServiceApp) -> None:
        self.client: FlaskClient = app.test_client()
        self.hidden: dict[str, str] = {}
        self.open()

    def open(self) -> None:
        """Load the form anew."""
        page = self.client.get("/").text
        self.hidden = dict(re.findall(r'name="(\w+)" value="([^"]+)"', page))
        assert set(self.hidden) == {"csrf_token", "once_token"}

    def send(self, path: str = "/", **fields: str) -> TestResponse:
        return self.client.post(path, data={**self.hidden, **fields})


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def opened(database_url: str) -> Iterator[Database]:
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    form_metadata.create_all(engine)
    engine.dispose()
    database = open_database(database_url)
    yield database
    database.close()


@pytest.fixture
def counter(tmp_path: Path, opened: Database, clock: FixedClock) -> Counter:
    return Counter(tmp_path, opened, clock)


@promise("pages:twice-is-once")
def test_a_form_sent_twice_does_its_act_once_and_leads_to_the_same_page(counter: Counter) -> None:
    browser = Browser(counter.app)
    first, second = browser.send(name="Léa"), browser.send(name="Léa")
    assert counter.done == ["Léa"]
    assert (first.status_code, first.location) == (second.status_code, second.location) == (303, "/fait?n=1")
    assert second.headers.getlist("Set-Cookie") == first.headers.getlist("Set-Cookie")
    assert browser.client.get("/fait").text == "Léa est enregistré"


def test_a_second_click_while_the_first_is_under_way_waits_for_its_answer(counter: Counter) -> None:
    browser = Browser(counter.app)
    cookies = browser.client.get_cookie("mon-enfant-formulaire")
    assert cookies is not None
    counter.may_end.clear()
    answers: list[TestResponse] = []

    def click() -> None:
        client = counter.app.test_client()
        client.set_cookie(cookies.key, cookies.value)
        answers.append(client.post("/", data={**browser.hidden, "name": "Léa"}))

    first = threading.Thread(target=click)
    first.start()
    assert counter.under_way.wait(10)
    second = threading.Thread(target=click)
    second.start()
    counter.may_end.set()
    first.join()
    second.join()
    assert counter.done == ["Léa"]
    assert [one.location for one in answers] == ["/fait?n=1", "/fait?n=1"]


def test_another_process_of_the_service_knows_the_answer_too(counter: Counter, opened: Database) -> None:
    browser = Browser(counter.app)
    first = browser.send(name="Léa")
    other = Counter(Path(counter.app.settings.data_directory), opened, FixedClock())
    cookie = browser.client.get_cookie("mon-enfant-formulaire")
    assert cookie is not None
    client = other.app.test_client()
    client.set_cookie(cookie.key, Browser(counter.app).client.get_cookie(cookie.key).value)  # type: ignore[union-attr]
    assert client.post("/", data={**browser.hidden, "name": "Léa"}).status_code == 400  # another browser's form
    again = other.app.test_client()
    again.set_cookie(cookie.key, cookie.value)
    assert again.post("/", data={**browser.hidden, "name": "Léa"}).location == first.location
    assert other.done == []


@pytest.mark.parametrize(("name", "status"), [("", 400), ("pris", 409), ("panne", 500)])
def test_a_refused_form_may_be_sent_again_as_it_is(counter: Counter, name: str, status: int) -> None:
    browser = Browser(counter.app)
    assert [browser.send(name=name).status_code for _ in range(3)] == [status] * 3
    assert browser.send(name="Léa").status_code == 303
    assert counter.done == ["Léa"]


def test_going_back_and_typing_something_else_is_another_act(counter: Counter) -> None:
    browser = Browser(counter.app)
    browser.send(name="Léa")
    browser.send(name="Zoé")
    assert counter.done == ["Léa", "Zoé"]


def test_the_same_words_in_a_newly_opened_form_are_another_act(counter: Counter) -> None:
    browser = Browser(counter.app)
    browser.send(name="Léa")
    browser.open()
    browser.send(name="Léa")
    assert counter.done == ["Léa", "Léa"]


def test_nobody_else_gets_the_answer(counter: Counter) -> None:
    browser, stranger = Browser(counter.app), Browser(counter.app)
    browser.send(name="Léa")
    stranger.hidden["once_token"] = browser.hidden["once_token"]
    assert stranger.send(name="Léa").location == "/fait?n=2"


def test_signing_out_twice_is_signing_out(counter: Counter) -> None:
    browser = Browser(counter.app)
    cookie = browser.client.get_cookie("mon-enfant-formulaire")
    assert cookie is not None
    browser.send("/sortie")
    browser.client.set_cookie(cookie.key, cookie.value)  # the second click left before the first answer came
    assert browser.send("/sortie").status_code == 303
    assert counter.done == ["sortie"]


@promise("front:no-page-answers-a-form")
def test_the_page_that_answers_a_form_is_shown_again_by_back_and_reload_and_nothing_is_sent(counter: Counter) -> None:
    browser = Browser(counter.app)
    first, second = browser.send("/secret"), browser.send("/secret")
    assert (first.status_code, first.location) == (303, second.location)
    pages = [browser.client.get(first.location) for _reload in range(3)]
    assert {page.text for page in pages} == {"secret n° 1"}
    assert counter.done == ["secret"]
    assert pages[0].headers["X-Request-Id"] == first.headers["X-Request-Id"], "the reference that the page shows"
    assert pages[0].headers["Cache-Control"] == "no-store"


@promise("front:no-page-answers-a-form")
def test_a_page_is_shown_to_its_browser_and_its_person_alone_and_for_a_quarter_of_an_hour(
    counter: Counter, opened: Database, clock: FixedClock
) -> None:
    browser = Browser(counter.app)
    assert counter.app.shown_pages is not None
    person = "Léa"
    counter.app.shown_pages.owner = lambda: person
    address = browser.send("/secret").location
    assert browser.client.get(address).status_code == 200
    other = counter.app.test_client().get(address)
    assert other.status_code == 404
    assert "plus gardée" in unescape(other.text)
    person = ""
    assert browser.client.get(address).status_code == 404, "she has signed out"
    person = "Léa"
    sealed = opened.read(lambda connection: [row.sealed for row in connection.execute(select(web_form_answer))])
    assert not any("secret" in str(one) for one in sealed)
    clock.advance(KEPT_FOR)
    assert browser.client.get(address).status_code == 404


def test_an_answer_is_forgotten_after_a_quarter_of_an_hour(
    counter: Counter, opened: Database, clock: FixedClock
) -> None:
    browser = Browser(counter.app)
    browser.send(name="Léa")
    clock.advance(KEPT_FOR)
    browser.send(name="Léa")
    assert counter.done == ["Léa", "Léa"]


def test_a_form_whose_process_died_is_taken_over_after_its_lease(counter: Counter, clock: FixedClock) -> None:
    browser = Browser(counter.app)
    assert counter.app.repeated_forms is not None
    with counter.app.test_request_context("/", method="POST", data={**browser.hidden, "name": "Léa"}):
        session["csrf_token"] = _csrf_of(browser)
        assert counter.app.repeated_forms.begin() is None  # and then the process dies
    clock.advance(LEASE + timedelta(seconds=1))
    assert browser.send(name="Léa").status_code == 303
    assert counter.done == ["Léa"]


def test_what_is_kept_can_be_read_by_nobody(counter: Counter, opened: Database) -> None:
    Browser(counter.app).send(name="Léa")
    rows = opened.read(lambda connection: connection.exec_driver_sql("SELECT * FROM web_form_answer").fetchall())
    assert len(rows) == 1
    assert not {"Léa", "fait", "session-1"} & set(re.findall(r"[\w-]+", str(rows[0])))


def _csrf_of(browser: Browser) -> str:
    with browser.client.session_transaction() as kept:
        return str(kept["csrf_token"])

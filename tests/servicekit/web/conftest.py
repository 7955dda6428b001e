"""A relying party with a fake issuer, on a real SQLite database."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import g
from flask.testing import FlaskClient
from sqlalchemy import create_engine

from servicekit.database import Database, open_database
from servicekit.web import (
    OidcLogin,
    OidcLoginSettings,
    ServiceApp,
    WebSessions,
    create_app,
    current_professional,
    public,
)
from servicekit.web.secrets import WebSecrets
from servicekit.web.session_tables import web_metadata
from tests.plain import reads_plainly
from tests.servicekit.fakes import FixedClock
from tests.servicekit.web.fake_provider import CLIENT, ISSUER, PUBLIC_URL, RESOURCE, SECRET, FakeProvider


@dataclass(frozen=True)
class PartySettings:
    """Settings of the relying party under test."""

    data_directory: Path
    service: str = CLIENT
    environment: str = "test"
    public_url: str = PUBLIC_URL


@dataclass(frozen=True)
class Party:
    """Everything a test of sign-in needs."""

    app: ServiceApp
    sessions: WebSessions
    provider: FakeProvider
    clock: FixedClock

    def browser(self) -> FlaskClient:
        """A new browser."""
        return reads_plainly(self.app.test_client())

    def sign_in(self, browser: FlaskClient, page: str = "/") -> None:
        """The whole way: page, issuer, back."""
        begin = browser.get(page)
        assert begin.status_code == 303
        to_issuer = browser.get(begin.location)
        assert browser.get(self.provider.authorize(to_issuer.location)).status_code == 303


def create_tables(url: str) -> None:
    """The tables of sessions."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    web_metadata.create_all(engine)
    engine.dispose()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    create_tables(sqlite_url)
    opened = open_database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def party(tmp_path: Path, database: Database, clock: FixedClock) -> Party:
    return a_party(tmp_path, database, clock)


def a_party(
    tmp_path: Path, database: Database, clock: FixedClock, provider: FakeProvider | None = None, **changes: Any
) -> Party:
    """`changes` of the settings of sign-in."""
    app = create_app("tests.servicekit.web", service_label="Mon-enfant.fr", settings=PartySettings(tmp_path))
    app.testing = True
    provider = provider or FakeProvider(clock)
    sessions = WebSessions(database, WebSecrets.load(tmp_path), clock)
    settings = OidcLoginSettings(
        issuer=ISSUER,
        client_id=CLIENT,
        client_secret=SECRET,
        resource=RESOURCE,
        scope="openid profile mon-enfant",
        public_url=PUBLIC_URL,
        **changes,
    )
    OidcLogin(app, settings, sessions, clock, http=provider.client())

    @app.get("/")
    def home() -> str:
        person = current_professional()
        return f"{person.display_name} {person.organisation.name} {person.token.rights_revision}"

    @app.route("/formulaire", methods=["GET", "POST"])
    def form() -> str:
        return f"enregistré {g.professional.account_id}"

    @app.get("/libre")
    @public
    def free() -> str:
        return "libre"

    app.config["WTF_CSRF_ENABLED"] = False
    return Party(app, sessions, provider, clock)

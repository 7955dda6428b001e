"""cdap on a real database with a journal of the test; its pages with the professional given by the test."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cdap.adapters.database.unit_of_work import sql_repositories
from cdap.adapters.web.app import WebParts, pages_app
from cdap.settings import CdapSettings
from cdap.use_cases.consult_dossier import ConsultDossier
from cdap.use_cases.ports import Repositories
from servicekit.commands import migrations_folder
from servicekit.database import Database, open_database
from servicekit.outbox import OutboxRelay, OutboxSettings, RecordingUnitOfWork
from servicekit.tokens import TokenOrganisation, VerifiedAccessToken
from servicekit.web import Professional, SessionContent, WebSessions
from tests.cdap.builders import NOW, PURPOSES, in_another_caf, the_document, the_table, token_details
from tests.cdap.fakes import FixedEndedSessions, FixedRights
from tests.cdap.sinks import JournalOfTheTest
from tests.cdap.store_fakes import hold
from tests.plain import reads_plainly
from tests.servicekit.fakes import FixedClock

MIGRATIONS = migrations_folder("cdap.adapters.database:migrations")
PATIENCE = timedelta(seconds=3)  # a busy machine must not turn a slow acknowledgement into a refusal
NO_JOURNAL = timedelta(milliseconds=50)  # for tests in which the journal never answers


@pytest.fixture
def migrations() -> Path:
    """Those of cdap."""
    return MIGRATIONS


@dataclass
class Cdap:
    """Everything that a test touches."""

    database: Database
    work: RecordingUnitOfWork[Repositories]
    journal: JournalOfTheTest
    rights: FixedRights
    ended_sessions: FixedEndedSessions
    clock: FixedClock
    consult: ConsultDossier

    def hold(self, *documents: dict[str, object]) -> None:
        """These dossiers are in force, and no other of their Cafs."""
        hold(self.work, documents)


def opened(url: str, patience: timedelta = PATIENCE) -> Iterator[Cdap]:
    database = open_database(url, threads=8)
    clock, journal, rights, ended = FixedClock(), JournalOfTheTest(), FixedRights(), FixedEndedSessions()
    relay = OutboxRelay(database, "cdap", journal, clock, OutboxSettings(acknowledgement_wait=patience))
    relay.start()
    work = RecordingUnitOfWork(database, sql_repositories(), relay)
    consult = ConsultDossier(work, rights, ended, the_table(), clock)
    cdap = Cdap(database, work, journal, rights, ended, clock, consult)
    cdap.hold(the_document(), in_another_caf("751", "0346147"))
    yield cdap
    relay.stop()
    database.close()


@pytest.fixture
def patience() -> timedelta:
    """How long an act waits for the journal."""
    return PATIENCE


@pytest.fixture
def cdap(database_url: str, patience: timedelta) -> Iterator[Cdap]:
    """On each engine."""
    yield from opened(database_url, patience)


@pytest.fixture
def on_sqlite(sqlite_url: str, patience: timedelta) -> Iterator[Cdap]:
    """For what does not depend on the engine."""
    yield from opened(sqlite_url, patience)


def the_token(profile: str = "T2", more: tuple[str, ...] = ()) -> VerifiedAccessToken:
    """A verified token of the professional of a profile; it may say more than the rights hold."""
    details = [detail for one in (*more, profile) for detail in token_details(f"account-{one}")]
    return VerifiedAccessToken(
        subject=f"account-{profile}",
        client_id="cdap",
        session_id="sid-1",
        scopes=frozenset({"openid", "cdap"}),
        organisation=TokenOrganisation(id="org-commune", siret="21920050600012", name="Commune d'exemple", caf="921"),
        authorization_details=tuple(details),
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
        auth_time_at=NOW,
        acr="eidas1",
        amr=("pwd",),
        rights_revision=42,
        token_id="jti-1",
    )


class Pages:
    """A browser for the professional of `profile`."""

    def __init__(self, cdap: Cdap, folder: Path) -> None:
        self.cdap = cdap
        self.profile = "T2"
        self.more_profiles: tuple[str, ...] = ()
        parts = WebParts(
            CdapSettings.model_validate({"data_directory": folder}), cdap.database, cdap.consult, cdap.clock
        )
        self.app = pages_app(parts)
        self.app.config.update(WTF_CSRF_ENABLED=False, TESTING=True)
        self.app.before_request(self._sign_in)
        self.client: FlaskClient = reads_plainly(self.app.test_client())

        self.sessions = WebSessions(cdap.database, self.app.web_secrets, cdap.clock)
        self.cookie = self.open_session()

    def open_session(self) -> str:
        """Another session of the same person; its cookie."""
        content = SessionContent(
            sid="sid-1",
            subject="account",
            display_name="Personne",
            organisation="Commune",
            access_token="-",
            access_expires_at=0,
            refresh_token=None,
            id_token="-",
            last_login_at=None,
        )
        return self.sessions.open(content)

    def _sign_in(self) -> None:
        g.web_session_secret = self.cookie if self.sessions.find(self.cookie) else ""
        token = the_token(self.profile, self.more_profiles)
        g.professional = Professional(
            account_id=token.subject,
            display_name=f"Personne {self.profile}",
            organisation=token.organisation,
            session_id=token.session_id,
            access_token="-",
            token=token,
            last_login_at=None,
        )

    def ask(self, **changes: str) -> TestResponse:
        """Send the search form."""
        fields = {
            "matricule": "0346145",
            "name": "lefevre",
            "purpose": PURPOSES[self.profile],
            "person_informed": "y",
        } | changes
        return self.client.post("/consultation", data={name: value for name, value in fields.items() if value})

    def consult(self, **changes: str) -> TestResponse:
        """Send the search form and go where it leads."""
        answer = self.ask(**changes)
        return self.client.get(answer.location) if answer.status_code == 303 else answer

    def text(self, answer: TestResponse, status: int = 200) -> str:
        """The text of an answer."""
        assert answer.status_code == status, answer.text
        return unescape(answer.text)


@pytest.fixture
def pages(on_sqlite: Cdap, tmp_path: Path) -> Pages:
    return Pages(on_sqlite, tmp_path)

"""The demo extranets: signed in, each keeps its own list for each organisation."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

import onebox.demo_extranet
from onebox.demo_extranet.app import build, build_app
from onebox.demo_extranet.settings import DemoExtranetSettings
from onebox.demo_extranet.sites import SITES
from servicekit.database import open_database
from servicekit.errors import StartError
from servicekit.process import Parts
from tests.plain import reads_plainly
from tests.servicekit.fakes import FixedClock
from tests.servicekit.web.fake_provider import CLIENT, ISSUER, PUBLIC_URL, RESOURCE, SECRET, FakeProvider

MIGRATIONS = Path(str(onebox.demo_extranet.__file__)).parent / "migrations"


def settings(folder: Path, service: str = CLIENT) -> DemoExtranetSettings:
    return DemoExtranetSettings(
        service=service,
        data_directory=folder,
        public_url=PUBLIC_URL,
        issuer=ISSUER,
        client_id=CLIENT,
        client_secret=SecretStr(SECRET),
        resource=RESOURCE,
    )


@pytest.fixture
def migrations() -> Path:
    """Those of the extranets of the demo."""
    return MIGRATIONS


@pytest.fixture(params=sorted(SITES))
def browser(request: pytest.FixtureRequest, tmp_path: Path, sqlite_url: str) -> Iterator[FlaskClient]:
    """Somebody signed in to one of the extranets."""
    wanted = settings(tmp_path, request.param)
    database = open_database(sqlite_url)
    clock = FixedClock()
    provider = FakeProvider(clock)
    client = reads_plainly(build_app(wanted, database, clock, provider.client()).test_client())
    to_issuer = client.get("/connexion").location
    assert client.get(provider.authorize(to_issuer)).status_code == 303
    yield client
    database.close()


def csrf(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found.group(1)


def test_the_page_shows_who_is_signed_in_and_what_was_received(browser: FlaskClient) -> None:
    page = browser.get("/").text
    assert "Camille Martin" in page
    assert "Commune de Bois-Joli" in page
    assert "mon-enfant openid profile" in page
    assert 'id="logout"' in page


def test_what_is_typed_is_kept_and_shown(browser: FlaskClient) -> None:
    page = browser.get("/").text
    data = {"csrf_token": csrf(page), "subject": "Crèche <Lilas>", "quantity": "4", "happens_on": "2026-12-01"}
    assert browser.post("/ajouter", data=data).status_code == 303
    page = browser.get("/").text
    assert "Crèche &lt;Lilas&gt;" in page
    assert "mardi 1er décembre 2026" in page
    assert "C'est enregistré." in page or "C&#39;est enregistré." in page


def test_wrong_input_is_explained_and_kept(browser: FlaskClient) -> None:
    data = {"csrf_token": csrf(browser.get("/").text), "subject": "Lilas", "quantity": "-1", "happens_on": "demain"}
    answer = browser.post("/ajouter", data=data)
    assert answer.status_code == 400
    assert 'id="error-summary"' in answer.text
    assert 'value="Lilas"' in answer.text
    assert "Indiquez un nombre entre 0 et 100\xa0000." in answer.text or "entre 0 et 100 000" in answer.text


def test_an_unknown_extranet_cannot_start(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="mon-enfant"):
        build(settings(tmp_path, "unknown"), Parts.WEB)


@pytest.mark.parametrize("day", ["0026-01-01", "9999-12-31", "0001-01-01", "2026-02-30", "26-1-1", "x"])
def test_a_day_that_is_a_mistake_of_typing_is_refused_with_a_sentence(browser: FlaskClient, day: str) -> None:
    data = {"csrf_token": csrf(browser.get("/").text), "subject": "Lilas", "quantity": "4", "happens_on": day}
    answer = browser.post("/ajouter", data=data)
    assert answer.status_code == 400
    assert "Lilas" not in browser.get("/").text


@pytest.mark.parametrize("subject", ["\u200b", "\u202e", "\x00", " \u2060 "])
def test_invisible_text_is_no_text(browser: FlaskClient, subject: str) -> None:
    data = {"csrf_token": csrf(browser.get("/").text), "subject": subject, "quantity": "4", "happens_on": "2026-12-01"}
    assert browser.post("/ajouter", data=data).status_code == 400

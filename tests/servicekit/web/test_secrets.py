"""The secrets of the pages: what is sealed with them, how they are replaced, and what another version has left."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from servicekit.database import Database
from servicekit.identifiers import new_secret
from servicekit.web.secrets import FILE_NAME, Sealer, WebSecretError, WebSecrets
from tests.promises import promise
from tests.servicekit.fakes import FixedClock
from tests.servicekit.web.conftest import Party, a_party
from tests.servicekit.web.fake_provider import FakeProvider

OLD, NEW = new_secret(48), new_secret(48)


def sealer(*secrets: str) -> Sealer:
    return WebSecrets(*(secret.encode() for secret in secrets)).sealer("tests")


@promise("product:secrets-of-pages-are-replaced-alive")
def test_the_first_secret_seals_and_all_open() -> None:
    before, during, after = sealer(OLD), sealer(NEW, OLD), sealer(NEW)
    assert during.read(before.seal("été", "a"), "a", str) == "été"
    assert after.read(during.seal("été", "a"), "a", str) == "été"
    assert after.read(before.seal("été", "a"), "a", str) is None
    assert before.read(during.seal("été", "a"), "a", str) is None


class Restarted:
    """One browser and the pages of one service, started again with other secrets."""

    def __init__(self, folder: Path, database: Database, clock: FixedClock) -> None:
        self.folder, self.database, self.clock = folder, database, clock
        self.provider = FakeProvider(clock)
        self.party = self.start(OLD)
        self.browser = self.party.browser()

    def start(self, *secrets: str) -> Party:
        """The pages, which know these secrets."""
        path = self.folder / FILE_NAME
        path.write_text("\n".join(secrets) + "\n")
        self.party = a_party(self.folder, self.database, self.clock, self.provider)
        self.party.app.config["WTF_CSRF_ENABLED"] = True
        self.party.app.add_url_rule("/jeton", "token", self.token)
        return self.party

    def again(self, *secrets: str) -> FlaskClient:
        """The same browser before the pages that know these."""
        cookies = self.browser._cookies
        self.browser = self.start(*secrets).browser()
        self.browser._cookies = cookies
        return self.browser

    def token(self) -> str:
        """The CSRF token of a form, as the page writes it."""
        csrf = self.party.app.jinja_env.globals["csrf_token"]
        assert callable(csrf)
        return str(csrf())


@promise("product:secrets-of-pages-are-replaced-alive")
def test_sessions_and_open_forms_outlive_a_new_secret_and_end_with_the_old_one(
    tmp_path: Path, database: Database, clock: FixedClock
) -> None:
    pages = Restarted(tmp_path, database, clock)
    pages.party.sign_in(pages.browser)
    form = {"csrf_token": pages.browser.get("/jeton").text}
    assert pages.browser.post("/formulaire", data=form).status_code == 200

    browser = pages.again(NEW, OLD)
    assert browser.post("/formulaire", data=form).status_code == 200

    browser = pages.again(NEW)
    assert browser.post("/formulaire", data=form).status_code == 400
    assert browser.get("/").status_code == 303, "the session was sealed with the old one"


def test_a_sign_in_under_way_goes_on_with_a_new_secret(tmp_path: Path, database: Database, clock: FixedClock) -> None:
    pages = Restarted(tmp_path, database, clock)
    to_issuer = pages.browser.get(pages.browser.get("/").location)
    browser = pages.again(NEW, OLD)
    answer = browser.get(pages.party.provider.authorize(to_issuer.location))
    assert (answer.status_code, answer.location) == (303, "/")
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize("content", ["", "\n\n", "short", f"{OLD}\nshort"])
def test_a_file_with_a_secret_too_short_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    with pytest.raises(WebSecretError, match="32 bytes"):
        WebSecrets.load(tmp_path)


def test_what_can_never_be_replaced_has_one_secret_only(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(f"{OLD}\n")
    key = WebSecrets.load(tmp_path).only_key("pairwise subjects")
    assert key == WebSecrets(OLD.encode()).key("pairwise subjects")
    (tmp_path / FILE_NAME).write_text(f"{NEW}\n{OLD}\n")
    with pytest.raises(WebSecretError, match="never"):
        WebSecrets.load(tmp_path).only_key("pairwise subjects")


OTHER_VERSIONS = ["", "{", "null", "[]", "7", '"text"', "{}", '{"b": 1}', '{"a": {"c": 1}}', '{"a": null}']


def _nested(text: str) -> int:
    return int(json.loads(text)["a"]["b"])


def _attribute(text: str) -> str:
    return str(json.loads(text)["a"].strip())


@promise("product:another-version-is-no-error")
@pytest.mark.parametrize("reader", [_nested, _attribute])
@pytest.mark.parametrize("text", OTHER_VERSIONS)
def test_what_another_version_wrote_counts_as_not_kept(text: str, reader: Callable[[str], object]) -> None:
    secrets = sealer(OLD)
    assert secrets.read(secrets.seal(text, "a"), "a", reader) is None

"""The auditor's browser, signed in through a fake issuer."""

import re
from dataclasses import dataclass
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from servicekit.web import ServiceApp
from tests.audit.builders import Journal
from tests.plain import reads_plainly
from tests.servicekit.web.fake_provider import FakeProvider

AUDITOR_DETAILS = [{"type": "administration", "extranet": "audit", "role": "caf_auditor", "caf": "921"}]


@dataclass
class Pages:
    """A browser of an auditor and what is behind it."""

    app: ServiceApp
    journal: Journal
    provider: FakeProvider
    browser: FlaskClient

    def sign_in(self) -> None:
        begin = self.browser.get("/")
        to_issuer = self.browser.get(begin.location)
        assert self.browser.get(self.provider.authorize(to_issuer.location)).status_code == 303

    def sign_in_for(self, owner: str) -> None:
        """Another browser, of the auditor of another Caf or of the national one."""
        self.provider.change_access = lambda claims: claims.update(
            authorization_details=[{**AUDITOR_DETAILS[0], "caf": owner}]
        )
        self.browser = reads_plainly(self.app.test_client())
        self.sign_in()

    def search(self, **form: str) -> TestResponse:
        return self.browser.post("/recherche", data={"case_number": "CTRL-2026-14", **form})

    def results(self, **form: str) -> tuple[str, str]:
        found = self.search(**form)
        assert found.status_code == 303
        return found.location, text_of(self.browser.get(found.location))


def text_of(response: TestResponse) -> str:
    return re.sub(r"\s+", " ", unescape(response.text).replace("\u00a0", " ").replace("\u202f", " "))

"""The pages of the journal on a real SQLite database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.adapters.web.app import WebParts, create_web
from partnerkit.event_words import words_of
from tests.audit.adapters.auditor_pages import AUDITOR_DETAILS, Pages
from tests.audit.builders import MIGRATIONS, MovingClock, journal
from tests.plain import reads_plainly
from tests.servicekit.web.fake_provider import CLIENT, ISSUER, PUBLIC_URL, RESOURCE, SECRET, FakeProvider


@pytest.fixture
def migrations() -> Path:
    """Those of audit."""
    return MIGRATIONS


@pytest.fixture
def pages(tmp_path: Path, sqlite_url: str) -> Iterator[Pages]:
    clock = MovingClock()
    with journal(tmp_path, sqlite_url, clock) as opened:
        for service in ("auth", "habpps", "cdap"):
            opened.describe(service, words_of(service))
        provider = FakeProvider(clock)  # type: ignore[arg-type]
        provider.change_access = lambda claims: claims.update(authorization_details=AUDITOR_DETAILS)
        settings = opened.settings.model_copy(
            update={
                "issuer": ISSUER,
                "client_id": CLIENT,
                "client_secret": type(opened.settings.client_secret)(SECRET),
                "resource": RESOURCE,
                "public_url": PUBLIC_URL,
            }
        )
        made = opened.core.use_cases
        app = create_web(WebParts(settings, opened.database, made, clock, provider.client()))
        app.testing = True
        app.config["WTF_CSRF_ENABLED"] = False
        yield Pages(app, opened, provider, reads_plainly(app.test_client()))


@pytest.fixture
def signed_in(pages: Pages) -> Pages:
    pages.sign_in()
    return pages

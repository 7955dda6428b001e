"""What a whole visit leaves in the logs: nothing that opens anything, and nobody's name."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from servicekit.logging import configure_logging
from tests.auth.builders import ISSUER, PASSWORD, SECRET, AuthBrowser


@pytest.fixture
def lines() -> Iterator[io.BytesIO]:
    """Everything that is logged from now on, the most talkative way."""
    root, kept = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    stream = io.BytesIO()
    configure_logging("auth", "debug", stream)
    structlog.configure(cache_logger_on_first_use=False)
    yield stream
    structlog.configure(**kept)
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_whole_visit_leaves_no_secret_and_no_name_in_the_logs(browser: AuthBrowser, lines: io.BytesIO) -> None:
    browser.sign_in(password="a-wrong-password")
    browser.sign_in()
    code = browser.code()
    tokens = browser.exchange(code).json
    browser.exchange(code)
    browser.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    browser.client.get("/userinfo", headers=bearer, base_url=ISSUER)
    browser.submit(browser.get("/forgotten-password"), "/forgotten-password", username="cdurand-4821")
    browser.get("/logout", id_token_hint=tokens["id_token"])
    written = lines.getvalue().decode()
    assert "Validate token request" in written
    secrets = ["a-wrong-password", PASSWORD, SECRET, code, *(tokens[f"{kind}_token"] for kind in ("id", "access"))]
    for forbidden in (*secrets, tokens["refresh_token"], "cdurand", "Durand", "chloe.durand"):
        assert forbidden not in written

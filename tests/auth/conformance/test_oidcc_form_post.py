"""What stands on the page that carries an answer back by form post, beside the modules that `test_oidcc_basic` runs."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from auth.clients.domain.clients import Client
from tests.auth.builders import ISSUER, Provider
from tests.auth.conformance.suite import Suite, a_suite_client, posted


@pytest.fixture
def form_post(provider: Provider) -> Suite:
    """A client that asks for form_post."""
    client: Client = a_suite_client()
    provider.add(client)
    return Suite(provider, client, "form_post")


def test_the_page_is_stored_nowhere_and_leads_only_to_the_client(form_post: Suite) -> None:
    page = form_post.ask(prompt="none")
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    policy = page.headers["Content-Security-Policy"]
    target = urlsplit(form_post.redirect_uri)
    assert f"form-action 'self' {target.scheme}://{target.netloc}" in policy
    assert 'id="form-post-submit"' in page.text  # works without JavaScript


def test_what_is_sent_is_escaped_and_arrives_as_it_was(form_post: Suite) -> None:
    state = "\"><script>alert('1')</script>&amp;"
    page = form_post.ask(prompt="none", state=state)
    assert "<script>alert" not in page.text
    address, fields = posted(page)
    assert address == form_post.redirect_uri
    assert dict(fields) == {"error": "login_required", "state": state, "iss": ISSUER}


def test_a_client_that_is_not_registered_for_it_gets_an_error_in_the_query(provider: Provider) -> None:
    client = a_suite_client(response_modes=["query"])
    provider.add(client)
    suite = Suite(provider, client)
    assert suite.error(response_mode="form_post") == "invalid_request"


def test_nothing_ever_goes_back_in_a_fragment(form_post: Suite) -> None:
    answer = form_post.ask(response_mode="fragment", prompt="none")
    assert answer.status_code == 303
    location = urlsplit(answer.headers["Location"])
    assert "error=invalid_request" in location.query
    assert location.fragment == ""

"""RFC 9126, pushed authorization requests, for clients of every profile."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.auth.builders import ISSUER, SECRET, AuthBrowser, Provider, a_client, sent_back
from tests.auth.conformance_fapi.builders import refusal
from tests.auth.rfcs.builders import CDAP, call, plain_request
from tests.promises import promise

_AT_ONCE = 8
PREFIX = "urn:ietf:params:oauth:request_uri:"


@promise("rfc9126:answer")
def test_rfc9126_a_pushed_request_gets_a_reference(browser: AuthBrowser) -> None:
    answer = call(browser, "/par", **plain_request())
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["request_uri"].startswith(PREFIX)
    assert answer.json["expires_in"] == 60
    browser.sign_in()
    back = sent_back(browser.get("/authorize", client_id="cdap", request_uri=answer.json["request_uri"]))
    assert browser.exchange(back["code"]).status_code == 200


@promise("rfc9126:checked-at-once")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": f"{CDAP}/other"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"resource": "http://localhost:9999"}, "invalid_target"),
        ({"claims": "{"}, "invalid_request"),
        ({"authorization_details": "[{}]"}, "invalid_authorization_details"),
        ({"request_uri": f"{PREFIX}x"}, "invalid_request"),
        ({"request": "x.y.z"}, "request_not_supported"),
    ],
)
def test_rfc9126_what_is_wrong_is_said_when_it_is_pushed(
    browser: AuthBrowser, changes: dict[str, str], error: str
) -> None:
    assert refusal(call(browser, "/par", **plain_request(**changes))) == (400, error)


@promise("rfc9126:authenticated")
@pytest.mark.parametrize("secret", ["wrong", ""])
def test_rfc9126_a_client_authenticates_as_at_the_token_endpoint(browser: AuthBrowser, secret: str) -> None:
    form = plain_request(client_id="cdap", client_secret=secret)
    answer = browser.post("/par", **form)
    assert refusal(answer) == (401, "invalid_client")


@promise("rfc9126:authenticated")
def test_rfc9126_a_client_pushes_in_its_own_name_only(browser: AuthBrowser) -> None:
    assert refusal(call(browser, "/par", **plain_request(client_id="mon-enfant"))) == (400, "invalid_request")
    pushed = call(browser, "/par", **plain_request()).json["request_uri"]
    page = browser.get("/authorize", client_id="mon-enfant", request_uri=pushed)
    assert page.status_code == 400
    assert "invalid_request_uri" in page.text


@promise("rfc9126:authenticated")
def test_rfc9126_the_secret_is_not_kept_with_the_request(provider: Provider, browser: AuthBrowser) -> None:
    answer = browser.post("/par", **plain_request(client_id="cdap", client_secret=SECRET))
    assert answer.status_code == 201
    kept = provider.read(lambda repos: repr(repos.pushed_requests.rows))
    assert SECRET not in kept
    assert answer.json["request_uri"].removeprefix(PREFIX) not in kept


@promise("rfc9126:used-once")
def test_rfc9126_a_reference_serves_once_and_not_for_long(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    used = call(browser, "/par", **plain_request()).json["request_uri"]
    assert "code" in sent_back(browser.get("/authorize", client_id="cdap", request_uri=used))
    late = call(browser, "/par", **plain_request()).json["request_uri"]
    provider.clock.advance(timedelta(seconds=60))
    for request_uri in (used, late, f"{PREFIX}unknown", PREFIX):
        page = browser.get("/authorize", client_id="cdap", request_uri=request_uri)
        assert page.status_code == 400
        assert "invalid_request_uri" in page.text


@promise("rfc9126:used-once")
def test_rfc9126_an_error_uses_the_reference_up(browser: AuthBrowser) -> None:
    pushed = call(browser, "/par", **plain_request(prompt="none")).json["request_uri"]
    query = {"client_id": "cdap", "request_uri": pushed}
    assert sent_back(browser.get("/authorize", **query))["error"] == "login_required"
    browser.sign_in()
    assert browser.get("/authorize", **query).status_code == 400


@promise("rfc9126:used-once")
def test_rfc9126_of_many_visits_at_once_one_gives_a_code(stored_provider: Provider) -> None:
    """Of one person, with real transactions."""
    browser = stored_provider.browser()
    cookies = [line.partition(";")[0].partition("=") for line in browser.sign_in().headers.getlist("Set-Cookie")]
    pushed = call(browser, "/par", **plain_request()).json["request_uri"]
    query = {"client_id": "cdap", "request_uri": pushed}
    start = threading.Barrier(_AT_ONCE)
    browsers = [stored_provider.browser() for _ in range(_AT_ONCE)]
    for other in browsers:
        for name, _, value in cookies:
            other.client.set_cookie(name, value)

    def visit(one: AuthBrowser) -> bool:
        start.wait(30)
        answer = one.client.get("/authorize", query_string=query, base_url=ISSUER)
        return "code=" in answer.headers.get("Location", "")

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        assert sum(pool.map(visit, browsers)) == 1


@promise("rfc9126:required-where-registered")
def test_rfc9126_a_client_may_be_registered_to_push_always(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(a_client("cdap", require_pushed_authorization_requests=True))
    browser.sign_in()
    assert sent_back(browser.authorize())["error"] == "invalid_request"
    pushed = call(browser, "/par", **plain_request()).json["request_uri"]
    assert "code" in sent_back(browser.get("/authorize", client_id="cdap", request_uri=pushed))
    metadata = browser.get("/.well-known/oauth-authorization-server").json
    assert metadata["pushed_authorization_request_endpoint"] == f"{ISSUER}/par"
    assert metadata["require_pushed_authorization_requests"] is False


@promise("rfc9126:only-what-was-pushed")
def test_rfc9126_nothing_beside_the_reference_counts(browser: AuthBrowser) -> None:
    browser.sign_in()
    pushed = call(browser, "/par", **plain_request()).json["request_uri"]
    beside = {"state": "another", "scope": "openid", "redirect_uri": "http://localhost:8410/retour"}
    back = browser.get("/authorize", client_id="cdap", request_uri=pushed, **beside)
    assert back.headers["Location"].startswith(f"{CDAP}/retour?")
    assert sent_back(back)["state"] == "the state"
    assert browser.exchange(sent_back(back)["code"]).json["scope"] == "openid cdap"

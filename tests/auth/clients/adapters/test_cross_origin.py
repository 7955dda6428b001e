"""Scripts of a client's own pages may call the provider (CORS), those of other sites may not; no page may be read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auth.clients.domain.client_registration import parse_client
from auth.clients.domain.redirects import origins_of
from auth.clients.use_cases.open_registration import OpenRegistration
from auth.protocol.adapters.web.discovery import PATHS
from tests.auth.builders import ISSUER, AuthBrowser, Provider
from tests.auth.clients.adapters.registrar import Registrar, path_of
from tests.auth.rfcs.builders import a_public_client, public_refresh, public_tokens
from tests.promises import promise

OWN, OTHER, STRANGER = "http://localhost:8414", "http://localhost:8402", "https://evil.example"
DOCUMENTS = (*PATHS, "/jwks")
NOT_FOR_SCRIPTS = {"authorization_endpoint", "end_session_endpoint"}


def endpoints(browser: AuthBrowser) -> dict[str, str]:
    """Everything that discovery announces for clients, so that a new endpoint is looked at without being named here."""
    metadata = browser.get(PATHS[0]).json
    return {
        name: address.removeprefix(ISSUER)
        for name, address in metadata.items()
        if name.endswith("_endpoint") and name not in NOT_FOR_SCRIPTS
    }


def call(browser: AuthBrowser, method: str, path: str, origin: str | None, **form: str) -> Any:
    """A request of a script at `origin`."""
    headers = {"Origin": origin} if origin is not None else {}
    return browser.client.open(path, method=method, data=form or None, headers=headers, base_url=ISSUER)


def preflight(browser: AuthBrowser, path: str, origin: str, method: str = "POST") -> Any:
    """What a browser asks before it sends a header that forms cannot have."""
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization, content-type, dpop",
    }
    return browser.client.open(path, method="OPTIONS", headers=asked, base_url=ISSUER)


def words(answer: Any, header: str) -> set[str]:
    """The words of a header that is a list."""
    return {word.strip() for word in answer.headers.get(header, "").split(",") if word.strip()}


def may_read(answer: Any) -> str | None:
    """Whose scripts may read the answer. Cookies are never theirs to send."""
    assert "Access-Control-Allow-Credentials" not in answer.headers
    allowed: str | None = answer.headers.get("Access-Control-Allow-Origin")
    return allowed


@pytest.fixture
def tablet(provider: Provider) -> AuthBrowser:
    """A browser whose person is signed in; the public client `tablet` is registered."""
    provider.add(a_public_client())
    browser = provider.browser()
    browser.sign_in()
    return browser


@promise("clients:cors")
@pytest.mark.parametrize("origin", [OWN, OTHER, STRANGER, "null", None])
@pytest.mark.parametrize("path", DOCUMENTS)
def test_documents_are_for_every_script(browser: AuthBrowser, path: str, origin: str | None) -> None:
    answer = call(browser, "GET", path, origin)
    assert (answer.status_code, may_read(answer)) == (200, "*")
    assert "Origin" not in words(answer, "Vary")
    asked = preflight(browser, path, origin or OWN, "GET")
    assert (asked.status_code, may_read(asked)) == (204, "*")
    assert words(asked, "Access-Control-Allow-Methods") == {"GET", "HEAD"}


@promise("clients:cors")
def test_a_preflight_of_a_clients_page_is_answered_at_every_endpoint(tablet: AuthBrowser) -> None:
    found = endpoints(tablet)
    assert len(found) == 7
    for name, path in found.items():
        answer = preflight(tablet, path, OWN)
        assert (answer.status_code, may_read(answer), answer.data) == (204, OWN, b""), name
        assert "POST" in words(answer, "Access-Control-Allow-Methods"), name
        assert words(answer, "Access-Control-Allow-Headers") == {"Authorization", "Content-Type", "DPoP"}, name
        assert words(answer, "Vary") == {"Origin"}, name


@promise("clients:cors")
@pytest.mark.parametrize(
    "origin", [STRANGER, "null", f"{OWN}.evil.example", f"{OWN}/", OWN.upper(), "http://localhost:8415", "localhost"]
)
def test_a_page_of_no_client_reads_nothing(tablet: AuthBrowser, origin: str) -> None:
    for name, path in endpoints(tablet).items():
        for answer in (preflight(tablet, path, origin), call(tablet, "POST", path, origin, token="x")):
            assert may_read(answer) is None, name
            assert not any(header.startswith("Access-Control-") for header, _ in answer.headers), name
            assert "Origin" in words(answer, "Vary"), name


@promise("clients:cors")
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_errors_are_read_by_the_pages_of_clients_with_their_headers(tablet: AuthBrowser, method: str) -> None:
    for name, path in endpoints(tablet).items():
        answer = call(tablet, method, path, OWN, client_id="tablet")
        assert answer.status_code >= 400, name
        assert may_read(answer) == OWN, name
        exposed = words(answer, "Access-Control-Expose-Headers")
        assert exposed == {"WWW-Authenticate", "DPoP-Nonce", "Retry-After"}, name


@promise("clients:cors")
def test_a_browser_application_signs_in_renews_asks_and_revokes(tablet: AuthBrowser) -> None:
    first = public_tokens(tablet, Origin=OWN)
    renewed = public_refresh(tablet, first.json["refresh_token"], Origin=OWN)
    bearer = {"Authorization": f"Bearer {renewed.json['access_token']}", "Origin": OWN}
    person = tablet.client.get("/userinfo", headers=bearer, base_url=ISSUER)
    form = {"token": renewed.json["refresh_token"], "client_id": "tablet"}
    revoked = call(tablet, "POST", "/revoke", OWN, **form)
    again = public_refresh(tablet, renewed.json["refresh_token"], Origin=OWN)
    late = tablet.client.get("/userinfo", headers=bearer, base_url=ISSUER)
    answers = (first, renewed, person, revoked, again, late)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 400, 401]
    assert [may_read(answer) for answer in answers] == [OWN] * 6
    assert all("Origin" in words(answer, "Vary") for answer in answers)


@promise("clients:cors")
def test_the_page_of_one_client_reads_nothing_of_another(tablet: AuthBrowser) -> None:
    first = public_tokens(tablet, Origin=OTHER)
    assert (first.status_code, may_read(first)) == (200, None)
    refused = public_refresh(tablet, "unknown", Origin=OTHER)
    assert (refused.status_code, may_read(refused)) == (400, None)
    bearer = {"Authorization": f"Bearer {first.json['access_token']}", "Origin": OTHER}
    assert may_read(tablet.client.get("/userinfo", headers=bearer, base_url=ISSUER)) is None


@promise("clients:cors")
def test_pages_are_for_no_script(tablet: AuthBrowser) -> None:
    pages = ("/authorize", "/consent", "/logout", "/logged-out", "/login", "/device", "/", "/choose-password", "/nope")
    for path in pages:
        for answer in (call(tablet, "GET", path, OWN), call(tablet, "POST", path, OWN), preflight(tablet, path, OWN)):
            assert not any(header.startswith("Access-Control-") for header, _ in answer.headers), path


@promise("clients:cors")
def test_an_entry_is_managed_by_the_pages_of_its_client(provider: Provider) -> None:
    registrar = Registrar(provider.browser())
    token = OpenRegistration(provider.work, provider.clock).create("Alpha", days=7, uses=1, owner="national")
    entry = registrar.call("POST", "/register", token, {"redirect_uris": [f"{OWN}/retour"]}, Origin=OWN)
    path, opens = path_of(entry.json), entry.json["registration_access_token"]
    asked = preflight(provider.browser(), path, OWN, "PUT")
    assert words(asked, "Access-Control-Allow-Methods") == {"GET", "HEAD", "PUT", "DELETE"}
    foreign = registrar.call("GET", path, opens, Origin=OTHER)
    read = registrar.call("GET", path, opens, Origin=OWN)
    deleted = registrar.call("DELETE", path, opens, Origin=OWN)
    assert [may_read(answer) for answer in (entry, foreign, read, deleted)] == [OWN, None, OWN, OWN]
    assert deleted.status_code == 204


def test_the_origin_of_a_new_client_is_known_at_once_and_that_of_a_closed_one_forgotten(provider: Provider) -> None:
    browser = provider.browser()
    assert may_read(preflight(browser, "/token", OWN)) is None
    provider.add(a_public_client())
    assert may_read(preflight(browser, "/token", OWN)) == OWN
    provider.add(replace(a_public_client(), enabled=False))
    assert may_read(preflight(browser, "/token", OWN)) is None


_ENTRY: dict[str, Any] = {
    "client_id": "tablet",
    "owner": "national",
    "code": "tablet",
    "name": "Tablette",
    "redirect_uris": [f"{OWN}/retour"],
    "scope": "openid tablet",
    "token_endpoint_auth_method": "none",
}


@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("https://app.example/cb", "https://app.example"),
        ("https://app.example:443/cb?x=1", "https://app.example"),
        ("https://app.example:8443/cb", "https://app.example:8443"),
        ("http://localhost:3000/cb", "http://localhost:3000"),
        ("http://127.0.0.1:3000/cb", "http://127.0.0.1:3000"),
        ("http://[::1]:3000/cb", "http://[::1]:3000"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(uri: str, origin: str) -> None:
    assert origins_of(parse_client({**_ENTRY, "redirect_uris": [uri]}, "")) == {origin}

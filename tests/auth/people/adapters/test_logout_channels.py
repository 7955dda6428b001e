"""Front-Channel and Back-Channel Logout 1.0: how the extranets of a session are closed."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from auth.people.domain.sessions import EndReason, Session
from auth.people.use_cases.orders import Order
from auth.protocol.domain.grants import OVERLAP
from rights.facts import Organisation, User
from tests.auth.builders import DIRECTOR, ISSUER, PASSWORD, AuthBrowser, Provider, a_client, an_account
from tests.auth.protocol.adapters.test_logout import BACK, claims_of, is_signed_in, signed_in
from tests.auth.rfcs.builders import a_public_client, public_refresh, public_tokens
from tests.auth.second_step import add_authenticator
from tests.promises import promise
from tests.system.browser import accessibility_violations, chromium

FRONT = "http://localhost:8411/fin?from=caf&x=a;b"


def frames_of(page: Any) -> list[str]:
    """The addresses of the hidden frames."""
    return [
        unescape(found) for found in re.findall(r'<iframe class="front-channel" hidden [^>]*src="([^"]+)"', page.text)
    ]


@pytest.fixture
def front(provider: Provider) -> Provider:
    """With a client that is closed by a frame of our page."""
    no_back_channel = {"backchannel_logout_uri": None, "requires_service_contract": False}
    changes = {"name": "Oméga", "frontchannel_logout_uri": FRONT, **no_back_channel}
    provider.add(a_client("omega", 8411, **changes))
    return provider


def test_an_extranet_with_a_front_channel_is_closed_by_a_hidden_frame(front: Provider) -> None:
    browser = front.browser()
    hint = signed_in(browser)
    signed_in(browser, "omega", 8411)
    sid = claims_of(hint)["sid"]
    page = browser.follow(browser.submit(browser.get("/"), "/deconnexion"))
    (address,) = frames_of(page)
    assert address.startswith(f"{FRONT}&")
    assert parse_qs(urlsplit(address).query) == {"from": ["caf"], "x": ["a;b"], "iss": [ISSUER], "sid": [sid]}
    assert "frame-src http://localhost:8411;" in page.headers["Content-Security-Policy"]
    assert "http-equiv" not in page.text
    assert "est fermé aussi." in page.text
    assert "Oméga" in page.text
    assert page.headers["X-Frame-Options"] == "DENY"
    assert frames_of(browser.get("/logged-out")) == []


def test_the_frames_are_shown_before_the_browser_goes_back_to_the_client(front: Provider) -> None:
    browser = front.browser()
    hint = signed_in(browser)
    signed_in(browser, "omega", 8411)
    page = browser.get("/logout", id_token_hint=hint, post_logout_redirect_uri=BACK, state='"><x')
    onwards = f"{BACK}?state=%22%3E%3Cx"
    assert page.status_code == 200
    assert f'<meta http-equiv="refresh" content="0;url={onwards}">' in page.text
    assert f'id="logged-out-continue" href="{onwards}"' in page.text
    assert len(frames_of(page)) == 1
    assert 'id="logout"' not in page.text
    assert not is_signed_in(browser)


def test_without_tokens_in_the_session_there_is_no_frame(front: Provider) -> None:
    browser = front.browser()
    hint = signed_in(browser)
    assert browser.get("/logout", id_token_hint=hint, post_logout_redirect_uri=BACK).status_code == 303


def test_a_front_channel_address_that_cannot_be_named_closes_the_others_all_the_same(front: Provider) -> None:
    browser = front.browser()
    signed_in(browser, "omega", 8411)
    known = a_client("omega", 8411, requires_service_contract=False)
    front.add(replace(known, frontchannel_logout_uri="https://exa;mple/fin"))  # registered before it was refused
    page = browser.follow(browser.submit(browser.get("/"), "/deconnexion"))
    assert frames_of(page) == []
    assert "frame-src" not in page.headers["Content-Security-Policy"]


def test_an_extranet_that_cannot_be_told_is_named_and_not_counted(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(a_client(backchannel_logout_uri=None))
    signed_in(browser)
    page = browser.follow(browser.submit(browser.get("/"), "/deconnexion"))
    assert 'data-total="0"' in page.text
    assert "Fermez vous-même les pages de : CDAP." in page.text
    assert "Aucun extranet n" not in page.text


def test_logout_tokens_are_signed_as_id_tokens_and_name_the_session(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(a_client(id_token_signed_response_alg="RS256"))
    hint = signed_in(browser)
    browser.get("/logout", id_token_hint=hint)
    ((_address, logout_token),) = provider.calls.posted
    read = jwt.decode(logout_token, provider.keys.public, algorithms=["RS256"])
    assert (read.header["alg"], read.header["typ"]) == ("RS256", "logout+jwt")
    assert read.claims["sid"] == claims_of(hint)["sid"]
    assert read.claims["exp"] - read.claims["iat"] == 120
    assert "nonce" not in read.claims


@pytest.mark.parametrize("changes", [{"registered_at": 1}, {"owner": "921"}], ids=["registered by itself", "of a Caf"])
def test_only_a_client_that_the_operator_vouches_for_is_told_in_private_networks(
    provider: Provider, browser: AuthBrowser, changes: dict[str, Any]
) -> None:
    provider.add(replace(a_client(), **changes))
    signed_in(browser)
    signed_in(browser, "mon-enfant", 8410)
    browser.submit(browser.get("/"), "/deconnexion")
    assert len(provider.calls.posted) == 2
    assert provider.calls.of_the_house == {"http://localhost:8410/backchannel-logout"}


@pytest.mark.parametrize("kind", ["deaf", "refusing"])
def test_only_a_client_that_did_not_answer_is_told_again(provider: Provider, browser: AuthBrowser, kind: str) -> None:
    getattr(provider.calls, kind).add("http://localhost:8402/backchannel-logout")
    sid = claims_of(signed_in(browser))["sid"]
    page = browser.follow(browser.submit(browser.get("/"), "/deconnexion"))
    assert 'data-done="0" data-total="1"' in page.text
    getattr(provider.calls, kind).clear()
    before = len(provider.calls.posted)
    provider.deliver(sid)
    assert len(provider.calls.posted) == before  # the delay is not over
    provider.clock.advance(timedelta(hours=1))
    assert provider.deliver(sid).done == (1 if kind == "deaf" else 0)
    assert len(provider.calls.posted) == 1


def test_an_extranet_is_counted_once_however_often_it_is_told(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    code = browser.code()
    browser.exchange(code)
    browser.exchange(code)  # comes twice: what it gave is revoked and the client told
    page = browser.follow(browser.submit(browser.get("/"), "/deconnexion"))
    assert len(provider.calls.posted) == 2
    assert 'data-done="1" data-total="1"' in page.text


def lock(provider: Provider, _session: Session, _cookie: str) -> None:
    provider.people.manage_accounts.lock(
        Order(command_id="c", account_id=DIRECTOR, requested_by="admin", reason="LEFT")
    )


def reset(provider: Provider, _session: Session, _cookie: str) -> None:
    provider.people.manage_accounts.reset_password(Order(command_id="c", account_id=DIRECTOR, requested_by="admin"))


def suspend(provider: Provider, _session: Session, _cookie: str) -> None:
    provider.people.manage_accounts.end_sessions(
        Order(command_id="c", account_id=DIRECTOR, requested_by="admin", reason="SUSPENDED")
    )


def leave(provider: Provider, session: Session, _cookie: str) -> None:
    provider.people.sign_out(session.session_id)


def disown(provider: Provider, session: Session, _cookie: str) -> None:
    provider.people.disown_login(session)


def change_password(provider: Provider, session: Session, _cookie: str) -> None:
    new = "brouette lampe nuage"
    provider.people.choose_password(session, new, new, PASSWORD)


def change_factor(provider: Provider, _session: Session, _cookie: str) -> None:
    add_authenticator(provider, provider.sign_in().session)


def expire(provider: Provider, _session: Session, _cookie: str) -> None:
    provider.clock.advance(timedelta(minutes=30))
    provider.sweep()


def change_organisation(provider: Provider, session: Session, _cookie: str) -> None:
    second = Organisation(
        id="org-second", siret="21750001600019", name="Autre commune", caf="", kind="partner", state="active"
    )
    more = (
        second,
        User(
            id="user-9",
            account_id=DIRECTOR,
            organisation_id="org-second",
            caf="921",
            display_name="Chloé Durand",
            state="active",
        ),
    )
    provider.replica.snapshot = provider.commune.snapshot(more=more)
    provider.people.choose_organisation(session, "org-second")


def replace_session(provider: Provider, _session: Session, cookie: str) -> None:
    provider.add(an_account("account-social-worker", "amartin-0007"))
    provider.sign_in("amartin-0007", cookie=cookie)


def lose_everything(provider: Provider, _session: Session, _cookie: str) -> None:
    provider.change_rights("creche_director", state="closed")
    provider.lost_access()


CAUSES: dict[str, Callable[[Provider, Session, str], None]] = {
    "LOGOUT": leave,
    "NOT_ME": disown,
    "LOCKED": lock,
    "PASSWORD_CHANGED": change_password,
    "FACTOR_CHANGED": change_factor,
    "PASSWORD_RESET": reset,
    "ADMINISTRATOR": suspend,
    "EXPIRED": expire,
    "ORGANISATION_CHANGED": change_organisation,
    "REPLACED": replace_session,
    "RIGHTS_LOST": lose_everything,
}


def test_every_reason_of_an_end_is_tried_below() -> None:
    assert set(CAUSES) == {reason.value for reason in EndReason}


@pytest.mark.parametrize("reason", CAUSES)
def test_every_end_of_a_session_is_told_to_its_clients(provider: Provider, reason: str) -> None:
    opened = provider.sign_in()
    session_id = opened.session.session_id
    provider.work.write(lambda repos: repos.sessions.remember_client(session_id, "cdap"))
    CAUSES[reason](provider, opened.session, opened.cookie)
    (ended,) = provider.read(lambda repos: repos.ended_sessions.rows)
    assert (ended.session_id, ended.reason) == (session_id, reason)
    provider.deliver(session_id)
    ((address, logout_token),) = provider.calls.posted
    assert address == "http://localhost:8402/backchannel-logout"
    assert claims_of(logout_token)["sid"] == session_id


def test_a_refresh_token_that_comes_back_closes_the_client(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(a_public_client(backchannel_logout_uri="http://localhost:8414/backchannel-logout"))
    browser.sign_in()
    first = public_tokens(browser).json
    sid = claims_of(first["id_token"])["sid"]
    for _ in range(2):
        public_refresh(browser, first["refresh_token"])
        provider.clock.advance(OVERLAP + timedelta(seconds=1))
    provider.deliver(sid)
    ((_address, logout_token),) = provider.calls.posted
    assert claims_of(logout_token)["sid"] == sid
    assert is_signed_in(browser)


class LiveHouse:
    """The provider and an extranet with a front channel, each on a port of its own."""

    def __init__(self, provider: Provider) -> None:
        self.called: list[str] = []
        self.provider = make_server("127.0.0.1", 0, provider.browser().client.application, threaded=True)
        self.extranet = make_server("127.0.0.1", 0, Request.application(self._extranet), threaded=True)
        self._threads = [threading.Thread(target=server.serve_forever) for server in (self.provider, self.extranet)]
        for thread in self._threads:
            thread.start()

    def _extranet(self, request: Request) -> Response:
        self.called.append(request.full_path.rstrip("?"))
        return Response("<!doctype html><title>x</title>", mimetype="text/html")

    def close(self) -> None:
        for server, thread in zip((self.provider, self.extranet), self._threads, strict=True):
            server.shutdown()
            thread.join(10)
            server.server_close()


@pytest.fixture
def live(stored_provider: Provider) -> Iterator[tuple[Provider, LiveHouse]]:
    house = LiveHouse(stored_provider)
    yield stored_provider, house
    house.close()


@pytest.mark.browser
def test_a_browser_calls_the_front_channel_before_it_goes_on(live: tuple[Provider, LiveHouse]) -> None:
    provider, house = live
    extranet = f"http://127.0.0.1:{house.extranet.server_port}"
    addresses = {"frontchannel_logout_uri": f"{extranet}/fin", "post_logout_redirect_uris": [f"{extranet}/retour"]}
    provider.add(a_client("omega", 8411, requires_service_contract=False, **addresses))
    with chromium() as started:
        page = started.new_context(locale="fr-FR", java_script_enabled=False).new_page()
        page.goto(f"http://127.0.0.1:{house.provider.server_port}/login")
        page.fill("#username", "cdurand-4821")
        page.fill("#password", "quatre mots sans lien")
        page.click("#login-submit")
        sid = provider.read(lambda repos: repos.sessions.open_of("account-creche-director"))[0].session_id
        provider.work.write(lambda repos: repos.sessions.remember_client(sid, "omega"))
        query = f"client_id=omega&post_logout_redirect_uri={extranet}/retour&state=s"
        page.goto(f"http://127.0.0.1:{house.provider.server_port}/logout?{query}")
        page.click("#logout-confirm")
        page.wait_for_url("**/retour?state=s")
    called = [path for path in house.called if "favicon" not in path]
    assert [path.split("?")[0] for path in called] == ["/fin", "/retour"]
    assert parse_qs(urlsplit(called[0]).query) == {"iss": [ISSUER], "sid": [sid]}


@pytest.mark.browser
def test_the_last_page_breaks_no_rule_of_wcag(live: tuple[Provider, LiveHouse]) -> None:
    provider, house = live
    front = f"http://127.0.0.1:{house.extranet.server_port}/fin"
    provider.add(a_client("omega", 8411, requires_service_contract=False, frontchannel_logout_uri=front))
    with chromium() as started:
        page = started.new_context(locale="fr-FR", bypass_csp=True).new_page()
        page.goto(f"http://127.0.0.1:{house.provider.server_port}/login")
        page.fill("#username", "cdurand-4821")
        page.fill("#password", "quatre mots sans lien")
        page.click("#login-submit")
        sid = provider.read(lambda repos: repos.sessions.open_of("account-creche-director"))[0].session_id
        provider.work.write(lambda repos: repos.sessions.remember_client(sid, "omega"))
        page.click("#logout")
        page.wait_for_selector("#logged-out-in-browser")
        assert accessibility_violations(page) == []


def with_two_clients(provider: Provider) -> tuple[AuthBrowser, str]:
    """A session that two clients with a back channel share, and the ID token of the first."""
    provider.add(a_client())
    provider.add(a_client("omega", 8411, requires_service_contract=False))
    browser = provider.browser()
    hint = signed_in(browser)
    signed_in(browser, "omega", 8411)
    return browser, hint


def told(provider: Provider) -> list[str]:
    return [claims_of(token)["aud"] for _address, token in provider.calls.posted]


@promise("backchannel:starter-last")
@pytest.mark.parametrize("asks_first", [False, True])
def test_the_client_that_began_the_logout_is_told_after_its_browser_is_back(
    stored_provider: Provider, asks_first: bool
) -> None:
    """Keycloak, for one, shows an error when it hears of the end before the browser has come back with it."""
    provider = stored_provider
    browser, hint = with_two_clients(provider)
    if asks_first:
        page = browser.get("/logout", client_id="cdap", post_logout_redirect_uri=BACK)
        answer = browser.submit(page, "/logout/confirm")
    else:
        answer = browser.get("/logout", id_token_hint=hint, post_logout_redirect_uri=BACK)
    assert answer.headers["Location"] == BACK
    provider.deliver(str(claims_of(hint)["sid"]))
    assert told(provider) == ["omega"]
    provider.clock.advance(timedelta(seconds=11))
    provider.deliver(str(claims_of(hint)["sid"]))
    assert told(provider) == ["omega", "cdap"]


@promise("backchannel:starter-last")
def test_the_client_that_began_the_logout_counts_as_closed(stored_provider: Provider) -> None:
    provider = stored_provider
    browser, hint = with_two_clients(provider)
    session_id = str(claims_of(hint)["sid"])
    browser.get("/logout", id_token_hint=hint, post_logout_redirect_uri=BACK)
    provider.deliver(str(claims_of(hint)["sid"]))
    report = provider.tell_clients.report(session_id)
    assert (report.done, report.total) == (2, 2)


@promise("backchannel:starter-last")
def test_where_the_browser_does_not_go_back_every_client_is_told_at_once(stored_provider: Provider) -> None:
    provider = stored_provider
    browser, hint = with_two_clients(provider)
    browser.get("/logout", id_token_hint=hint)
    provider.deliver(str(claims_of(hint)["sid"]))
    assert sorted(told(provider)) == ["cdap", "omega"]

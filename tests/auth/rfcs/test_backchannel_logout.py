"""OpenID Connect Back-Channel Logout 1.0: what the provider sends and when, and what an extranet of the house takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from auth.people.domain.sessions import Session
from auth.people.use_cases.orders import Order
from servicekit.database import Database, open_database
from servicekit.web.oidc.provider_tokens import Party as RelyingParty
from servicekit.web.oidc.provider_tokens import verify_logout_token
from tests.auth.builders import DIRECTOR, ISSUER, PASSWORD, AuthBrowser, Provider, a_client
from tests.auth.conformance_fapi.builders import claims_of, header_of, refusal
from tests.auth.rfcs.builders import CDAP, tokens, userinfo
from tests.promises import promise
from tests.servicekit.web.conftest import Party, a_party, create_tables

ADDRESS = f"{CDAP}/backchannel-logout"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def extranet(tmp_path: Path, sqlite_url: str, provider: Provider) -> Iterator[Party]:
    """An extranet of the house, with an issuer of its own."""
    create_tables(sqlite_url)
    database: Database = open_database(sqlite_url)
    yield a_party(tmp_path, database, provider.clock)
    database.close()


def session_of(provider: Provider) -> Session:
    """The one session there is."""
    (session,) = provider.read(lambda repos: list(repos.sessions.rows.values()))
    assert isinstance(session, Session)
    return session


def sent(provider: Provider) -> list[tuple[str, str]]:
    """Addresses and logout tokens, once the worker has run."""
    provider.deliver("any")
    return provider.calls.posted


@promise("backchannel:token", "backchannel:short-life", "backchannel:no-nonce")
def test_backchannel_logout_a_token_has_everything_it_needs(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    given = tokens(browser)
    browser.submit(browser.get("/"), "/deconnexion")
    ((address, logout_token),) = sent(provider)
    assert address == ADDRESS
    assert header_of(provider, logout_token)["typ"] == "logout+jwt"
    claims, now = claims_of(provider, logout_token), int(provider.clock.now().timestamp())
    assert (claims["iss"], claims["aud"], claims["events"]) == (ISSUER, "cdap", {EVENT: {}})
    assert (claims["iat"], claims["exp"]) == (now, now + 120)
    assert claims["sid"] == claims_of(provider, given["id_token"])["sid"]
    assert claims["jti"]
    assert "nonce" not in claims
    party = RelyingParty(ISSUER, "cdap", lambda: provider.keys.public)
    assert verify_logout_token(logout_token, party, provider.clock.now()).sid == claims["sid"]


@promise("backchannel:metadata")
def test_backchannel_logout_is_in_the_metadata(browser: AuthBrowser) -> None:
    metadata = browser.get("/.well-known/openid-configuration").json
    assert metadata["backchannel_logout_supported"] is True
    assert metadata["backchannel_logout_session_supported"] is True


def _sign_out(provider: Provider) -> None:
    provider.people.sign_out(session_of(provider).session_id)


def _lock(provider: Provider) -> None:
    provider.people.manage_accounts.lock(
        Order(command_id="c", account_id=DIRECTOR, requested_by="administrator", reason="LEFT")
    )


def _end(provider: Provider) -> None:
    provider.people.manage_accounts.end_sessions(
        Order(command_id="c", account_id=DIRECTOR, requested_by="administrator", reason="SUSPENDED")
    )


def _change_password(provider: Provider) -> None:
    new = "brouette lampe nuage"
    provider.people.choose_password(session_of(provider), new, new, PASSWORD)


def _expire(provider: Provider) -> None:
    provider.clock.advance(timedelta(minutes=30))
    provider.sweep()


@promise("backchannel:every-end")
@pytest.mark.parametrize("end", [_sign_out, _lock, _end, _change_password, _expire])
def test_backchannel_logout_is_sent_for_every_end(
    provider: Provider, browser: AuthBrowser, end: Callable[[Provider], None]
) -> None:
    """The person, a lock, an administrator, another password, time."""
    browser.sign_in()
    sid = claims_of(provider, tokens(browser)["access_token"])["sid"]
    end(provider)
    ((address, logout_token),) = sent(provider)
    assert (address, claims_of(provider, logout_token)["sid"]) == (ADDRESS, sid)


@promise("backchannel:every-session")
def test_backchannel_logout_names_each_session_when_all_end(provider: Provider) -> None:
    """All sessions of a person end: each is named to each of its clients, so none is overlooked."""
    sids = set()
    for _ in range(2):
        browser = provider.browser()
        browser.sign_in()
        sids.add(claims_of(provider, tokens(browser)["access_token"])["sid"])
        browser.exchange(browser.code("mon-enfant", 8410), "mon-enfant", 8410)
    _end(provider)
    told = [(address, claims_of(provider, token)) for address, token in sent(provider)]
    assert {(address, claims["sid"]) for address, claims in told} == {
        (address, sid) for sid in sids for address in (ADDRESS, "http://localhost:8410/backchannel-logout")
    }
    assert len({claims["jti"] for _address, claims in told}) == 4


@promise("backchannel:refresh-ends")
def test_backchannel_logout_leaves_no_token_alive(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    given = tokens(browser)
    _sign_out(provider)
    refreshed = browser.token(grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert refusal(refreshed) == (400, "invalid_grant")
    assert userinfo(browser, given["access_token"]).status_code == 401


@promise("backchannel:no-offline-access")
def test_backchannel_logout_no_token_outlives_its_session_by_offline_access(
    provider: Provider, browser: AuthBrowser
) -> None:
    provider.add(a_client("cdap", scope="openid cdap offline_access"))
    browser.sign_in()
    given = tokens(browser, scope="openid cdap offline_access")
    assert given["scope"] == "openid cdap"
    _sign_out(provider)
    refreshed = browser.token(grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert refusal(refreshed) == (400, "invalid_grant")


@promise("backchannel:retry")
def test_backchannel_logout_is_tried_again_later_when_nobody_answers(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    tokens(browser)
    provider.calls.deaf.add(ADDRESS)
    _sign_out(provider)
    assert sent(provider) == []
    provider.calls.deaf.clear()
    assert sent(provider) == []
    provider.clock.advance(timedelta(minutes=5))
    ((_address, logout_token),) = sent(provider)
    assert claims_of(provider, logout_token)["exp"] == int(provider.clock.now().timestamp()) + 120


@promise("backchannel:retry")
def test_backchannel_logout_that_was_refused_is_not_sent_again(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    tokens(browser)
    provider.calls.refusing.add(ADDRESS)
    _sign_out(provider)
    assert len(sent(provider)) == 1
    provider.clock.advance(timedelta(hours=1))
    assert len(sent(provider)) == 1


@promise("backchannel:only-clients-with-tokens")
def test_backchannel_logout_goes_to_those_who_got_tokens(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    tokens(browser)
    browser.code("mon-enfant", 8410)
    _sign_out(provider)
    assert [address for address, _token in sent(provider)] == [ADDRESS]


@promise("backchannel:rp-accepts")
@pytest.mark.parametrize("changes", [{}, {"sid": None, "sub": True}])
def test_backchannel_logout_an_extranet_ends_the_session(extranet: Party, changes: dict[str, Any]) -> None:
    """The one that is named, or all of the person."""
    browser = extranet.browser()
    extranet.sign_in(browser)
    named: dict[str, Any] = {name: extranet.provider.subject if value else None for name, value in changes.items()}
    answer = _told(extranet, extranet.provider.logout_token(**named))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert browser.get("/").status_code == 303


@promise("backchannel:rp-refuses", "backchannel:no-nonce", "backchannel:token")
@pytest.mark.parametrize(
    "changes",
    [
        *({"nonce": "n"}, {"events": None}, {"events": {"other": {}}}, {"sid": None}, {"jti": None}, {"exp": None}),
        *({"exp": 1}, {"aud": "another"}, {"iss": "https://evil.example"}, {"iat": None}),
    ],
)
def test_backchannel_logout_an_extranet_refuses_a_wrong_token(extranet: Party, changes: dict[str, Any]) -> None:
    browser = extranet.browser()
    extranet.sign_in(browser)
    answer = _told(extranet, extranet.provider.logout_token(**changes))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")
    assert browser.get("/").status_code == 200


@promise("backchannel:rp-refuses")
@pytest.mark.parametrize("kind", ["JWT", "at+jwt"])
def test_backchannel_logout_an_extranet_refuses_a_token_of_another_kind(extranet: Party, kind: str) -> None:
    assert _told(extranet, extranet.provider.logout_token({"typ": kind})).status_code == 400


@promise("backchannel:rp-replay")
def test_backchannel_logout_an_extranet_takes_a_token_once(extranet: Party) -> None:
    token = extranet.provider.logout_token()
    assert [_told(extranet, token).status_code for _ in range(2)] == [200, 400]


def _told(extranet: Party, token: str) -> Any:
    return extranet.browser().post("/backchannel-logout", data={"logout_token": token})

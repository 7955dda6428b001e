"""RFC 9396, rich authorization requests: a client asks for less than what the rights give."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.auth.builders import AuthBrowser, Provider, sent_back
from tests.auth.conformance_fapi.builders import claims_of, refusal
from tests.auth.rfcs.builders import introspect, tokens
from tests.promises import promise

TYPE = {"type": "service_contract"}


def asked(*details: dict[str, Any]) -> str:
    return json.dumps(list(details))


@pytest.fixture
def manager(provider: Provider, browser: AuthBrowser) -> AuthBrowser:
    """A person of the crèches is signed in."""
    browser.sign_in()
    return browser


@promise("rfc9396:granted")
def test_rfc9396_without_asking_a_client_gets_what_the_rights_give(provider: Provider, manager: AuthBrowser) -> None:
    given = tokens(manager)
    (detail,) = claims_of(provider, given["access_token"])["authorization_details"]
    assert (detail["type"], detail["extranet"], detail["profiles"]) == ("service_contract", "cdap", ["T2"])
    assert "authorization_details" not in given


@promise("rfc9396:granted", "rfc9396:answer")
def test_rfc9396_a_client_that_asks_gets_no_more_and_is_told(provider: Provider, manager: AuthBrowser) -> None:
    wish = {**TYPE, "extranet": "cdap", "purposes": ["creche_fee", "social_support", "unknown"], "profiles": ["T2"]}
    full = claims_of(provider, tokens(manager)["access_token"])["authorization_details"][0]
    given = tokens(manager, authorization_details=asked(wish))
    (detail,) = given["authorization_details"]
    assert set(detail["purposes"]) <= set(full["purposes"]) & set(wish["purposes"])
    assert claims_of(provider, given["access_token"])["authorization_details"] == [detail]
    assert introspect(manager, given["access_token"])["authorization_details"] == [detail]


@promise("rfc9396:granted")
@pytest.mark.parametrize("wish", [{"profiles": ["T1"]}, {"territories": ["751"]}, {"purposes": ["other"]}])
def test_rfc9396_what_the_rights_do_not_hold_is_not_given(manager: AuthBrowser, wish: dict[str, Any]) -> None:
    code = manager.code("cdap", 8402, authorization_details=asked({**TYPE, **wish}))
    assert refusal(manager.exchange(code)) == (400, "invalid_grant")


@promise("rfc9396:refused")
@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "{}", "[]", "5", "null", '["x"]', "[" * 5000),
        *('[{"type": "account_information"}]', "[{}]", '[{"type": 5}]'),
        *('[{"type": "service_contract", "extranet": "mon-enfant"}]', '[{"type": "service_contract", "actions": []}]'),
        *('[{"type": "service_contract", "profiles": "T2"}]', '[{"type": "service_contract", "profiles": [5]}]'),
        *('[{"type": "service_contract", "service_contract": 5}]', json.dumps([TYPE] * 11)),
    ],
)
def test_rfc9396_what_cannot_be_read_is_refused(manager: AuthBrowser, text: str) -> None:
    back = sent_back(manager.authorize(authorization_details=text))
    expected = None if text == "" else "invalid_authorization_details"
    assert back.get("error") == expected


@promise("rfc9396:refused")
def test_rfc9396_details_need_the_scope_of_the_extranet(manager: AuthBrowser) -> None:
    back = sent_back(manager.authorize(scope="openid", authorization_details=asked(TYPE)))
    assert back["error"] == "invalid_authorization_details"


@promise("rfc9396:refresh")
def test_rfc9396_a_refresh_gives_what_was_asked_for(provider: Provider, manager: AuthBrowser) -> None:
    given = tokens(manager, authorization_details=asked({**TYPE, "purposes": ["creche_fee"]}))
    again = manager.token(grant_type="refresh_token", refresh_token=given["refresh_token"]).json
    for answer in (given, again):
        (detail,) = claims_of(provider, answer["access_token"])["authorization_details"]
        assert detail["purposes"] == ["creche_fee"]


@promise("rfc9396:metadata")
def test_rfc9396_the_metadata_name_the_type(browser: AuthBrowser) -> None:
    metadata = browser.get("/.well-known/oauth-authorization-server").json
    assert metadata["authorization_details_types_supported"] == ["service_contract"]


@promise("rfc9396:token-request")
def test_rfc9396_the_token_request_narrows_this_token_only(provider: Provider, manager: AuthBrowser) -> None:
    (full,) = claims_of(provider, tokens(manager)["access_token"])["authorization_details"]
    wish = asked({**TYPE, "purposes": full["purposes"][:1]})
    narrow = manager.exchange(manager.code(), authorization_details=wish).json
    (detail,) = narrow["authorization_details"]
    assert detail["purposes"] == full["purposes"][:1]
    assert claims_of(provider, narrow["access_token"])["authorization_details"] == [detail]
    again = manager.token(grant_type="refresh_token", refresh_token=narrow["refresh_token"]).json
    assert claims_of(provider, again["access_token"])["authorization_details"] == [full]
    form = {"grant_type": "refresh_token", "refresh_token": narrow["refresh_token"], "authorization_details": wish}
    assert manager.token(**form).json["authorization_details"] == [detail]


@promise("rfc9396:token-request")
@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", "invalid_authorization_details"),
        (asked({**TYPE, "extranet": "omega"}), "invalid_authorization_details"),
        (asked({**TYPE, "profiles": ["T1"]}), "invalid_grant"),
    ],
)
def test_rfc9396_a_token_request_cannot_ask_for_more(manager: AuthBrowser, text: str, error: str) -> None:
    assert refusal(manager.exchange(manager.code(), authorization_details=text)) == (400, error)

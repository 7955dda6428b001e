"""Every way in which a right ends, and what stands on it: sessions in extranets, tokens, codes, devices."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from auth.clients.domain.clients import AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN, TOKEN_EXCHANGE
from auth.clients.use_cases.import_clients import ImportClients
from auth.clients.use_cases.register_clients import OPERATOR
from rights.facts import Fact
from rights.snapshot import Snapshot
from servicekit.identifiers import hash_secret
from tests.auth.builders import ISSUER, AuthBrowser, Provider, a_client
from tests.auth.conformance_fapi.builders import claims_of
from tests.auth.rfcs.builders import call, exchange, introspect, tokens, userinfo
from tests.promises import promise
from tests.rights.builders import the_extension

YESTERDAY, TODAY, TOMORROW = date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24)
CDAP, MON_ENFANT = "cdap", "mon-enfant"
PORTS = {CDAP: 8402, MON_ENFANT: 8410}
HERE, EVERYWHERE, EVERYTHING = (CDAP,), (CDAP, MON_ENFANT), (CDAP, MON_ENFANT, "portal")
"""What is lost: one extranet, both, or the session at the provider too."""


@dataclass(frozen=True)
class Way:
    """A way in which a right ends, and what it takes away."""

    name: str
    lost: tuple[str, ...]
    happens: Callable[[Provider], None]

    def __str__(self) -> str:
        return self.name


def fact(name: str, lost: tuple[str, ...], **changes: Any) -> Way:
    """habpps publishes a changed fact."""
    said = ", ".join(f"{key}={value}" for key, value in changes.items())
    return Way(f"{name}: {said}", lost, lambda provider: provider.change_rights(name, **changes))


def _removed(*names: str) -> Callable[[Provider], None]:
    def happens(provider: Provider) -> None:
        gone: list[Fact] = [getattr(provider.commune, name) for name in names]
        rest = [one for one in provider.commune.facts() if one not in gone]
        provider.replica.snapshot = Snapshot.of(rest, revision=43)

    return happens


def _midnight(provider: Provider) -> None:
    """The last day passes; habpps publishes nothing."""
    provider.clock.advance(timedelta(minutes=16))


def _disabled(provider: Provider) -> None:
    provider.clients.register.set_enabled(CDAP, OPERATOR, enabled=False)


def _deleted(provider: Provider) -> None:
    provider.clients.register.delete(CDAP, OPERATOR)


def _imported_as_disabled(provider: Provider) -> None:
    entry = {
        "client_id": CDAP,
        "owner": "national",
        "code": CDAP,
        "name": "CDAP",
        "redirect_uris": ["http://localhost:8402/retour"],
        "backchannel_logout_uri": "http://localhost:8402/backchannel-logout",
        "scope": "openid cdap",
        "enabled": False,
        "secret_hash": hash_secret("x" * 32),
    }
    ImportClients(provider.work, provider.clock, lambda _keys: None, ISSUER)([entry])
    provider.clients.known.forget(CDAP)


WAYS = (
    fact("cdap_contract", HERE, state="suspended"),
    fact("cdap_contract", HERE, state="ended"),
    fact("cdap_contract", HERE, ends_on=YESTERDAY),
    fact("cdap_contract", HERE, starts_on=TOMORROW),
    fact("cdap_contract", HERE, profiles=("T1",)),
    fact("cdap_contract", HERE, purposes=()),
    fact("convention", EVERYWHERE, state="suspended"),
    fact("convention", EVERYWHERE, state="ended"),
    fact("convention", EVERYWHERE, state="terminated_for_breach"),
    fact("convention", EVERYWHERE, state="denounced", ends_on=YESTERDAY),
    fact("convention", EVERYWHERE, ends_on=YESTERDAY),
    fact("creche_director_grant", HERE, state="suspended"),
    fact("creche_director_grant", HERE, state="withdrawn"),
    fact("creche_director_grant", HERE, ends_on=YESTERDAY),
    fact("creche_director_grant", HERE, profile="T3"),
    fact("creche_director_grant", HERE, contract_id="sc-mon-enfant"),
    fact("creche_director", EVERYTHING, state="locked"),
    fact("creche_director", EVERYTHING, state="inactive"),
    fact("creche_director", EVERYTHING, state="closed"),
    fact("commune", EVERYTHING, state="closed"),
    fact("cdap", HERE, enabled=False),
    fact("cdap", HERE, profiles=("T1",)),
    Way("contract removed", HERE, _removed("cdap_contract")),
    Way("taken out of the group", EVERYWHERE, _removed("creche_director_grant", "creche_director_childcare")),
    Way("person removed", EVERYTHING, _removed("creche_director")),
    Way("the last day of the contract passes", HERE, _midnight),
    Way("client disabled", HERE, _disabled),
    Way("client deleted", HERE, _deleted),
    Way("client imported as disabled", HERE, _imported_as_disabled),
)


class Signed:
    """The director with a session in both extranets, and what her browser holds."""

    def __init__(self, provider: Provider, browser: AuthBrowser) -> None:
        self.provider, self.browser = provider, browser
        browser.sign_in()
        self.given = {client_id: tokens(browser, client_id, port) for client_id, port in PORTS.items()}
        self.sid = str(claims_of(provider, self.given[CDAP]["access_token"])["sid"])
        self.later_code = browser.code(CDAP, PORTS[CDAP])
        provider.lost_access()
        assert self.told() == []

    def told(self) -> list[tuple[str, str]]:
        """The clients that were told of an end, with the `sid`."""
        self.provider.deliver(self.sid)
        claims = [_claims(token) for _address, token in self.provider.calls.posted]
        return sorted((str(one["aud"]), str(one["sid"])) for one in claims)


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return content


@pytest.fixture
def signed(provider: Provider, browser: AuthBrowser) -> Signed:
    provider.clock.set(datetime(2026, 11, 23, 22, 45, tzinfo=UTC))  # a quarter of an hour before midnight in France
    provider.commune = provider.commune.changed("cdap_contract", ends_on=TODAY)
    provider.replica.snapshot = provider.commune.snapshot()
    return Signed(provider, browser)


@promise("ending:right-lost", "backchannel:contract-end")
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_right_that_ends_ends_the_sessions_that_stand_on_it_and_no_other(signed: Signed, way: Way) -> None:
    provider, browser = signed.provider, signed.browser
    way.happens(provider)
    provider.lost_access()
    deliverable = [client for client in way.lost if client in PORTS and "deleted" not in way.name]
    assert signed.told() == sorted((client, signed.sid) for client in deliverable)
    for client_id in PORTS:
        refreshed = browser.token(
            client_id, grant_type=REFRESH_TOKEN, refresh_token=signed.given[client_id]["refresh_token"]
        )
        assert (refreshed.status_code == 200) is (client_id not in way.lost), refreshed.text
    assert browser.exchange(signed.later_code, CDAP, PORTS[CDAP]).status_code in {400, 401}
    session = provider.work.read(lambda repos: repos.sessions.find(signed.sid))
    assert (session.ended_at is None) is ("portal" not in way.lost)
    provider.lost_access()
    assert len(signed.told()) == len(deliverable)


@promise("ending:rights-of-today")
@pytest.mark.parametrize("way", [way for way in WAYS if "passes" not in way.name], ids=str)
def test_a_token_opens_nothing_from_the_moment_its_right_is_lost_before_anything_was_ended(
    signed: Signed, way: Way
) -> None:
    """The rights are asked at each question: nothing depends on how quickly a thread comes round."""
    provider, browser = signed.provider, signed.browser
    way.happens(provider)
    for client_id in PORTS:
        token = signed.given[client_id]["access_token"]
        is_open = client_id not in way.lost
        assert (userinfo(browser, token).status_code == 200) is is_open
        if client_id == MON_ENFANT or "client" not in way.name:
            assert introspect(browser, token, client_id)["active"] is is_open
            assert introspect(browser, signed.given[client_id]["refresh_token"], client_id)["active"] is is_open


@promise("ending:right-lost")
def test_a_right_that_comes_back_opens_a_new_session_without_a_new_sign_in(signed: Signed) -> None:
    provider, browser = signed.provider, signed.browser
    provider.change_rights("cdap_contract", state="suspended")
    provider.lost_access()
    provider.change_rights("cdap_contract", state="active")
    provider.replica.snapshot = provider.commune.snapshot(revision=44)
    provider.lost_access()
    assert introspect(browser, signed.given[CDAP]["access_token"])["active"] is False
    again = tokens(browser)
    assert introspect(browser, again["access_token"])["active"] is True
    provider.change_rights("cdap_contract", state="suspended")
    provider.replica.snapshot = provider.commune.snapshot(revision=45)
    provider.lost_access()
    assert signed.told() == [(CDAP, signed.sid)] * 2


@promise("ending:right-lost")
def test_tokens_that_were_being_made_of_the_revision_before_are_found_a_little_later(signed: Signed) -> None:
    provider = signed.provider
    provider.change_rights("cdap_contract", state="suspended")
    provider.lost_access()
    provider.work.write(lambda repos: repos.sessions.remember_client(signed.sid, CDAP))
    assert provider.lost_access() == 0
    provider.clock.advance(timedelta(seconds=2))
    assert provider.lost_access() == 1
    assert provider.follow_ending(43, 1, timedelta(0)).ended == 2


def test_nothing_is_ended_on_rights_that_are_not_fresh(signed: Signed) -> None:
    provider = signed.provider
    provider.change_rights("cdap_contract", state="suspended")
    provider.replica.age = timedelta(seconds=6)
    assert provider.lost_access() == 0
    assert not provider.follow_ending(43, 1, timedelta(0)).looked
    provider.replica.age = timedelta(0)
    assert provider.lost_access() == 1


@promise("ending:in-force-everywhere")
def test_what_an_act_ended_is_counted_and_the_extranets_that_are_late_are_named(signed: Signed) -> None:
    provider = signed.provider
    provider.calls.deaf.add("http://localhost:8410/backchannel-logout")
    assert provider.follow_ending(42, 1, timedelta(0)).is_over
    assert not provider.follow_ending(43, 1, timedelta(0)).looked
    provider.change_rights("convention", state="suspended")
    provider.lost_access()
    before = provider.follow_ending(43, 1, timedelta(0))
    assert (before.ended, before.told, before.late) == (2, 0, ("CDAP", "Mon-enfant.fr"))
    signed.told()
    late = provider.follow_ending(43, 1, timedelta(0))
    assert (late.ended, late.told, late.late, late.is_over) == (2, 1, ("Mon-enfant.fr",), False)
    provider.calls.deaf.clear()
    provider.clock.advance(timedelta(seconds=4))
    signed.told()
    over = provider.follow_ending(43, 1, timedelta(0))
    assert (over.ended, over.told, over.late, over.is_over) == (2, 2, (), True)
    assert over.told_at == provider.clock.now()
    provider.replica.snapshot = provider.commune.snapshot(revision=44)
    provider.lost_access()
    assert provider.follow_ending(44, 1, timedelta(0)).ended == 0
    assert not provider.follow_ending(44, 2, timedelta(0)).looked, "another epoch is another history"


@promise("ending:rights-of-today")
def test_a_token_gives_what_is_left_of_what_it_gave(provider: Provider, browser: AuthBrowser) -> None:
    provider.replica.snapshot = provider.commune.snapshot(more=[the_extension()])
    grants = [AUTHORIZATION_CODE, REFRESH_TOKEN, TOKEN_EXCHANGE]
    provider.add(a_client(scope="openid cdap mon-enfant", exchange_to=[MON_ENFANT], grant_types=grants))
    browser.sign_in()
    given = tokens(browser, scope="openid cdap mon-enfant")
    before = introspect(browser, given["access_token"])
    assert before["scope"] == "openid cdap mon-enfant"
    assert before["authorization_details"][0]["territories"] == ["921", "751"]
    provider.change_rights("mon_enfant_contract", state="suspended")
    after = introspect(browser, given["access_token"])
    assert (after["active"], after["scope"], after["rights_revision"]) == (True, "openid cdap", 43)
    assert after["authorization_details"][0]["territories"] == ["921"]
    refused = exchange(browser, given["access_token"], CDAP, resource="http://localhost:8410", scope=MON_ENFANT)
    assert refused.status_code == 400
    refreshed = browser.token(CDAP, grant_type=REFRESH_TOKEN, refresh_token=given["refresh_token"]).json
    assert claims_of(provider, refreshed["access_token"])["authorization_details"][0]["territories"] == ["921"]


@promise("ending:rights-of-today")
def test_a_token_for_another_extranet_ends_with_the_right_on_that_extranet(
    provider: Provider, browser: AuthBrowser
) -> None:
    provider.add(
        a_client(
            grant_types=[AUTHORIZATION_CODE, REFRESH_TOKEN, TOKEN_EXCHANGE],
            exchange_to=[MON_ENFANT],
            scope="openid cdap mon-enfant",
        )
    )
    browser.sign_in()
    own = tokens(browser, scope="openid cdap mon-enfant")["access_token"]
    there = exchange(browser, own, CDAP, resource="http://localhost:8410", scope=MON_ENFANT).json["access_token"]
    assert introspect(browser, there, MON_ENFANT)["active"] is True
    provider.change_rights("mon_enfant_contract", state="suspended")
    assert introspect(browser, there, MON_ENFANT)["active"] is False
    assert introspect(browser, own)["active"] is True


@promise("ending:right-lost")
def test_a_device_that_was_granted_before_gets_nothing(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(a_client(grant_types=[AUTHORIZATION_CODE, REFRESH_TOKEN, DEVICE_CODE]))
    browser.sign_in()
    tokens(browser)
    codes = [call(browser, "/device_authorization", CDAP, scope="openid cdap").json for _ in range(2)]
    for one in codes:
        page = browser.submit(browser.get("/device"), "/device", user_code=one["user_code"])
        browser.submit(page, "/device/decision", allow="1")
    provider.change_rights("cdap_contract", state="suspended")
    early = browser.token(CDAP, grant_type=DEVICE_CODE, device_code=codes[0]["device_code"])
    assert early.status_code == 400
    provider.lost_access()
    provider.change_rights("cdap_contract", state="active")
    late = browser.token(CDAP, grant_type=DEVICE_CODE, device_code=codes[1]["device_code"])
    assert late.json["error"] == "access_denied"
